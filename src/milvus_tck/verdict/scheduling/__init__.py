"""Which test runs when and where, and which does not run at all."""
