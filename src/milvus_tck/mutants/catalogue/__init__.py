"""The catalogue: mutants as values, read from `proto/mutants/`."""
