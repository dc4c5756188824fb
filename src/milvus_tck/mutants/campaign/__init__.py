"""Campaigns: mutants against the tests that could see them, scored, and the kill matrix."""
