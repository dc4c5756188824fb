"""Promises, targets and report formats of others, brought in by entry points and by folders."""
