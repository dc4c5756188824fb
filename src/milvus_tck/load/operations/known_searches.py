"""Searches that ask for more than the nearest rows: those of a range, one of each group, several searches in one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from milvus_tck.load.data.dataset import Ids, groups, numbers
from milvus_tck.load.data.exact_scores import exact_scores
from milvus_tck.load.operations.reads import Search
from milvus_tck.load.operations.workload import GROUP, Workload
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values

__all__ = ["GroupSearch", "HybridSearch", "RangeSearch"]

#: Neighbours that a range lies among at least: some below it, some within, some above.
_FEWEST = 4
#: Two scores lie so far apart at least where a bound is put between them, as a share of the larger one.
_APART = 1e-4
#: Keys of what other operations write begin here.
_OTHERS = 1 << 40
#: What a place in a list counts by reciprocal rank fusion: 1 / (60 + place).
_RANKS = 60
#: Two sums of reciprocals that differ by less are the same one.
_SAME = 1e-9
#: Scores are of single precision.
_ROUNDING = 1e-4
#: Share of the rows that the second search of two lets pass, where nothing is said.
_HALF = 500


class RangeSearch(Search):
    """Search between two bounds: a quarter of the known neighbours is too near, and a quarter too far."""

    #: The bounds of each are made of the scores of rows, which have to be made for that.
    distinct = 128

    def prepare(self, share: int, shares: int) -> None:
        """Write the requests; raises `ValueError` where nobody knows what lies in a range."""
        known = len(self.workload.dataset.neighbours(0, _FEWEST))
        if known < _FEWEST:
            message = f"{self.operation.name} needs {_FEWEST} known neighbours of a query; of this data {known} are"
            raise ValueError(message)
        super().prepare(share, shares)

    def within(self, number: int) -> Ids:
        """Return the rows in the range of a query, filter or not."""
        known = self.workload.dataset.neighbours(number, 1 << 30)
        return known[len(known) // 4 : len(known) * 3 // 4]

    def passing(self, number: int) -> Ids:
        """Return the rows in the range that the filter lets pass, nearest first."""
        found = self.within(number)
        return found[numbers(found) < self.bound] if self.bound else found

    def writer(self, name: str) -> Callable[[tuple[int, ...]], bytes | None]:
        """Return what writes requests, each with bounds of its own."""

        def write(asked: tuple[int, ...]) -> bytes | None:
            inner, outer = self.bounds(asked, 1), self.bounds(asked, 3)
            if inner is None or outer is None:
                return None
            return self.encoder(name, self.bound, range_filter=inner, radius=outer)(self.queries(asked))

        return write

    def bounds(self, asked: tuple[int, ...], quarters: int) -> float | None:
        """Return a score between the rows before and after so many quarters, of all queries; `None` if there is none.

        Scores of rows are made one by one: only the two beside the bound are needed.
        """
        below, above = [], []
        metric = self.workload.data.metric
        for each in asked:
            known = self.workload.dataset.neighbours(each, 1 << 30)
            place = len(known) * quarters // 4
            near, far = exact_scores(
                self.workload.dataset, self.workload.dataset.query(each), known[place - 1 : place + 1], metric
            )
            below.append(min(near, far))
            above.append(max(near, far))
        low, high = max(below), min(above)
        return (low + high) / 2 if high - low > _APART * max(abs(low), abs(high)) else None

    def disorder(self, query: int, ids: list[int], scores: list[float]) -> str:
        """Nothing lies outside of the range: all rows that were put in first are known to lie in it or not."""
        inside = set(self.within(query).tolist())
        outside = [each for each in ids if each < _OTHERS and each not in inside]
        return "a row outside of the range" if outside else super().disorder(query, ids, scores)


class GroupSearch(Search):
    """Search for the nearest row of each group."""

    def expected(self, number: int) -> Ids:
        """Return the nearest row of each group, as far as they are known."""
        found = self.passing(number)
        _, first = np.unique(groups(found), return_index=True)
        return found[np.sort(first)][: self.operation.k]

    def needed(self, number: int) -> Ids:
        """A row that is not there leaves its group to the next one."""
        return self.passing(number)

    def told(self, request: bytes) -> bytes:
        """Name the field of groups; it stands beside the parameters of the index."""
        made = m.SearchRequest.FromString(request)
        made.search_params.extend(key_values({"group_by_field": GROUP}))
        return made.SerializeToString()

    def disorder(self, query: int, ids: list[int], scores: list[float]) -> str:
        """Each group is there once."""
        wrong = super().disorder(query, ids, scores)
        if not wrong and len(np.unique(groups(np.array(ids, dtype=np.int64)))) < len(ids):
            return "a second row of a group"
        return wrong


class HybridSearch(Search):
    """Two searches for the same vector, the second with a filter, put in one order by reciprocal rank fusion.

    So the order is known: rows of both lists come before those of one.
    """

    rpc = "HybridSearch"

    def __init__(self, operation: Operation, workload: Workload, missing: frozenset[int]) -> None:
        super().__init__(operation, workload, missing)
        self._second = self.bound or _HALF
        self.bound = 0

    def writer(self, name: str) -> Callable[[tuple[int, ...]], bytes]:
        """Return what writes requests of two searches."""
        encoders = self.encoder(name, 0), self.encoder(name, self._second)

        def write(asked: tuple[int, ...]) -> bytes:
            queries = self.queries(asked)
            both: list[Call[Any]] = [Call("Search", m.SearchRequest.FromString(encode(queries))) for encode in encoders]
            level = m.ConsistencyLevel.Value(self.operation.level)
            return calls.hybrid_search(name, *both, limit=self.operation.k, level=level, k=_RANKS).sent

        return write

    def needed(self, number: int) -> Ids:
        """A row that is not there gives its place to the next one."""
        return self.workload.dataset.neighbours(number, 1 << 30)

    def second(self, number: int) -> Ids:
        """Return the known neighbours that the filter of the second search lets pass."""
        known = self.needed(number)
        return known[numbers(known) < self._second]

    def expected(self, number: int) -> Ids:
        """Return what comes first for certain: no row that is not known reaches its score, and none has the same."""
        known = self.needed(number)
        lists = [rows[: self.operation.k] for rows in (known, self.second(number))]
        scores: dict[int, float] = {}
        for rows in lists:
            for place, row in enumerate(rows.tolist(), 1):
                scores[row] = scores.get(row, 0.0) + 1 / (_RANKS + place)
        stranger = sum(1 / (_RANKS + len(rows) + 1) for rows in lists if len(rows) < self.operation.k)
        order = sorted(scores.items(), key=lambda each: -each[1])
        certain: list[int] = []
        for (row, score), (_, after) in pairwise([*order, (-1, 0.0)]):
            if score <= max(after, stranger) + _SAME:
                break
            certain.append(row)
        return np.array(certain[: self.operation.k], dtype=np.int64)

    def disorder(self, query: int, ids: list[int], scores: list[float]) -> str:
        """What scores tell holds, however much either search has missed.

        A row that the filter does not let pass has the score of one place, and nearer ones come before it; so do
        nearer ones among the rows of both lists.
        """
        wrong = super().disorder(query, ids, scores)
        if wrong or not ids:
            return wrong
        one = (1 + _ROUNDING) / (_RANKS + 1)
        if max(scores) > 2 * one or min(scores) < (1 - _ROUNDING) / (_RANKS + self.operation.k):
            return "a score that no two places give"
        passes = numbers(np.array(ids, dtype=np.int64)) < self._second
        single = [row for row, score, pass_ in zip(ids, scores, passes, strict=True) if score <= one and not pass_]
        both = [row for row, score in zip(ids, scores, strict=True) if score > one]
        if any(score > one and not pass_ for score, pass_ in zip(scores, passes, strict=True)):
            return "a row that the filter of the second search does not let pass counts as found by both"
        places = {row: place for place, row in enumerate(self.needed(query).tolist())}
        for rows in (single, both):
            known = [places[row] for row in rows if row in places]
            if known != sorted(known):
                return "rows are not in the order that their places in both searches give"
        return ""

    @property
    def best_first(self) -> bool:
        """Whatever the metric is: the score is that of the fusion."""
        return True
