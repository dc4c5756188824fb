"""Planted rows as float16, bfloat16 or int8: rounding moves them less than their neighbours lie apart."""

import math

import numpy as np

from milvus_tck.load.data.dataset import Floats, Ids, Numbers
from milvus_tck.load.data.seeded_rows import Planted
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType

__all__ = ["Converted"]

#: No number of a row on the unit sphere comes near to it, from 16 dimensions on: int8 uses its whole range for less.
_LARGEST = 0.75
_INT8 = 127
#: What is cut off a number of length 1, as a share of it: half of the last bit.
_SHARES = {DataType.Float16Vector: 2**-12, DataType.BFloat16Vector: 2**-9}
#: Standard deviations that two neighbours of one query lie apart at least.
_SURE = 6


class Converted:
    """Planted rows in another number type."""

    def __init__(self, planted: Planted, kind: Kind) -> None:
        """Take them over; raises `ValueError` where rounding might exchange neighbours."""
        self._planted = planted
        self.kind = kind
        self.rows, self.dim, self.queries = planted.rows, planted.dim, planted.queries
        # The roundings of a row and of a query both move the distance between them, along the line between them.
        if planted.gap < _SURE * math.sqrt(2) * _rounding(kind, planted.dim):
            name = DataType.Name(kind)
            rows = f"{planted.rows} rows of {planted.dim} dimensions"
            message = f"{rows} lie too close together for {name}: more dimensions"
            raise ValueError(message)

    def vectors(self, start: int, stop: int) -> Numbers:
        """Return rows; a bfloat16 by its bits."""
        return self._converted(self._planted.vectors(start, stop))

    def query(self, number: int) -> Numbers:
        """Return the centre of a group."""
        return self._converted(self._planted.query(number))

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the members of a group, nearest first."""
        return self._planted.neighbours(number, k)

    def _converted(self, rows: Floats) -> Numbers:
        if self.kind == DataType.Float16Vector:
            halves: Numbers = rows.astype("<f2")
            return halves
        if self.kind == DataType.Int8Vector:
            small: Numbers = np.clip(np.rint(rows * (_INT8 / _LARGEST)), -_INT8, _INT8).astype(np.int8)
            return small
        bits = np.ascontiguousarray(rows, dtype="<f4").view("<u4")
        # To the nearest, and to the even one of two: half a step of what is cut off is added before.
        upper: Numbers = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")
        return upper


def _rounding(kind: Kind, dim: int) -> float:
    """Return by how much rounding moves one number of a row of length 1, as a standard deviation: evenly spread."""
    if kind == DataType.Int8Vector:
        return _LARGEST / _INT8 / math.sqrt(12)
    return _SHARES[kind] / math.sqrt(3 * dim)
