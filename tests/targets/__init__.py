"""Targets: found, started, watched, stopped."""
