"""Filters: what is read, what is refused, which rows are found."""
