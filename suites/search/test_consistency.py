"""Consistency: when fresh rows are found."""

import numpy as np
import pytest
from milvus_tck.fixtures.actions import index_and_load
from milvus_tck.fixtures.small_collections import DIM, FIELDS, one_row
from milvus_tck.suites.search._assertions import search

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

_QUERY = np.full((1, DIM), 7.0, dtype=np.float32)
#: Physical time is counted in milliseconds above these bits.
_LOGICAL_BITS = 18
_HOUR = 3_600_000
_PATIENCE = 2.0


def _ready(tck: Case) -> str:
    """Create a collection with strong consistency and one row, loaded."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, level=m.ConsistencyLevel.Strong))
    tck.ok(calls.insert(name, one_row(1), 1))
    index_and_load(tck, name)
    return name


@pytest.mark.clause("search/session")
def test_the_rows_of_an_insertion(tck: Case) -> None:
    """With the timestamp of an insertion as its guarantee, a search waits until those rows are there."""
    name = _ready(tck)
    missed = []
    for key in range(2, 7):
        written = tck.ok(calls.insert(name, one_row(key), 1))
        call = calls.search(name, _QUERY, topk=20, level=m.ConsistencyLevel.Session)
        (hits,) = search(tck, call.but(guarantee_timestamp=written.timestamp))
        missed += [each for each in range(1, key + 1) if each not in hits.ids]
    tck.judge(not missed, "every row that was inserted before", f"{len(missed)} rows missed", signature="missed")


@pytest.mark.clause("search/default-consistency")
def test_the_collections_own_level(tck: Case) -> None:
    """The level of the collection is strong: fresh rows are found although the request names another level."""
    name = _ready(tck)
    missed = []
    for key in range(2, 7):
        tck.ok(calls.insert(name, one_row(key), 1))
        call = calls.search(name, _QUERY, topk=20, level=m.ConsistencyLevel.Eventually)
        (hits,) = search(tck, call.but(use_default_consistency=True))
        missed += [each for each in range(1, key + 1) if each not in hits.ids]
    tck.judge(not missed, "every row that was inserted before", f"{len(missed)} rows missed", signature="missed")


@pytest.mark.clause("search/guarantee-in-the-future")
def test_a_guarantee_in_the_future(tck: Case) -> None:
    """A search waits for a time that is yet to come, until the client gives it up."""
    name = _ready(tck)
    call = calls.search(name, _QUERY, level=m.ConsistencyLevel.Customized)
    created = tck.ok(calls.describe_collection(name)).created_timestamp
    future = created + (_HOUR << _LOGICAL_BITS)
    tck.refused(
        call.but(guarantee_timestamp=future).within(_PATIENCE),
        neighbour=call.but(guarantee_timestamp=created),
        untouched=lambda: tck.look.load(name),
    )
