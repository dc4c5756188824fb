"""Indexes: created, described, watched, dropped."""
