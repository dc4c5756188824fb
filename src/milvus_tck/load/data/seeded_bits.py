"""Seeded rows of bits, with neighbours by Hamming distance that are known without looking at the others.

The centre of each group of 16 is a point by chance; its members differ from it in so many bits, each in another
number of them. Points by chance differ in about half of their bits: `bits_apart` is a number that no two of so many
fall below but with a probability of 1e-9, and members lie within less than half of it.
"""

import math

import numpy as np

from milvus_tck.load.data.dataset import Ids, Numbers
from milvus_tck.load.data.seeded_rows import ALONE, BLOCK, DOUBT, GROUP
from milvus_tck.wire.messages import DataType

__all__ = ["PlantedBits", "bits_apart"]

_BITS = 8
#: Bits by which one member lies farther away than the one before, at most.
_STEP = 4
_CENTRES, _ORDERS = 1, 2


class PlantedBits:
    """Planted rows of bits; `rows` counts those that queries know of; 0 plans for any number without queries."""

    kind = DataType.BinaryVector

    def __init__(self, seed: int, rows: int, dim: int, region: int = 0) -> None:
        """Plan them; raises `ValueError` where the dimensions are too few, or no whole bytes."""
        if dim % _BITS:
            message = f"{dim} dimensions of binary vectors are no whole bytes"
            raise ValueError(message)
        self._groups = math.ceil(rows / GROUP) or ALONE
        self.rows, self.dim = rows, dim
        self.queries = self._groups if rows else 0
        self._step = min(_STEP, int((bits_apart(dim, max(rows, 2 * GROUP)) - 1) / 2 / GROUP))
        if self._step < 1:
            message = f"{rows} rows of {dim} bits lie too close together for neighbours to be known: more dimensions"
            raise ValueError(message)
        self._key = np.array([seed & (1 << 64) - 1, region + 1], dtype=np.uint64)

    def _random(self, stream: int, member: int, block: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=self._key, counter=[0, stream, member, block]))

    def _centres(self, block: int, member: int = 0) -> Numbers:
        made: Numbers = self._random(_CENTRES, member, block).integers(0, 2, (BLOCK, self.dim), dtype=np.uint8)
        return made

    def query(self, number: int) -> Numbers:
        """Return the centre of a group, packed."""
        block, place = divmod(number, BLOCK)
        return np.packbits(self._centres(block)[place : place + 1], axis=1)

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the members of a group, nearest first, as far as rows go."""
        ids = np.arange(min(k, GROUP), dtype=np.int64) * self._groups + number
        return ids[ids < self.rows]

    def vectors(self, start: int, stop: int) -> Numbers:
        """Return rows, packed; any stretch of them."""
        pieces = []
        while start < stop:
            member, group = divmod(start, self._groups)
            end = min(stop, start + self._groups - group, start + BLOCK - group % BLOCK)
            pieces.append(self._members(member, group, end - start))
            start = end
        return np.packbits(np.concatenate(pieces or [np.empty((0, self.dim), np.uint8)]), axis=1)

    def _members(self, member: int, group: int, count: int) -> Numbers:
        """Make members of neighbouring groups of one block: their centres, with so many bits turned."""
        block, first = divmod(group, BLOCK)
        stretch = slice(first, first + count)
        if member >= GROUP:
            return self._centres(block, member)[stretch]
        order = self._random(_ORDERS, member, block).random((BLOCK, self.dim), dtype=np.float32)[stretch]
        turned = np.argpartition(order, (member + 1) * self._step, axis=1)[:, : (member + 1) * self._step]
        made = self._centres(block)[stretch].copy()
        np.put_along_axis(made, turned, 1 - np.take_along_axis(made, turned, axis=1), axis=1)
        return made


def bits_apart(dim: int, rows: int) -> float:
    """Return the bits that no two of so many points by chance differ in less than, but with a probability of 1e-9.

    By Hoeffding's bound two points differ in less than dim / 2 - t with a probability of at most exp(-2 t^2 / dim);
    over all pairs that makes the doubt.
    """
    pairs = 2 * math.log(rows) - math.log(2)
    return dim / 2 - math.sqrt(dim / 2 * (pairs - math.log(DOUBT)))
