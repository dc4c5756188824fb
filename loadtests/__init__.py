"""Load tests: scenarios, and the locust file that plays them."""
