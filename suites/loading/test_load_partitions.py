"""LoadPartitions: what is loaded, and what is not."""

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.parted import (
    LOADED,
    UNLOADED,
    Parted,
    becomes_loaded,
    everything,
    found,
    load_partitions,
    load_states,
    parted,
)
from milvus_tck.fixtures.steps import load
from milvus_tck.suites.loading.refusals import PARTITIONS, Refusal

from milvus_tck.verdict.case import Case
from milvus_tck.verdict.equality import Equality, same
from milvus_tck.wire import calls


@pytest.mark.clause("load-partitions/valid")
def test_a_partition_is_loaded(tck: Case) -> None:
    """A partition can be loaded alone: its rows are found, and those of others are not."""
    stage = parted(tck, "here", "there")
    tck.accepted(
        calls.load_partitions(stage.name, "here"),
        effect=lambda _: becomes_loaded(tck, stage.name, "here") and _only_here(tck, stage),
    )


def _only_here(tck: Case, stage: Parted) -> Equality:
    return same([LOADED], load_states(tck, stage.name, "here"), what="state of the partition") and same(
        stage.of("here"), found(tck, stage.name), what="rows found"
    )


@pytest.mark.clause("load-partitions/again", "load-partitions/other-replica-number")
def test_a_loaded_partition_is_loaded_again(tck: Case) -> None:
    """What is loaded stays as it is: loaded again, or with other replicas."""
    stage = parted(tck, "here", "there")
    load_partitions(tck, stage.name, "here")
    again = calls.load_partitions(stage.name, "here")
    tck.accepted(again, effect=lambda _: _only_here(tck, stage), of="load-partitions/again")
    tck.refused(
        calls.load_partitions(stage.name, "here", replicas=2),
        neighbour=again,
        untouched=lambda: load_states(tck, stage.name, "here", "there"),
        of="load-partitions/other-replica-number",
    )


@pytest.mark.clause("load-partitions/second")
def test_a_second_partition(tck: Case) -> None:
    """While one partition is loaded another one can follow, from 2.3 on."""
    stage = parted(tck, "here", "there")
    load_partitions(tck, stage.name, "here")
    tck.answers(
        calls.load_partitions(stage.name, "there"),
        effect=lambda _: (
            becomes_loaded(tck, stage.name, "there") and same(stage.of(), found(tck, stage.name), what="rows found")
        ),
        neighbour=calls.load_partitions(stage.name, "here"),
        untouched=lambda: load_states(tck, stage.name, "here", "there"),
    )


@pytest.mark.clause("load-partitions/other-not-searchable")
def test_a_partition_that_was_not_loaded_is_not_searched(tck: Case, partly_loaded: Parted) -> None:
    """Only what is loaded can be searched."""
    tck.refused(
        everything(partly_loaded.name, "there"),
        neighbour=everything(partly_loaded.name, "here"),
        untouched=lambda: load_states(tck, partly_loaded.name, "here", "there"),
    )


@each_case(PARTITIONS)
def test_a_load_that_can_not_be(tck: Case, spare_partition: Parted, given: Refusal) -> None:
    """A load that lacks something, or names what is not there, fails and loads nothing."""
    name = given.stage(tck)
    tck.refused(
        given.call(name),
        neighbour=calls.load_partitions(spare_partition.name, "here"),
        untouched=lambda: load_states(tck, name),
    )


@pytest.mark.clause("load-partitions/while-collection-loaded", "release-partitions/after-load-collection")
def test_partitions_of_a_loaded_collection(tck: Case) -> None:
    """What was loaded as a whole is whole up to 2.2; from 2.3 on each partition goes its own way."""
    stage, beside = parted(tck, "here", "there"), parted(tck, "here")
    load(tck, stage.name)

    def states() -> list[int]:
        return load_states(tck, stage.name, "here", "there")

    tck.answers(
        calls.load_partitions(stage.name, "here"),
        effect=lambda _: (
            same([LOADED, LOADED], states(), what="states")
            and same(stage.of(), found(tck, stage.name), what="rows found")
        ),
        neighbour=calls.load_collection(stage.name),
        untouched=states,
        of="load-partitions/while-collection-loaded",
    )
    tck.answers(
        calls.release_partitions(stage.name, "here"),
        effect=lambda _: (
            same([UNLOADED, LOADED], states(), what="states")
            and same(stage.of("there"), found(tck, stage.name), what="rows found")
        ),
        neighbour=calls.release_partitions(beside.name, "here"),
        untouched=states,
        of="release-partitions/after-load-collection",
    )
