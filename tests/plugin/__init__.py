"""The suites under plain pytest."""
