"""Bindings over HTTP: one client, and what each of the REST surfaces makes of an RPC."""
