"""Approximate indexes: how many of the exact neighbours they find, and what their parameters may be."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.approximate import Indexed
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.neighbours import nearest
from milvus_tck.suites.search._assertions import judge_hits, search, troubles

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.recall import RecallSample
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

_TOPK = 10
#: How long a server may take to use an index that it calls finished, and between two looks.
_USE_SECONDS, _LOOK_SECONDS = 6.0, 0.2


def _search(indexed: Indexed, queries: Any, topk: int = _TOPK) -> Call[m.SearchResults]:  # noqa: ANN401 - an array
    corpus = indexed.corpus
    return calls.search(corpus.name, queries, topk=topk, metric=corpus.metric).but_params(
        "search_params", params=calls.as_json(indexed.thorough)
    )


def _exact(tck: Case, indexed: Indexed) -> None:
    """Judge that an index which looks at everything finds the exact neighbours."""
    queries = indexed.corpus.queries(tck, 20)
    judge_hits(tck, _search(indexed, queries), 20, troubles(indexed.corpus, queries, _TOPK))


def _sampler(tck: Case, indexed: Indexed) -> Callable[[int], RecallSample]:
    """Return a sampler of recall, which asks fresh queries at every turn."""
    asked = 0

    def sample(count: int) -> RecallSample:
        nonlocal asked
        corpus = indexed.corpus
        queries = corpus.queries(tck, asked + count)[asked:]
        asked += count
        found = search(tck, _search(indexed, queries), count)
        exact = [set(corpus.ids[nearest(corpus.metric, query, corpus.vectors, _TOPK)].tolist()) for query in queries]
        hit = sum(len(right.intersection(hits.ids)) for right, hits in zip(exact, found, strict=True))
        return RecallSample(hit, count * _TOPK)

    return sample


@pytest.mark.clause("search/recall-ivf-flat")
def test_ivf_flat(tck: Case, ivf_flat: Indexed) -> None:
    """All lists together hold all vectors, whole."""
    _exact(tck, ivf_flat)


@pytest.mark.clause("search/recall-bin-ivf-flat")
def test_bin_ivf_flat(tck: Case, bin_ivf_flat: Indexed) -> None:
    """All lists together hold all vectors, whole."""
    _exact(tck, bin_ivf_flat)


@pytest.mark.clause("search/recall-ivf-sq8")
def test_ivf_sq8(tck: Case, ivf_sq8: Indexed) -> None:
    """A byte per dimension keeps most neighbours."""
    tck.recall(_sampler(tck, ivf_sq8), 0.9)


@pytest.mark.clause("search/recall-ivf-pq")
def test_ivf_pq(tck: Case, ivf_pq: Indexed) -> None:
    """Half a byte per dimension keeps more than half of the neighbours."""
    tck.recall(_sampler(tck, ivf_pq), 0.6)


@pytest.mark.clause("search/recall-hnsw")
def test_hnsw(tck: Case, hnsw: Indexed) -> None:
    """A wide list of candidates hardly misses a neighbour."""
    tck.recall(_sampler(tck, hnsw), 0.95)


@pytest.mark.clause("search/recall-scann")
def test_scann(tck: Case, scann: Indexed) -> None:
    """Candidates that are looked at again as a whole are nearly exact."""
    tck.recall(_sampler(tck, scann), 0.9)


@pytest.mark.clause("search/recall-autoindex")
def test_autoindex(tck: Case, autoindexed: Indexed) -> None:
    """An index that the server chose is a good one."""
    tck.recall(_sampler(tck, autoindexed), 0.9)


@each_case({"search/nprobe-out-of-range": {"0": 0, "65537": 65537}})
def test_nprobe(tck: Case, ivf_flat: Indexed, given: int) -> None:
    """As many lists are probed as can be named."""
    _refuse(tck, ivf_flat, {"nprobe": given})


@pytest.mark.clause("search/ef-below-topk")
def test_ef(tck: Case, hnsw: Indexed) -> None:
    """There have to be as many candidates as hits."""
    _refuse(tck, hnsw, {"ef": _TOPK - 1})


def _await_use(tck: Case, indexed: Indexed, wrong: Call[m.SearchResults]) -> None:
    """Give a server time that says an index is finished before it is used: parameters mean nothing until then."""
    while time.monotonic() < indexed.built + _USE_SECONDS and tck.call(wrong).ok:
        tck.pause(_LOOK_SECONDS)


def _refuse(tck: Case, indexed: Indexed, params: dict[str, int]) -> None:
    call = _search(indexed, indexed.corpus.queries(tck, 1))
    wrong = call.but_params("search_params", params=calls.as_json(params))
    _await_use(tck, indexed, wrong)
    tck.refused(
        wrong,
        neighbour=call,
        untouched=lambda: tck.look.load(indexed.corpus.name),
    )
