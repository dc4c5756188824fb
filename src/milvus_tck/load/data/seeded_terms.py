"""Seeded sparse rows, with neighbours by inner product that are known without looking at the others.

A row has terms that its group of 16 shares with nobody, weighted by its place in the group, and terms of a vocabulary
that all rows share, with weights so small that they never decide. A query asks for the terms of one group and for some
common ones, so that a server has long lists to go through.
"""

import math

import numpy as np

from milvus_tck.load.data.dataset import Ids
from milvus_tck.load.data.seeded_rows import ALONE, BLOCK, GROUP
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.packed_columns import SparseRows
from milvus_tck.wire.vectors import PAIR

__all__ = ["PlantedTerms"]

#: Terms that all rows choose from, and how many of them a row has.
_VOCABULARY, _COMMON = 24_000, 24
#: Terms of one group.
_OWN = 8
#: Common weights are at most so much: together less than a tenth of what tells two members apart.
_SMALL = 0.01
#: Groups of one region: their terms begin where those of the region before end.
_REGION = 1 << 24
_REGIONS = ((1 << 32) - 1 - _VOCABULARY) // (_REGION * _OWN)
_TERMS, _QUERIES = 1, 2


class PlantedTerms:
    """Planted sparse rows; `rows` counts those that queries know of; 0 plans for any number without queries."""

    kind = DataType.SparseFloatVector
    #: Sparse vectors have as many dimensions as their largest index says.
    dim = 0

    def __init__(self, seed: int, rows: int, region: int = 0) -> None:
        """Plan them; raises `ValueError` where there are not enough indices for so many."""
        self._groups = math.ceil(rows / GROUP) or ALONE
        self.rows = rows
        self.queries = self._groups if rows else 0
        if self._groups > _REGION or region >= _REGIONS:
            message = f"{rows} sparse rows in {region + 1} regions need more indices than there are"
            raise ValueError(message)
        self._region = region
        self._key = np.array([seed & (1 << 64) - 1, region + 1], dtype=np.uint64)

    def query(self, number: int) -> list[bytes]:
        """Return a query as its bytes: the terms of a group, and common ones."""
        random = np.random.Generator(np.random.Philox(key=self._key, counter=[0, _QUERIES, 0, number]))
        found = np.empty(_COMMON + _OWN, dtype=PAIR)
        found["index"] = np.concatenate([_common(random, 1)[0], self._own(np.array([number]))[0]])
        found["value"] = np.concatenate([np.full(_COMMON, _SMALL), np.ones(_OWN)])
        return [found.tobytes()]

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the members of a group, nearest first, as far as rows go."""
        ids = np.arange(min(k, GROUP), dtype=np.int64) * self._groups + number
        return ids[ids < self.rows]

    def vectors(self, start: int, stop: int) -> SparseRows:
        """Return rows; any stretch of them."""
        places = np.arange(start, stop, dtype=np.int64)
        members, groups = np.divmod(places, self._groups)
        indices = np.concatenate([self._terms(start, stop), self._own(groups)], axis=1)
        weights = np.where(members < GROUP, 1 - members / (2 * GROUP), 0.4 / (members + 1))
        common = np.full((len(places), _COMMON), _SMALL)
        values = np.concatenate([common, np.repeat(weights[:, None], _OWN, axis=1)], axis=1)
        counts = np.full(len(places), _COMMON + _OWN, dtype=np.int64)
        return SparseRows(indices.astype(np.uint32).ravel(), values.astype(np.float32).ravel(), counts)

    def _terms(self, start: int, stop: int) -> Ids:
        """Draw the common terms of rows, block by block."""
        first, last = start // BLOCK, -(-stop // BLOCK)
        drawn = [
            _common(np.random.Generator(np.random.Philox(key=self._key, counter=[0, _TERMS, 0, block])), BLOCK)
            for block in range(first, last)
        ]
        return np.concatenate(drawn or [np.empty((0, _COMMON), np.int64)])[start - first * BLOCK : stop - first * BLOCK]

    def _own(self, groups: Ids) -> Ids:
        base = _VOCABULARY + (self._region * _REGION + groups) * _OWN
        made: Ids = base[:, None] + np.arange(_OWN, dtype=np.int64)
        return made


def _common(random: np.random.Generator, count: int) -> Ids:
    """Draw terms of the vocabulary, one of each stretch of it: ascending, and none twice."""
    stretch = _VOCABULARY // _COMMON
    return random.integers(0, stretch, (count, _COMMON)) + np.arange(_COMMON, dtype=np.int64) * stretch
