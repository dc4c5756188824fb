"""Partitions: created, listed, counted, dropped."""
