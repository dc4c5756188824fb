"""Insert: rows go in, are told of, and are read back."""
