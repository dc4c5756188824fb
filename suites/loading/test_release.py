"""ReleaseCollection and ReleasePartitions: what leaves the memory, and what stays.

Servers release one after the other, so a test that has released something judges all it can of it.
"""

import pytest
from milvus_tck.fixtures.actions import flush, load, shown, stands_on
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import (
    DEFAULT,
    LOADED,
    RELEASE_SECONDS,
    UNLOADED,
    Parted,
    becomes_loaded,
    everything,
    found,
    insert_keys,
    load_partitions,
    load_states,
    parted,
)
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.loading._refusals import RELEASES, Refusal

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


@pytest.mark.clause("release-collection/valid", "release-collection/again", "load-collection/after-release")
def test_a_collection_is_released_and_loaded_again(tck: Case) -> None:
    """What is released is not loaded any more, also when it is released twice, and can be loaded again."""
    stage, _beside = parted(tck), parted(tck)
    load(tck, stage.name)
    release = calls.release_collection(stage.name)
    for clause in ("release-collection/valid", "release-collection/again"):
        tck.accepted(
            release,
            effect=lambda _: same([UNLOADED], load_states(tck, stage.name), what="state"),
            of=clause,
            deadline=RELEASE_SECONDS,
        )
        stands_on(tck, clause)
    tck.accepted(
        calls.load_collection(stage.name),
        effect=lambda _: (
            becomes_loaded(tck, stage.name) and same(stage.of(), found(tck, stage.name), what="rows found")
        ),
        of="load-collection/after-release",
    )


@pytest.mark.clause("release-collection/not-loaded")
def test_what_was_never_loaded_is_released(tck: Case, loaded: SmallCollection) -> None:
    """Releasing what is not loaded is no fault, and touches nothing else."""
    stage = parted(tck, indexed=False, filled=False)
    tck.accepted(
        calls.release_collection(stage.name),
        effect=lambda _: same(
            [UNLOADED, LOADED],
            [*load_states(tck, stage.name), *load_states(tck, loaded.name)],
            what="states of this and of another collection",
        ),
    )


@pytest.mark.clause("release-collection/not-searchable")
def test_a_released_collection_is_not_searched(tck: Case, released: Parted, loaded: SmallCollection) -> None:
    """What was released cannot be searched."""
    tck.refused(
        everything(released.name),
        neighbour=everything(loaded.name),
        untouched=lambda: load_states(tck, released.name),
    )


@pytest.mark.clause("release-collection/in-memory")
def test_a_released_collection_is_not_in_memory(tck: Case, released: Parted, loaded: SmallCollection) -> None:
    """What was released is not listed among what is in memory."""
    names = shown(tck, calls.show_collections(m.ShowType.InMemory)).collection_names
    tck.expect(
        [True, False],
        [each.name in names for each in (loaded, released)],
        members=("the loaded one is listed", "the released one is listed"),
    )


@pytest.mark.clause("release-collection/after-load-partitions")
def test_a_collection_of_which_partitions_are_loaded_is_released(tck: Case) -> None:
    """Releasing a collection releases its partitions."""
    stage = parted(tck, "here", "there", filled=False)
    load_partitions(tck, stage.name, "here")
    tck.accepted(
        calls.release_collection(stage.name),
        effect=lambda _: same(
            [UNLOADED, UNLOADED],
            [*load_states(tck, stage.name), *load_states(tck, stage.name, "here")],
            what="states of the collection and of its partition",
        ),
        deadline=RELEASE_SECONDS,
    )


_ROWS = {"flushed": "flushed", "never-flushed": "growing"}


