"""Three-valued logic over rows: one byte a row, FALSE, TRUE or UNKNOWN (a null was met)."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["FALSE", "TRUE", "UNKNOWN", "Truth", "conjunction", "disjunction", "negation"]

FALSE, TRUE, UNKNOWN = np.uint8(0), np.uint8(1), np.uint8(2)

#: One of FALSE, TRUE and UNKNOWN per row: uint8 of shape (rows,).
Truth = NDArray[np.uint8]

_NOT = np.array([TRUE, FALSE, UNKNOWN])
_AND = np.array([[FALSE, FALSE, FALSE], [FALSE, TRUE, UNKNOWN], [FALSE, UNKNOWN, UNKNOWN]])
_OR = np.array([[FALSE, TRUE, UNKNOWN], [TRUE, TRUE, TRUE], [UNKNOWN, TRUE, UNKNOWN]])


def negation(rows: Truth) -> Truth:
    """Turn TRUE and FALSE round; what is unknown stays so."""
    return _NOT[rows]


def conjunction(parts: Iterable[Truth]) -> Truth:
    """Say per row whether all parts are true: one that is false settles it."""
    first, *rest = parts
    for part in rest:
        first = _AND[first, part]
    return first


def disjunction(parts: Iterable[Truth]) -> Truth:
    """Say per row whether any part is true: one that is true settles it."""
    first, *rest = parts
    for part in rest:
        first = _OR[first, part]
    return first
