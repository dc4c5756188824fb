"""Baselines: the failures that an owner knows, and a run compared with them."""
