"""Which rows are hits, whatever segments they lie in and however they came in."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from milvus_tck.fixtures.actions import flush, load
from milvus_tck.fixtures.approximate import Indexed
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.neighbours import Metric, exact_scores
from milvus_tck.fixtures.search_corpora import DIM, ROWS, Corpus, rows
from milvus_tck.suites.search._assertions import judge_hits, search, troubles
from numpy.typing import NDArray

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.schema import int64_key, vector
from milvus_tck.wire.search import Hits

_REPEATED = ("search/repeated-keys", "search/repeated-keys-offset")
_KEYS, _TIMES = 10, 3
_FLUSHES, _PART = 6, 100
_RANGES = 8
_EQUAL, _MOST = 3000, 1000


@pytest.mark.parametrize(
    "flushes",
    [
        pytest.param(flushes, id=case, marks=pytest.mark.clause(*_REPEATED, case=case))
        for case, flushes in {"growing": (), "sealed-together": (3,), "sealed-apart": (1, 2, 3)}.items()
    ],
)
def test_keys_that_were_inserted_several_times(tck: Case, flushes: tuple[int, ...]) -> None:
    """Ten keys are ten hits, each once, and an offset leaves out the nearest keys."""
    name, keys = tck.name(), np.arange(_KEYS)
    vectors = np.stack([keys, np.zeros(_KEYS)], axis=1).astype(np.float32)
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", 2)))
    for time in range(1, _TIMES + 1):
        tck.ok(calls.insert(name, rows(keys, vectors), _KEYS))
        if time in flushes:
            flush(tck, name)
    tck.ok(calls.create_index(name, "vec", "FLAT", "L2", {}))
    load(tck, name)
    for clause, offset in zip(_REPEATED, (0, _KEYS // 2), strict=True):
        call = calls.search(name, vectors[:1], topk=_KEYS - offset).but_params("search_params", offset=str(offset))
        judge_hits(tck, call, 1, _these(list(range(offset, _KEYS))), expected="every key once", of=clause)


def _these(wanted: list[int]) -> Callable[[list[Hits]], Equality]:
    """Return what tells of other keys than these."""

    def told(found: list[Hits]) -> Equality:
        ids = list(found[0].ids)
        return same(wanted, ids, what="ids", signature=_missing(wanted, ids))

    return told


def _missing(wanted: list[int], found: list[int | str]) -> str:
    return "fewer-hits" if len(found) < len(wanted) else "twice" if len(set(found)) < len(found) else "other-hits"


_METRICS = {"cosine": Metric.COSINE, "ip": Metric.IP}


@each_case({"search/order-over-segments": _METRICS})
def test_rows_of_several_flushes(tck: Case, given: Metric) -> None:
    """The best score comes first, wherever its row lies; a filter does not change that."""
    corpus = _in_parts(tck, given)
    queries = corpus.queries(tck, 3)
    later = corpus.where(lambda row: row["id"] >= _PART)
    plain, filtered = troubles(corpus, queries, 20), troubles(corpus, queries, 20, later)
    with_filter = search(tck, calls.search(corpus.name, queries, topk=20, metric=given, expr=f"id >= {_PART}"), 3)
    judge_hits(
        tck,
        calls.search(corpus.name, queries, topk=20, metric=given),
        3,
        lambda found: plain(found) and filtered(with_filter),
        expected="the best first",
    )


def _in_parts(tck: Case, metric: Metric) -> Corpus:
    """Create a collection whose rows were flushed one part after the other."""
    name, ids = tck.name(), np.arange(_FLUSHES * _PART, dtype=np.int64)
    vectors = np.random.default_rng(tck.random.getrandbits(64)).normal(size=(len(ids), DIM)).astype(np.float32)
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", DIM)))
    for part in np.array_split(ids, _FLUSHES):
        tck.ok(calls.insert(name, rows(part, vectors[part]), len(part)))
        flush(tck, name)
    tck.ok(calls.create_index(name, "vec", "IVF_FLAT", metric, {"nlist": 1}))
    load(tck, name)
    return Corpus(name, metric, ids, vectors, {"id": ids.tolist()})


@pytest.mark.clause("search/scores-cosine-filtered")
def test_cosines_of_filtered_rows(tck: Case, cosines: Corpus) -> None:
    """What is told of a row does not depend on how it was chosen."""
    queries = cosines.queries(tck, 2)
    chosen = cosines.where(lambda row: row["id"] > ROWS)
    call = calls.search(cosines.name, queries, metric=Metric.COSINE, expr=f"id > {ROWS}")
    judge_hits(tck, call, 2, troubles(cosines, queries, 10, chosen), expected="the cosines")


def _ranges(
    corpus: Corpus, queries: NDArray[np.generic]
) -> Iterator[tuple[NDArray[np.generic], float, NDArray[np.int64]]]:
    """Yield each query with a radius, and the rows within it: a little farther than the tenth row."""
    for query in queries:
        scores = exact_scores(corpus.metric, query, corpus.vectors)
        ranked = np.sort(scores)
        within = int(np.searchsorted(ranked, 1.3 * ranked[9]))
        radius = float((ranked[within - 1] + ranked[within]) / 2)
        yield query[None, :], radius, np.flatnonzero(scores < radius)


@pytest.mark.clause("search/range-all-lists")
def test_a_range_over_all_lists(tck: Case, ivf_flat: Indexed) -> None:
    """Lists without a row in the range keep no other one from being looked at."""
    corpus = ivf_flat.corpus
    wrong: list[Equality] = []
    for query, radius, chosen in _ranges(corpus, corpus.queries(tck, _RANGES)):
        params = calls.as_json({**ivf_flat.thorough, "radius": radius})
        call = calls.search(corpus.name, query, topk=_MOST).but_params("search_params", params=params)
        told = troubles(corpus, query, _MOST, chosen)(search(tck, call))
        wrong += [] if told else [told]
    tck.judge(
        not wrong,
        f"the rows within the radius of {_RANGES} queries",
        f"{len(wrong)} of {_RANGES} lack some: {wrong[0].actual}" if wrong else "all",
        signature=wrong[0].signature if wrong else "",
    )


@pytest.mark.clause("search/equal-vectors-hnsw")
def test_a_graph_of_equal_vectors(tck: Case) -> None:
    """How much of a graph can be reached in which every row is as near as every other."""
    name, keys = tck.name(), np.arange(_EQUAL)
    vectors = np.ones((_EQUAL, DIM), dtype=np.float32)
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", DIM)))
    tck.ok(calls.insert(name, rows(keys, vectors), _EQUAL))
    flush(tck, name)
    tck.ok(calls.create_index(name, "vec", "HNSW", "L2", {"M": 16, "efConstruction": 200}))
    tck.until(calls.get_index_state(name), lambda answer: answer.state == m.IndexState.Finished, what="built")
    load(tck, name)
    (hits,) = search(tck, calls.search(name, vectors[:1], topk=_MOST, ef=_MOST))
    tck.judge(len(hits.ids) == _MOST, f"{_MOST} hits", f"{len(hits.ids)} hits", signature="fewer-hits")
