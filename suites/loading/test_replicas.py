"""Replicas: where a loaded collection is held, and by which segments."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.actions import comes_true, flush, load
from milvus_tck.fixtures.marks import each_clause
from milvus_tck.fixtures.partitioned import Parted, found, parted
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call

#: A node that no cluster of a test has.
_NOBODY = 987_654


def _id(tck: Case, name: str) -> int:
    return tck.ok(calls.describe_collection(name)).collectionID


@pytest.mark.clause("get-replicas/loaded")
def test_the_replica_is_told(tck: Case, loaded: SmallCollection) -> None:
    """It is that of the collection, and held somewhere; by the id the same is told."""
    number = _id(tck, loaded.name)
    by_name, by_id = (
        tck.ok(call).replicas
        for call in (calls.get_replicas(loaded.name), calls.get_replicas("").but(collectionID=number))
    )
    told = [[each.collectionID, len(each.node_ids) > 0] for each in by_name]
    tck.expect(
        [[[number, True]], [each.replicaID for each in by_name]],
        [told, [each.replicaID for each in by_id]],
        members=("collection and whether nodes hold it", "the replicas by the id"),
    )


@pytest.mark.clause("get-replicas/not-loaded")
def test_no_replica(tck: Case, loaded: SmallCollection) -> None:
    """What is not loaded is held nowhere."""
    name = parted(tck, filled=False).name
    tck.refused(
        calls.get_replicas(name),
        neighbour=calls.get_replicas(loaded.name),
        untouched=lambda: tck.look.load(name),
    )


@pytest.mark.clause("get-query-segment-info/loaded")
def test_loaded_segments_are_told(tck: Case) -> None:
    """Each collection has segments of its own, and no row is lost or told twice."""
    stages = [parted(tck), parted(tck, "one", "two")]
    for each in stages:
        flush(tck, each.name)
        load(tck, each.name)
    told = [_comes_to_hold(tck, each) for each in stages]
    tck.expect([True, True], told, members=("all rows of the first", "all rows of the second"))


def _comes_to_hold(tck: Case, stage: Parted) -> bool:
    """Tell whether the loaded segments come to hold the rows of a collection, and are its own."""
    number, rows = _id(tck, stage.name), len(stage.of())
    return comes_true(
        tck,
        calls.get_query_segment_info(stage.name),
        lambda told: (
            [sum(each.num_rows for each in told.infos), *{each.collectionID for each in told.infos}] == [rows, number]
        ),
        what="all rows",
    )


_UNKNOWN: dict[str, Callable[[str], Call[Any]]] = {
    "get-replicas/collection-unknown": calls.get_replicas,
    "get-query-segment-info/collection-unknown": calls.get_query_segment_info,
}


@each_clause(_UNKNOWN)
def test_a_collection_that_is_not_there(tck: Case, loaded: SmallCollection, given: Callable[[str], Call[Any]]) -> None:
    """What does not exist is held nowhere."""
    unknown = tck.name()
    tck.refused(
        given(unknown),
        neighbour=given(loaded.name),
        untouched=lambda: [tck.look.listing(each) for each in (unknown, loaded.name)],
    )


@pytest.mark.clause("load-balance/collection-unknown")
def test_nothing_is_balanced(tck: Case) -> None:
    """What does not exist cannot be moved."""
    stage, unknown = parted(tck), tck.name()
    load(tck, stage.name)
    node = _node(tck, stage.name)
    tck.refused(
        calls.load_balance(unknown, node),
        neighbour=calls.load_balance(stage.name, node),
        untouched=lambda: [tck.look.listing(each) for each in (unknown, stage.name)],
    )


@pytest.mark.clause("load-balance/node-unknown")
def test_no_node_is_relieved(tck: Case) -> None:
    """A node that is not there holds nothing that could be moved."""
    stage = parted(tck)
    load(tck, stage.name)
    tck.refused(
        calls.load_balance(stage.name, _NOBODY),
        neighbour=calls.load_balance(stage.name, _node(tck, stage.name)),
        untouched=lambda: found(tck, stage.name),
    )


def _node(tck: Case, name: str) -> int:
    """Return a node that holds a loaded collection; 0 where none is told."""
    return next((node for each in tck.ok(calls.get_replicas(name)).replicas for node in each.node_ids), 0)
