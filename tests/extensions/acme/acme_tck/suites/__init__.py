"""The tests of the promises in `clauses/`."""
