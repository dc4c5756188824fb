"""Pure functions from what was measured to the files that a run leaves."""
