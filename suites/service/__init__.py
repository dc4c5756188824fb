"""The service as a whole: identity, unknown RPCs and bytes, deadlines, databases."""
