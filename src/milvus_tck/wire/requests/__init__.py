"""Calls to RPCs, a module for each family: see `wire.calls`, which has all of them under one name."""
