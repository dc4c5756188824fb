"""The searched field, the metric, the query vectors, the parameters: what may be left out and what is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import index_and_load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.search_corpora import DIM, Corpus, small_corpus
from milvus_tck.suites.search._assertions import hits_of, judge_hits, search, troubles
from numpy.typing import NDArray

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.messages import PlaceholderType
from milvus_tck.wire.schema import int64_key, vector
from milvus_tck.wire.search import placeholder_group

_TOPK = 8
Search = Call[m.SearchResults]
#: Changes a valid search into another one, given its query vectors.
Change = Callable[[Search, NDArray[Any]], Search]


def _params(**values: str | None) -> Change:
    return lambda call, _queries: call.but_params("search_params", **values)


def _group(make: Callable[[NDArray[Any]], bytes]) -> Change:
    return lambda call, queries: call.but(placeholder_group=make(queries))


def _twice(call: Search, _queries: NDArray[Any]) -> Search:
    given = list(call.request.search_params)  # type: ignore[attr-defined] # a SearchRequest
    return call.but(search_params=[*given, *key_values({"topk": "3"})])


_SAME: dict[str, dict[str, Change]] = {
    "search/field-unset": {"absent": _params(anns_field=None), "empty": _params(anns_field="")},
    "search/metric-unset": {"absent": _params(metric_type=None), "empty": _params(metric_type="")},
    "search/params-unknown": {
        "params": _params(params='{"nobody_knows": 7}'),
        "search-params": _params(nobody_knows="7"),
    },
    "search/params-twice": {"": _twice},
    "search/consistency-level-unknown": {"": lambda call, _queries: call.but(consistency_level=9)},
}


@each_case(_SAME)
def test_what_makes_no_difference(tck: Case, distances: Corpus, given: Change) -> None:
    """What is left out has a default, what is not known is passed over: the hits stay the same."""
    queries = distances.queries(tck, 1)
    changed = given(calls.search(distances.name, queries, topk=_TOPK), queries)
    judge_hits(tck, changed, 1, troubles(distances, queries, _TOPK))


def _two_groups(queries: NDArray[Any]) -> bytes:
    group = m.PlaceholderGroup.FromString(placeholder_group(queries))
    group.placeholders.append(group.placeholders[0])
    return group.SerializeToString()


_TOLERATED: dict[str, dict[str, Change]] = {
    "search/query-untyped": {
        "": _group(lambda queries: placeholder_group(queries, kind=PlaceholderType.Value("None")))
    },
    "search/query-groups-two": {"": _group(_two_groups)},
}


@each_case(_TOLERATED)
def test_what_is_tolerated(tck: Case, given: Change) -> None:
    """Some servers take query vectors that are not quite right."""
    corpus = small_corpus(tck, 20)
    queries = corpus.queries(tck, 1)
    outcome = tck.call(given(calls.search(corpus.name, queries, topk=_TOPK), queries))
    right = troubles(corpus, queries, _TOPK)(search(tck, calls.search(corpus.name, queries, topk=_TOPK)))
    if not right:
        raise Blocked("search/nearest-l2", f"a search that is right finds the wrong rows: {right.signature}")
    tck.judge(outcome.ok, "an answer", str(outcome), signature="refused")


_REFUSED: dict[str, dict[str, Change]] = {
    "search/field-unknown": {"": _params(anns_field="nofield")},
    "search/field-scalar": {"": _params(anns_field="id")},
    "search/metric-other": {"ip": _params(metric_type="IP"), "nobody-knows": _params(metric_type="NOSUCH")},
    "search/metric-lower-case": {"": _params(metric_type="l2")},
    "search/group-by-unknown-field": {"": _params(group_by_field="nofield")},
    "search/query-dim": {
        "smaller": _group(lambda queries: placeholder_group(queries[:, : DIM // 2])),
        "larger": _group(lambda queries: placeholder_group(np.concatenate([queries, queries], axis=1))),
        "three-bytes": _group(lambda _queries: _bytes(b"abc")),
    },
    "search/query-type": {"": _group(lambda _queries: placeholder_group(np.zeros((1, DIM // 8), dtype=np.uint8)))},
    "search/query-type-of-same-size": {
        "": _group(lambda queries: placeholder_group(queries, kind=PlaceholderType.BinaryVector)),
    },
    "search/query-unreadable": {"garbage": _group(lambda _queries: b"\xff\xff\xff"), "empty": _group(lambda _q: b"")},
    "search/query-tag": {"": _group(lambda queries: placeholder_group(queries, tag="x"))},
    "search/params-unreadable": {
        "missing": _params(params=None),
        "empty": _params(params=""),
        "no-json": _params(params="{nprobe"),
    },
}


def _bytes(value: bytes) -> bytes:
    holder = m.PlaceholderValue(tag="$0", type=PlaceholderType.FloatVector, values=[value])
    return m.PlaceholderGroup(placeholders=[holder]).SerializeToString()


@each_case(_REFUSED)
def test_what_is_refused(tck: Case, given: Change) -> None:
    """A search of something else than the vector field, by other vectors or another metric, is refused."""
    corpus = small_corpus(tck, 20)
    queries = corpus.queries(tck, 1)
    call = calls.search(corpus.name, queries, topk=_TOPK)
    tck.refused(given(call, queries), neighbour=call, untouched=lambda: tck.look.load(corpus.name))


@pytest.mark.clause("search/field-unset-several")
def test_one_of_several_fields_has_to_be_named(tck: Case) -> None:
    """Where there are several vector fields, a search has to name one."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", DIM), vector("other", DIM)))
    tck.ok(calls.create_index(name, "other", "FLAT", "L2", {}))
    index_and_load(tck, name)
    call = calls.search(name, np.zeros((1, DIM), dtype=np.float32))
    tck.refused(
        call.but_params("search_params", anns_field=None),
        neighbour=call,
        untouched=lambda: tck.look.count(name),
    )


@each_case({"search/query-not-finite": {"nan": np.nan, "infinity": np.inf}})
def test_a_query_that_is_not_finite(tck: Case, distances: Corpus, given: float) -> None:
    """NaN and infinity are near to nothing."""
    query = distances.queries(tck, 1)
    query[0, 0] = given
    outcome = tck.call(calls.search(distances.name, query, topk=_TOPK))
    topks = list(outcome.answer.results.topks) if outcome.ok and outcome.answer is not None else None
    tck.expect([0], topks)


@pytest.mark.clause("search/travel-timestamp")
def test_a_timestamp_to_travel_to(tck: Case, distances: Corpus) -> None:
    """Time travel was off in 2.2 and is gone since."""
    queries = distances.queries(tck, 1)
    call = calls.search(distances.name, queries, topk=_TOPK)
    tck.answers(
        call.but(travel_timestamp=1),
        effect=lambda answer: troubles(distances, queries, _TOPK)(hits_of(answer, 1)),
        neighbour=call,
        untouched=lambda: tck.look.count(distances.name),
    )


@pytest.mark.clause("search/not-loaded")
def test_a_collection_that_is_not_loaded(tck: Case, distances: Corpus) -> None:
    """A collection is searched in memory: it has to be loaded."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", DIM)))
    tck.ok(calls.create_index(name, "vec", "FLAT", "L2", {}))
    queries = distances.queries(tck, 1)
    tck.refused(
        calls.search(name, queries),
        neighbour=calls.search(distances.name, queries),
        untouched=lambda: tck.look.load(name),
    )
