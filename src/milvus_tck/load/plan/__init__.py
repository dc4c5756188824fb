"""What is to be done, as frozen values: scenarios, rates, objectives."""
