"""LoadCollection: what is loaded, and what it takes."""

import pytest
from milvus_tck.fixtures.actions import load
from milvus_tck.fixtures.marks import each_case, each_clause
from milvus_tck.fixtures.partitioned import LOADED, Parted, becomes_loaded, found, load_partitions, load_states, parted
from milvus_tck.suites.loading._refusals import COLLECTIONS, LONG, Refusal

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls


@pytest.mark.clause("load-collection/valid")
def test_a_collection_is_loaded(tck: Case) -> None:
    """A collection with an index can be loaded; once it is, its rows are found."""
    stage, _beside = parted(tck), parted(tck)
    tck.accepted(
        calls.load_collection(stage.name),
        effect=lambda _: (
            becomes_loaded(tck, stage.name) and same(stage.of(), found(tck, stage.name), what="rows found")
        ),
    )


@pytest.mark.clause("load-collection/again", "load-collection/other-resource-group")
def test_a_loaded_collection_is_loaded_again(tck: Case) -> None:
    """What is loaded stays as it is: loaded again, or into another resource group."""
    stage, _beside = parted(tck), parted(tck)
    load(tck, stage.name)
    again = calls.load_collection(stage.name)
    tck.accepted(again, effect=lambda _: _still_loaded(tck, stage), of="load-collection/again")
    tck.refused(
        again.but(resource_groups=[f"{stage.name}_nowhere"]),
        neighbour=again,
        untouched=lambda: load_states(tck, stage.name),
        of="load-collection/other-resource-group",
    )


def _still_loaded(tck: Case, stage: Parted) -> Equality:
    return same([LOADED], load_states(tck, stage.name), what="state") and same(
        stage.of(), found(tck, stage.name), what="rows found"
    )


@pytest.mark.clause("load-collection/refresh")
def test_a_loaded_collection_is_refreshed(tck: Case) -> None:
    """A refresh brings in what was stored since, and takes nothing away."""
    stage, _beside = parted(tck), parted(tck)
    load(tck, stage.name)
    tck.accepted(calls.load_collection(stage.name).but(refresh=True), effect=lambda _: _still_loaded(tck, stage))


@pytest.mark.clause("load-collection/other-replica-number")
def test_another_number_of_replicas(tck: Case) -> None:
    """A collection that is loaded cannot be loaded with another replica number."""
    stage = parted(tck)
    load(tck, stage.name)
    tck.refused(
        calls.load_collection(stage.name, 2),
        neighbour=calls.load_collection(stage.name),
        untouched=lambda: load_states(tck, stage.name),
        deadline=LONG,
    )


@each_case({"load-collection/replicas-unset": {"zero": 0, "minus-one": -1}})
def test_no_number_of_replicas(tck: Case, given: int) -> None:
    """A replica number of 0 or below is taken as 1: the collection is loaded, and one replica is what it has."""
    stage, _beside = parted(tck), parted(tck)
    tck.accepted(
        calls.load_collection(stage.name, given),
        effect=lambda _: (
            becomes_loaded(tck, stage.name)
            and same(stage.of(), found(tck, stage.name), what="rows found")
            and same(True, tck.call(calls.load_collection(stage.name, 1)).ok, what="a load of one replica succeeds")
        ),
    )


@each_clause(COLLECTIONS)
def test_a_load_that_can_not_be(tck: Case, spare: Parted, given: Refusal) -> None:
    """A load that lacks something, or asks for too much, fails and loads nothing."""
    name = given.stage(tck)
    tck.refused(
        given.call(name),
        neighbour=calls.load_collection(spare.name),
        untouched=lambda: load_states(tck, name),
        deadline=LONG,
    )


@pytest.mark.clause("load-collection/while-partitions-loaded")
def test_a_collection_of_which_a_partition_is_loaded(tck: Case) -> None:
    """Where a partition is loaded the rest can follow, from 2.3 on."""
    stage = parted(tck, "here", "there")
    load_partitions(tck, stage.name, "here")
    tck.answers(
        calls.load_collection(stage.name),
        effect=lambda _: (
            becomes_loaded(tck, stage.name, "there") and same(stage.of(), found(tck, stage.name), what="rows found")
        ),
        neighbour=calls.load_partitions(stage.name, "here"),
        untouched=lambda: load_states(tck, stage.name, "here", "there"),
    )
