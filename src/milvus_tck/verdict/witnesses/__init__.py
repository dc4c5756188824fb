"""Several RPCs tell of one fact: which of them can be believed, and what they say."""
