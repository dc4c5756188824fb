"""Mutants: every operator and outcome, and whether the suites notice what they must."""
