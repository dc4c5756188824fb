"""An answer that does not say what its own definition wants it to say."""

__all__ = ["UnreadableAnswerError"]


class UnreadableAnswerError(ValueError):
    """Columns of an answer make no rows, or bytes in it are no JSON: the target's doing, and never a bug of ours."""
