"""The verbs, as they are typed."""
