"""Unfilled: what `milvus-tck new` leaves to be filled in: refused wherever it is read."""

from collections.abc import Iterator
from typing import Any

__all__ = ["UNFILLED", "unfilled"]

#: Begins each text that somebody still has to write.
UNFILLED = "FILL IN"


def unfilled(value: Any) -> Iterator[str]:  # noqa: ANN401 - TOML values are what they are
    """Yield every text in a table that is still to be filled in."""
    if isinstance(value, str) and value.startswith(UNFILLED):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from unfilled(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from unfilled(each)
