"""The rows of a collection: columns that grow, and for each row when it went and where it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALIVE", "RowStore"]

#: When a row that is alive was deleted.
ALIVE = np.iinfo(np.int64).max
_FIRST = 64


@dataclass
class _Grown:
    """An array that grows at its end."""

    data: NDArray[Any]
    size: int = 0

    def extend(self, values: NDArray[Any]) -> None:
        size = self.size + len(values)
        if size > len(self.data):
            shape = (max(size, 2 * len(self.data), _FIRST), *self.data.shape[1:])
            grown = np.empty(shape, self.data.dtype)
            grown[: self.size] = self.data[: self.size]
            self.data = grown
        self.data[self.size : size] = values
        self.size = size

    @property
    def values(self) -> NDArray[Any]:
        return self.data[: self.size]

    def keep(self, mask: NDArray[np.bool_]) -> None:
        self.data = self.values[mask].copy()
        self.size = len(self.data)


def _empty(dtype: Any, width: int | None = None) -> _Grown:  # noqa: ANN401 - what numpy takes
    return _Grown(np.empty((0,) if width is None else (0, width), dtype))


@dataclass
class RowStore:
    """The rows: scalars of any type as objects (`None` is null), dense vectors as rows of an array.

    `dense` gives the element type and the width of each dense vector field.
    """

    dense: Mapping[str, tuple[Any, int]]
    names: Sequence[str]
    columns: dict[str, _Grown] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {
            name: _empty(*self.dense[name]) if name in self.dense else _empty(object) for name in self.names
        }
        #: The hybrid timestamp when each row went.
        self._gone = _empty(np.int64)
        self._partition, self._flushed = _empty(np.int64), _empty(np.bool_)

    def append(self, values: Mapping[str, Any], partitions: NDArray[np.int64]) -> None:
        """Add rows: a value for each row under every name."""
        rows = len(partitions)
        for name, column in self.columns.items():
            column.extend(values[name] if name in self.dense else _objects(values[name]))
        self._gone.extend(np.full(rows, ALIVE))
        self._partition.extend(partitions)
        self._flushed.extend(np.zeros(rows, np.bool_))

    def add(self, name: str, value: Any) -> None:  # noqa: ANN401 - a scalar of any type
        """Add a column of scalars, in which every row so far has the same value."""
        self.columns[name] = _empty(object)
        self.columns[name].extend(_objects([value] * len(self.partitions)))

    def values(self, name: str) -> NDArray[Any]:
        """Return a column, a value or a vector for each row."""
        return self.columns[name].values

    @property
    def partitions(self) -> NDArray[np.int64]:
        """The id of the partition of each row."""
        return self._partition.values

    @property
    def flushed(self) -> NDArray[np.bool_]:
        """Whether each row was flushed."""
        return self._flushed.values

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Whether each row is there."""
        return self._gone.values >= ALIVE

    def delete(self, mask: NDArray[np.bool_], timestamp: int) -> None:
        """Let rows go that are there."""
        self._gone.values[mask & self.alive] = timestamp

    def flush(self) -> NDArray[np.int64]:
        """Mark every row as flushed; returns the partitions of those that were not."""
        fresh = np.unique(self.partitions[~self.flushed])
        self._flushed.values[:] = True
        return fresh

    def drop(self, partition: int) -> None:
        """Remove the rows of a partition, as if they had never been there."""
        keep = self.partitions != partition
        for each in (*self.columns.values(), self._gone, self._flushed, self._partition):
            each.keep(keep)


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    """Put values into an array of objects, lists and bytes as they are."""
    made = np.empty(len(values), object)
    for place, value in enumerate(values):
        made[place] = value
    return made
