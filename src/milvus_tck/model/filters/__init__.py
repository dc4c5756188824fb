"""Filters: the boolean expressions of Query, Search and Delete, read and evaluated over rows."""
