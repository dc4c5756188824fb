"""The protocol as values: profiles, clauses, error tables."""
