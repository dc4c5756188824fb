"""Looking at hits: are they the right rows, with the right scores, in the right order?"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from milvus_tck.fixtures.neighbours import exact_scores, tolerance
from milvus_tck.fixtures.search_corpora import Corpus
from numpy.typing import NDArray

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.differences import differences
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.search import Hits, read_hits

__all__ = ["Look", "hits_of", "judge_hits", "look", "search", "together", "troubles"]

#: How many searches are made at the same time, and how many in all, to see whether they disturb each other.
_AT_ONCE = 16
_SEARCHES = 240


@dataclass(frozen=True, slots=True)
class Look:
    """What is wrong with the hits of one query, in a word for each side; empty where nothing is."""

    nearest: str
    scores: str
    order: str
    #: Keys of the rows that should be found, the best first; the scores of those that were.
    ids: NDArray[np.int64]
    right: tuple[float, ...]

    @property
    def trouble(self) -> str:
        """The first thing that is wrong."""
        return self.nearest or self.scores or self.order

    def told(self, hits: Hits, number: int, side: str = "") -> Equality:
        """Tell of the first thing that is wrong, or of one side, what should be there, and what is."""
        ids, scores = [int(key) for key in hits.ids], [float(score) for score in hits.scores]
        if self.nearest and side in {"", "nearest"}:
            return _apart(self.ids.tolist(), ids, f"ids for query {number} ({self.nearest})", self.nearest)
        if self.scores and side in {"", "scores"}:
            return _apart(list(self.right), scores, f"scores for query {number}", self.scores)
        return _apart("the best score first", scores, f"scores for query {number}", self.order)


def hits_of(answer: m.SearchResults, queries: int) -> list[Hits]:
    """Split an answer by query; one that does not line up breaks the wire contract and ends the test."""
    try:
        found = read_hits(answer)
    except ValueError as error:
        raise Blocked("wire/search-rows-aligned", str(error)) from error
    if len(found) != queries:
        raise Blocked("wire/search-rows-aligned", f"{len(found)} lists of hits for {queries} queries")
    return found


def search(tck: Case, call: Call[m.SearchResults], queries: int = 1) -> list[Hits]:
    """Make a search that has to succeed, and return the hits of each query."""
    return hits_of(tck.ok(call), queries)


def judge_hits(
    tck: Case,
    call: Call[m.SearchResults],
    queries: int,
    trouble: Callable[[list[Hits]], Effect],
    *,
    of: str | None = None,
    expected: str = "the exact neighbours",
) -> None:
    """Judge that a search succeeds, and that its hits are right: `trouble` says what is wrong."""
    tck.accepted(call, effect=lambda answer: trouble(hits_of(answer, queries)), expected=expected, of=of)


def together(
    tck: Case, corpus: Corpus, change: Callable[[Call[m.SearchResults]], Call[m.SearchResults]], *, believe: bool
) -> list[str]:
    """Make many searches at the same time, every fourth one changed; return what is wrong with the hits.

    Unless they are to be believed, changed searches may fail: only the others count.
    """

    def once(turn: int) -> str:
        queries = corpus.queries(tck, 1 + turn % 3)
        call = calls.search(corpus.name, queries, topk=5)
        changed = turn % 4 == 0
        outcome = tck.call(change(call) if changed else call)
        if changed and not believe:
            return ""
        if not outcome.ok or outcome.answer is None:
            return "refused"
        found = troubles(corpus, queries, 5)(hits_of(outcome.answer, len(queries)))
        return "" if found else found.signature

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [each.result() for each in [pool.submit(once, turn) for turn in range(_SEARCHES)]]
    return sorted({trouble for trouble in found if trouble})


def troubles(
    corpus: Corpus, queries: NDArray[Any], count: int, chosen: NDArray[np.int64] | None = None
) -> Callable[[list[Hits]], Equality]:
    """Return what finds the first trouble in the hits of several queries."""

    def first(found: list[Hits]) -> Equality:
        for number, (query, hits) in enumerate(zip(queries, found, strict=True)):
            seen = look(corpus, query, hits, count, chosen)
            if seen.trouble:
                return seen.told(hits, number)
        return same(len(found), len(found))

    return first


def _apart(expected: object, actual: object, what: str, signature: str) -> Equality:
    return Equality(False, expected, actual, differences(expected, actual, what=what), signature)


def look(
    corpus: Corpus, query: NDArray[np.generic], hits: Hits, count: int, chosen: NDArray[np.int64] | None = None
) -> Look:
    """Hold the hits of one query against the exact neighbours.

    `count` is how many were asked for; `chosen` are the positions of the rows that may be
    found, all by default.
    """
    may = np.arange(len(corpus.ids)) if chosen is None else chosen
    exact = exact_scores(corpus.metric, query, corpus.vectors)
    allowed = tolerance(corpus.metric, query, corpus.vectors)
    where = {int(key): position for position, key in enumerate(corpus.ids)}
    places = [where.get(int(key), -1) for key in hits.ids]
    first = may[np.argsort(-exact[may] if corpus.metric.larger_is_better else exact[may], kind="stable")[:count]]
    return Look(
        _nearest(places, set(may.tolist()), exact[first], exact, allowed),
        _scores(places, hits.scores, exact, allowed),
        _order(hits.scores, larger_is_better=corpus.metric.larger_is_better),
        corpus.ids[first],
        tuple(float(exact[place]) if place >= 0 else math.nan for place in places),
    )


def _nearest(
    places: list[int], may: set[int], best: NDArray[np.float64], exact: NDArray[np.float64], allowed: float
) -> str:
    if -1 in places:
        return "foreign-id"
    if not may.issuperset(places):
        return "not-matching"
    if len(set(places)) != len(places):
        return "twice"
    if len(places) != len(best):
        return "fewer-hits" if len(places) < len(best) else "more-hits"
    return "" if np.all(np.abs(exact[places] - best) <= allowed) else "not-nearest"


def _scores(places: list[int], scores: tuple[float, ...], exact: NDArray[np.float64], allowed: float) -> str:
    pairs = [(score, exact[place]) for place, score in zip(places, scores, strict=True) if place >= 0]
    wrong = [score for score, right in pairs if not abs(score - right) <= allowed]
    return "score" if wrong else ""


def _order(scores: tuple[float, ...], *, larger_is_better: bool) -> str:
    steps = np.diff(np.asarray(scores, dtype=np.float64))
    right = np.all(steps <= 0) if larger_is_better else np.all(steps >= 0)
    return "" if right else "order"
