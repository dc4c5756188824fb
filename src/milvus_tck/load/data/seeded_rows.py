"""Seeded rows of any number, with neighbours that are known without looking at the others.

Rows lie on the unit sphere in groups of 16. The centre of each group is a point by chance; its
members lie around it, each at a distance of its own. In enough dimensions points by chance are
far apart: `apart` is a distance that no two of so many points fall below but with a probability
of 1e-9. Members lie within 0.45 of it, so whoever asks for a centre finds the members of its
group before any other row, in the order of their distances; by L2, inner product and cosine
alike, since all have the length 1.

Every number comes from a counter-based generator (Philox): a block of rows is a function of the
seed and its place alone, so each worker makes the rows that it sends, and none has to know the
others. Members of a group lie far from each other in the order of rows, so that a server keeps
them in different segments.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from milvus_tck.load.data.dataset import Floats, Ids
from milvus_tck.wire.messages import DataType

__all__ = ["ALONE", "BLOCK", "DOUBT", "GROUP", "Planted", "apart"]

#: Members of a group, and so the most neighbours that are known.
GROUP = 16
#: Groups whose numbers are drawn together.
BLOCK = 256
#: Probability that a query has another neighbour than it should have.
DOUBT = 1e-9
#: Members lie between these shares of the distance between groups.
_NEAR, _FAR = 0.18, 0.45
#: Distances below it would drown in the rounding of float32.
_SMALLEST = 0.02
_CENTRES, _DIRECTIONS = 1, 2
_KEPT_BLOCKS = 64
#: Rows before the first one that has another one near it, where nothing is planned.
ALONE = 1 << 20


class Planted:
    """Planted rows; `rows` counts those that queries know of; 0 plans for any number without queries."""

    kind = DataType.FloatVector

    def __init__(self, seed: int, rows: int, dim: int, region: int = 0) -> None:
        """Plan them; raises `ValueError` where the dimensions are too few for so many rows."""
        self._groups = math.ceil(rows / GROUP) or ALONE
        self.rows, self.dim = rows, dim
        self.queries = self._groups if rows else 0
        reach = apart(dim, max(rows, 2 * GROUP)) * _FAR
        if reach < _SMALLEST:
            message = (
                f"{rows} rows of {dim} dimensions lie too close together for neighbours to be known: more dimensions"
            )
            raise ValueError(message)
        self._radii = np.linspace(apart(dim, max(rows, 2 * GROUP)) * _NEAR, reach, GROUP)
        #: How much farther from its centre each member lies than the one before.
        self.gap = float(self._radii[1] - self._radii[0])
        self._key = np.array([seed & (1 << 64) - 1, region + 1], dtype=np.uint64)
        self._centres: Callable[[int], Floats] = lru_cache(_KEPT_BLOCKS)(self._make_centres)

    def _random(self, stream: int, member: int, block: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=self._key, counter=[0, stream, member, block]))

    def _make_centres(self, block: int) -> Floats:
        return _unit(self._random(_CENTRES, 0, block).standard_normal((BLOCK, self.dim), dtype=np.float32))

    def query(self, number: int) -> Floats:
        """Return the centre of a group."""
        found: Floats = self._centres(number // BLOCK)[number % BLOCK][None]
        return found

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the members of a group, nearest first, as far as rows go."""
        ids = np.arange(min(k, GROUP), dtype=np.int64) * self._groups + number
        return ids[ids < self.rows]

    def vectors(self, start: int, stop: int) -> Floats:
        """Return rows; any stretch of them."""
        pieces = []
        while start < stop:
            member, group = divmod(start, self._groups)
            end = min(stop, start + self._groups - group, start + BLOCK - group % BLOCK)
            pieces.append(self._members(member, group, end - start))
            start = end
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.empty((0, self.dim), np.float32)])

    def _members(self, member: int, group: int, count: int) -> Floats:
        """Make members of neighbouring groups of one block."""
        block, first = divmod(group, BLOCK)
        if member >= GROUP:
            return _unit(self._random(_CENTRES, member, block).standard_normal((BLOCK, self.dim), np.float32))[
                first : first + count
            ]
        centres = self._centres(block)[first : first + count]
        whole = self._random(_DIRECTIONS, member, block).standard_normal((BLOCK, self.dim), dtype=np.float32)
        aside = whole[first : first + count]
        aside = _unit(aside - centres * np.einsum("ij,ij->i", aside, centres)[:, None])
        angle = 2 * math.asin(self._radii[member] / 2)
        made: Floats = centres * np.float32(math.cos(angle)) + aside * np.float32(math.sin(angle))
        return made


def _unit(rows: Floats) -> Floats:
    made: Floats = rows / np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return made


def apart(dim: int, rows: int) -> float:
    """Return the distance that no two of so many points on the sphere fall below, but with a probability of 1e-9.

    Two points by chance have a cosine above t with a probability of at most
    (1 - t^2)^a / (2 a t B(a, 1/2)), a = (dim - 1) / 2; over all pairs that makes the doubt.
    """
    a = (dim - 1) / 2
    beta = math.lgamma(a) + math.lgamma(0.5) - math.lgamma(a + 0.5)
    pairs = math.log(rows) * 2 - math.log(2)
    low, high = 1e-6, 1.0 - 1e-15
    for _ in range(200):
        t = (low + high) / 2
        doubt = pairs + a * math.log1p(-t * t) - math.log(2 * a * t) - beta
        low, high = (t, high) if doubt > math.log(DOUBT) else (low, t)
    return min(math.sqrt(2 - 2 * high), 1.0)
