"""Errors: what can go wrong between messages and JSON."""

__all__ = ["Inexpressible", "Malformed"]


class Inexpressible(ValueError):  # noqa: N818 - it says what the message is, not that anybody erred
    """A message says what the JSON form has no words for."""


class Malformed(ValueError):  # noqa: N818 - the same
    """A text is not what the form wants; the message names the place."""
