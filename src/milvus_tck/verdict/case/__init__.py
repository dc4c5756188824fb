"""The case that a test holds in its hands: its calls, and its judgements."""
