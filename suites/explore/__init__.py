"""Rules that hold whatever the data, in combinations that nobody thought of."""
