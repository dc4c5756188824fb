"""The protocol as frozen values: profiles, clauses, error tables, the RPC catalogue.

Everything here is parsed once from `proto/` and never changes afterwards. Nothing in
this package talks to a server.
"""
