"""Dataset: what every data set can do."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dataset", "Floats", "Ids", "numbers"]

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


class Dataset(Protocol):
    """Rows by their number, and queries whose exact neighbours are known."""

    rows: int
    dim: int
    #: Queries that differ from each other.
    queries: int

    def vectors(self, start: int, stop: int) -> Floats:
        """Return rows as float32, shape (stop - start, dim)."""

    def query(self, number: int) -> Floats:
        """Return a query, shape (1, dim)."""

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the rows nearest to a query, nearest first; fewer than k where no more are known."""


def numbers(ids: NDArray[Any]) -> Ids:
    """Return the scalar of each row, 0 to 999, spread by chance: what filters ask for (splitmix64)."""
    mixed = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(1000)).astype(np.int64)