@pytest.mark.clause("release-partitions/rows", cases=tuple(_ROWS))
@pytest.mark.clause(
    "release-partitions/valid",
    "release-partitions/again",
    "release-partitions/not-searchable",
    "release-partitions/last",
    "load-partitions/after-release",
)
def test_partitions_are_released_one_after_the_other(tck: Case) -> None:
    """What is released leaves with its rows, what is not stays; with the last partition the collection leaves."""
    stage = _half_flushed(tck)
    load_partitions(tck, stage.name, *stage.keys)
    release = calls.release_partitions(stage.name, "flushed", "growing")
    for clause in ("release-partitions/valid", "release-partitions/again"):
        tck.accepted(
            release,
            effect=lambda _: same(
                [UNLOADED, LOADED, UNLOADED], load_states(tck, stage.name, *stage.keys), what="states"
            ),
            of=clause,
            deadline=RELEASE_SECONDS,
        )
        stands_on(tck, clause)
    _judge_rows(tck, stage)
    tck.answers(
        everything(stage.name, "flushed"),
        effect=lambda answer: same(
            stage.of("kept"), [*answer.results.ids.int_id.data, *found(tck, stage.name, "kept")], what="rows found"
        ),
        neighbour=everything(stage.name, "kept"),
        untouched=lambda: load_states(tck, stage.name, *stage.keys),
        of="release-partitions/not-searchable",
    )
    tck.accepted(
        calls.release_partitions(stage.name, "kept"),
        effect=lambda _: same([UNLOADED], load_states(tck, stage.name), what="state"),
        of="release-partitions/last",
        deadline=RELEASE_SECONDS,
    )
    stands_on(tck, "release-partitions/last")
    tck.accepted(
        calls.load_partitions(stage.name, "kept"),
        effect=lambda _: (
            becomes_loaded(tck, stage.name, "kept")
            and same(stage.of("kept"), found(tck, stage.name, "kept"), what="rows found")
        ),
        of="load-partitions/after-release",
    )


def _half_flushed(tck: Case) -> Parted:
    """Make a collection with a flushed partition and two that were never flushed."""
    stage = parted(tck, "flushed")
    flush(tck, stage.name)
    last = max(stage.of())
    keys = {"kept": [last + 1, last + 2], "growing": [last + 3, last + 4]}
    for partition, chosen in keys.items():
        tck.ok(calls.create_partition(stage.name, partition))
        insert_keys(tck, stage.name, chosen, partition=partition)
    return Parted(stage.name, {**stage.keys, **keys})


def _judge_rows(tck: Case, stage: Parted) -> None:
    there = found(tck, stage.name)
    for case, partition in _ROWS.items():
        expected = stage.of("kept")
        tck.expect(
            expected,
            [key for key in there if key in stage.of(partition, "kept")],
            of="release-partitions/rows",
            case=case,
        )


@pytest.mark.clause("release-partitions/not-loaded")
def test_a_partition_that_was_never_loaded_is_released(tck: Case) -> None:
    """Releasing a partition that is not loaded is no fault, and touches no other."""
    stage = parted(tck, "here", "there", filled=False)
    load_partitions(tck, stage.name, "here")
    tck.accepted(
        calls.release_partitions(stage.name, "there"),
        effect=lambda _: same([LOADED, UNLOADED], load_states(tck, stage.name, "here", "there"), what="states"),
    )


@pytest.mark.clause("release-partitions/partition-name-empty")
def test_a_partition_without_a_name(tck: Case) -> None:
    """An empty name is that of the default partition: it is released, and no other is."""
    stage = parted(tck, DEFAULT, "there")
    load_partitions(tck, stage.name, DEFAULT, "there")
    tck.accepted(
        calls.release_partitions(stage.name, ""),
        effect=lambda _: (
            becomes_loaded(tck, stage.name, "there")
            and same([UNLOADED, LOADED], load_states(tck, stage.name, DEFAULT, "there"), what="states")
        ),
        deadline=RELEASE_SECONDS,
    )


@each_case(RELEASES)
def test_a_release_that_can_not_be(tck: Case, given: Refusal) -> None:
    """A release that names nothing, or what is not there, fails and releases nothing."""
    name, beside = given.stage(tck), parted(tck, indexed=False, filled=False)
    tck.refused(
        given.call(name),
        neighbour=calls.release_partitions(beside.name, DEFAULT),
        untouched=lambda: load_states(tck, name),
    )
