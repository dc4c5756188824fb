"""What a hybrid search may not ask for."""

import json
from collections.abc import Callable

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.paired_vectors import DIM, Pairs
from milvus_tck.suites.hybrid._ranking import Hybrid, call_of, parts_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.schema import int64_key, vector

#: Searches of one request at most.
_MOST = 1024
#: Changes a valid hybrid search into another one.
Change = Callable[[Hybrid], Hybrid]


def _ranked(strategy: str, **params: object) -> Change:
    return lambda call: call.but_params("rank_params", strategy=strategy, params=json.dumps(params))


def _rank_params(**values: str | None) -> Change:
    return lambda call: call.but_params("rank_params", **values)


def _many(call: Hybrid) -> Hybrid:
    first = call.request.requests[0]  # type: ignore[attr-defined] # a HybridSearchRequest
    return call.but(requests=[first] * (_MOST + 1))


_REFUSED: dict[str, dict[str, Change]] = {
    "hybrid-search/searches-none": {"": lambda call: call.but(requests=[])},
    "hybrid-search/searches-1025": {"": _many},
    "hybrid-search/limit-missing": {"": _rank_params(limit=None)},
    "hybrid-search/limit-out-of-range": {
        "zero": _rank_params(limit="0"),
        "negative": _rank_params(limit="-1"),
        "16385": _rank_params(limit="16385"),
        "window": _rank_params(limit="10", offset="16380"),
        "word": _rank_params(limit="ten"),
    },
    "hybrid-search/strategy-unknown": {"": _rank_params(strategy="nosuch")},
    "hybrid-search/params-unreadable": {"": _rank_params(params="{k")},
    "hybrid-search/k-out-of-range": {
        "zero": _ranked("rrf", k=0),
        "negative": _ranked("rrf", k=-1),
        "16384": _ranked("rrf", k=16384),
        "text": _ranked("rrf", k="60"),
        "missing": _ranked("rrf"),
    },
    "hybrid-search/weights-other-number": {
        "fewer": _ranked("weighted", weights=[0.5]),
        "more": _ranked("weighted", weights=[0.5, 0.5, 0.5]),
    },
    "hybrid-search/weight-out-of-range": {
        "negative": _ranked("weighted", weights=[0.5, -0.1]),
        "above-one": _ranked("weighted", weights=[0.5, 1.1]),
        "text": _ranked("weighted", weights=[0.5, "1"]),
        "no-list": _ranked("weighted", weights=0.5),
    },
}


@each_case(_REFUSED)
def test_what_is_refused(tck: Case, pairs: Pairs, given: Change) -> None:
    """A ranking that is none, or of other searches than there are, is refused."""
    call = call_of(pairs, parts_of(pairs))
    tck.refused(given(call), neighbour=call, untouched=lambda: tck.look.count(pairs.name))


@pytest.mark.clause("hybrid-search/queries-differ")
def test_other_numbers_of_queries(tck: Case, pairs: Pairs) -> None:
    """Hits of one query of one search cannot be put together with hits of two of another."""
    parts = [pairs.part("front", near=(3, 30)), pairs.part("back")]
    tck.refused(
        call_of(pairs, parts),
        neighbour=call_of(pairs, parts_of(pairs)),
        untouched=lambda: tck.look.count(pairs.name),
    )


@pytest.mark.clause("hybrid-search/collection-unknown")
def test_a_collection_that_does_not_exist(tck: Case, pairs: Pairs) -> None:
    """There is nothing to search in."""
    call, unknown = call_of(pairs, parts_of(pairs)), tck.name()
    tck.refused(call.but(collection_name=unknown), neighbour=call, untouched=lambda: tck.look.listing(unknown))


@pytest.mark.clause("hybrid-search/not-loaded")
def test_a_collection_that_is_not_loaded(tck: Case, pairs: Pairs) -> None:
    """A collection is searched in memory: it has to be loaded."""
    name, call = tck.name(), call_of(pairs, parts_of(pairs))
    tck.ok(calls.create_collection(name, int64_key(), vector("front", DIM), vector("back", DIM)))
    for each, metric in (("front", "L2"), ("back", "IP")):
        tck.ok(calls.create_index(name, each, "FLAT", metric, {}))
    tck.refused(call.but(collection_name=name), neighbour=call, untouched=lambda: tck.look.load(name))
