"""LoadPartitions: what is loaded, and what is not."""

import pytest
from milvus_tck.fixtures.actions import load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import (
    DEFAULT,
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
from milvus_tck.suites.loading._refusals import LONG, PARTITIONS, Refusal

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
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


@pytest.mark.clause("load-partitions/again")
def test_a_loaded_partition_is_loaded_again(tck: Case) -> None:
    """What is loaded stays as it is."""
    stage = parted(tck, "here", "there")
    load_partitions(tck, stage.name, "here")
    tck.accepted(calls.load_partitions(stage.name, "here"), effect=lambda _: _only_here(tck, stage))


@pytest.mark.clause("load-partitions/other-replica-number")
def test_a_loaded_partition_with_other_replicas(tck: Case) -> None:
    """What is loaded stays as it is, whoever asks for more replicas of it."""
    stage = parted(tck, "here", "there")
    load_partitions(tck, stage.name, "here")
    tck.refused(
        calls.load_partitions(stage.name, "here", replicas=2),
        neighbour=calls.load_partitions(stage.name, "here"),
        untouched=lambda: load_states(tck, stage.name, "here", "there"),
        deadline=LONG,
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


@pytest.mark.clause("load-partitions/partition-name-empty")
def test_a_partition_without_a_name(tck: Case) -> None:
    """An empty name is that of the default partition: it is loaded, and no other is."""
    stage = parted(tck, "there")
    tck.accepted(
        calls.load_partitions(stage.name, ""),
        effect=lambda _: (
            becomes_loaded(tck, stage.name, DEFAULT)
            and same([LOADED, UNLOADED], load_states(tck, stage.name, DEFAULT, "there"), what="states")
        ),
    )


@each_case(PARTITIONS)
def test_a_load_that_can_not_be(tck: Case, spare_partition: Parted, given: Refusal) -> None:
    """A load that lacks something, or names what is not there, fails and loads nothing."""
    name = given.stage(tck)
    tck.refused(
        given.call(name),
        neighbour=calls.load_partitions(spare_partition.name, DEFAULT),
        untouched=lambda: load_states(tck, name),
        deadline=LONG,
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
        # The partitions that stay are loaded anew in 2.6 and later: for a moment they are loading.
        effect=lambda _: (
            becomes_loaded(tck, stage.name, "there")
            and same([UNLOADED, LOADED], states(), what="states")
            and same(stage.of("there"), found(tck, stage.name), what="rows found")
        ),
        neighbour=calls.release_partitions(beside.name, "here"),
        untouched=states,
        of="release-partitions/after-load-collection",
    )
