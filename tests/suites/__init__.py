"""The suites themselves: whole, honest, and in any order."""
