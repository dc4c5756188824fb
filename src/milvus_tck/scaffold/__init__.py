"""Scaffold: writes what a new clause takes, to be filled in."""
