"""Dataset: what every data set can do."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.packed_columns import SparseRows

__all__ = ["Dataset", "Floats", "Ids", "Numbers", "Queries", "Rows", "groups", "joined", "numbers"]

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
#: Vectors of any number type; a bfloat16 by its bits, binary ones packed.
Numbers = NDArray[Any]
Rows = Numbers | SparseRows
#: Queries: an array of shape (queries, dim), or the bytes of each sparse one.
Queries = Numbers | list[bytes]


#: Numbers of rows that make one group.
_OF_A_GROUP = 50


class Dataset(Protocol):
    """Rows by their number, and queries whose exact neighbours are known."""

    kind: Kind
    rows: int
    #: 0 for sparse vectors.
    dim: int
    #: Queries that differ from each other.
    queries: int

    def vectors(self, start: int, stop: int) -> Rows:
        """Return rows, shape (stop - start, dim), as `InsertColumn` takes them."""

    def query(self, number: int) -> Queries:
        """Return a query, shape (1, dim), or its bytes."""

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the rows nearest to a query, nearest first; fewer than k where no more are known."""


def joined(queries: Sequence[Queries]) -> Queries:
    """Put queries of one data set together."""
    arrays = [each for each in queries if not isinstance(each, list)]
    return np.concatenate(arrays) if arrays else [row for each in queries if isinstance(each, list) for row in each]


def groups(ids: NDArray[Any]) -> Ids:
    """Return the group of each row, 0 to 19: what searches are grouped by."""
    made: Ids = numbers(ids) // _OF_A_GROUP
    return made


def numbers(ids: NDArray[Any]) -> Ids:
    """Return the scalar of each row, 0 to 999, spread by chance: what filters ask for (splitmix64)."""
    mixed = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(1000)).astype(np.int64)
