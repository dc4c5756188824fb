"""Mutants of the model's code."""
