"""What `list` and `explain` show: the tests and the clauses of a profile, before anything runs."""
