"""Rounded scores and ranges of scores."""

from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.neighbours import exact_scores, tolerance
from milvus_tck.fixtures.search_corpora import ROWS, Corpus, small_corpus
from milvus_tck.suites.search._assertions import judge_hits, troubles
from numpy.typing import NDArray

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.search import Hits

_TOPK = 12


@each_case({"search/round-decimal": {str(places): places for places in range(7)}})
def test_scores_are_rounded(tck: Case, distances: Corpus, given: int) -> None:
    """A score is the nearest number with so many decimals."""
    query = distances.queries(tck, 1)
    call = calls.search(distances.name, query, topk=_TOPK).but_params("search_params", round_decimal=str(given))

    def trouble(found: list[Hits]) -> str:
        (hits,) = found
        if len(hits.ids) != _TOPK:
            return "count"
        exact = _exact(distances, query[0], [int(key) for key in hits.ids])
        unit = 10.0**-given
        slack = unit / 2 + tolerance(distances.metric, query, distances.vectors)
        steps = np.asarray(hits.scores, dtype=np.float64) / unit
        if not np.allclose(steps, np.round(steps), atol=_float32_slack(hits.scores, unit)):
            return "more-decimals"
        return "" if np.all(np.abs(np.asarray(hits.scores) - exact) <= slack) else "score"

    judge_hits(tck, call, 1, trouble, expected=f"scores with {given} decimals")


def _float32_slack(scores: tuple[float, ...], unit: float) -> float:
    """A decimal number is off by the rounding of float32, here in units of the last decimal."""
    return float(np.max(np.abs(scores)) * np.finfo(np.float32).eps / unit)


def _exact(corpus: Corpus, query: NDArray[Any], ids: list[int]) -> NDArray[Any]:
    where = {int(key): place for place, key in enumerate(corpus.ids)}
    scores = exact_scores(corpus.metric, query, corpus.vectors)
    return np.array([scores[where[key]] if key in where else np.nan for key in ids])  # nothing equals what nobody has


@each_case({"search/round-decimal-off": {"minus-1": "-1", "unset": None}})
def test_scores_are_not_rounded(tck: Case, distances: Corpus, given: str | None) -> None:
    """Without round_decimal scores are as exact as float32."""
    query = distances.queries(tck, 1)
    call = calls.search(distances.name, query, topk=_TOPK).but_params("search_params", round_decimal=given)
    judge_hits(tck, call, 1, troubles(distances, query, _TOPK), expected="the exact scores")


def _between(corpus: Corpus, query: NDArray[Any], low: int, high: int) -> tuple[float, float]:
    """Return two scores that lie between rows: `low` rows are below the first, `high` below the second."""
    ranked = np.sort(exact_scores(corpus.metric, query, corpus.vectors))
    first, second = ((ranked[place - 1] + ranked[place]) / 2 for place in (low, high))
    return float(first), float(second)


@pytest.mark.clause("search/range")
def test_a_range_of_distances(tck: Case, distances: Corpus) -> None:
    """Rows between range_filter and radius are found, nearest first, and no others."""
    query = distances.queries(tck, 1)
    near, far = _between(distances, query[0], 10, 40)
    scores = exact_scores(distances.metric, query[0], distances.vectors)
    chosen = np.flatnonzero((scores >= near) & (scores < far))
    _judge_range(tck, distances, query, chosen, (far, near))


@pytest.mark.clause("search/range-ip")
def test_a_range_of_products(tck: Case, products: Corpus) -> None:
    """Rows between radius and range_filter are found, nearest first, and no others."""
    query = products.queries(tck, 1)
    low, high = _between(products, query[0], ROWS - 40, ROWS - 10)
    scores = exact_scores(products.metric, query[0], products.vectors)
    chosen = np.flatnonzero((scores > low) & (scores <= high))
    _judge_range(tck, products, query, chosen, (low, high))


@pytest.mark.clause("search/range-cosine")
def test_a_range_of_cosines(tck: Case, cosines: Corpus) -> None:
    """Rows between radius and range_filter are found, nearest first, and no others."""
    query = cosines.queries(tck, 1)
    low, high = _between(cosines, query[0], ROWS - 40, ROWS - 10)
    scores = exact_scores(cosines.metric, query[0], cosines.vectors)
    chosen = np.flatnonzero((scores > low) & (scores <= high))
    _judge_range(tck, cosines, query, chosen, (low, high))


def _judge_range(
    tck: Case, corpus: Corpus, query: NDArray[Any], chosen: NDArray[np.int64], bounds: tuple[float, float]
) -> None:
    """Judge that exactly the chosen rows are found between `radius` and `range_filter`."""
    radius, range_filter = bounds
    call = calls.search(corpus.name, query, topk=ROWS, metric=corpus.metric, radius=radius, range_filter=range_filter)
    judge_hits(tck, call, 1, troubles(corpus, query, ROWS, chosen), expected=f"the {len(chosen)} rows in the range")


@pytest.mark.clause("search/range-empty")
def test_a_range_that_is_none(tck: Case) -> None:
    """A range whose ends are the wrong way round is refused."""
    corpus = small_corpus(tck, 50)
    query = corpus.queries(tck, 1)
    near, far = _between(corpus, query[0], 10, 40)
    tck.refused(
        calls.search(corpus.name, query, radius=near, range_filter=far),
        neighbour=calls.search(corpus.name, query, radius=far, range_filter=near),
        untouched=lambda: tck.look.load(corpus.name),
    )
