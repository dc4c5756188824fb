"""Naming a collection: rules that hold for every RPC which takes a name."""
