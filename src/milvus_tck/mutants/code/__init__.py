"""Mutants of the model's own code: generated from its syntax tree, and judged by the suite."""
