"""Transports of a load run: kept connections to a server, one implementation each."""
