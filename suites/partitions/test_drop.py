"""DropPartition: gone with its rows, and only what was named."""

import pytest
from milvus_tck.fixtures.actions import flush, load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import (
    DEFAULT,
    LOADED,
    found,
    load_partitions,
    load_states,
    parted,
    with_partition_key,
)
from milvus_tck.suites.partitions._assertions import ILL_FORMED, create, names, there

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


@pytest.mark.clause("drop-partition/valid")
def test_a_dropped_partition_is_gone(tck: Case) -> None:
    """What is dropped is gone; its neighbour stays, and so does its namesake in another collection."""
    other, name = create(tck, "gone"), create(tck, "stays", "gone")
    before = [*there(tck, name, "gone", "stays"), *there(tck, other, "gone")]

    def only_it_is_gone(_: m.Status) -> Equality:
        after = [*there(tck, name, "gone", "stays"), *there(tck, other, "gone")]
        return same(
            [[True] * 3, [False, True, True], [DEFAULT, "stays"]],
            [before, after, names(tck, name)],
            members=("partitions were there", "partitions are there", "partition names"),
        )

    tck.accepted(calls.drop_partition(name, "gone"), effect=only_it_is_gone)


@each_case({"drop-partition/again": {"dropped": "gone", "unknown": "nowhere"}})
def test_what_is_not_there_is_dropped(tck: Case, given: str) -> None:
    """Dropping what is not there is no fault, and touches nothing else."""
    name = create(tck, "stays", "gone")
    tck.ok(calls.drop_partition(name, "gone"))
    tck.accepted(
        calls.drop_partition(name, given),
        effect=lambda _: same(
            [[DEFAULT, "stays"], [True, False]],
            [names(tck, name), there(tck, name, "stays", given)],
            members=("partition names", "the other and this one are there"),
        ),
    )


@each_case({"drop-partition/rows": {"flushed": True, "never-flushed": False}})
def test_the_rows_are_dropped(tck: Case, given: bool) -> None:  # noqa: FBT001 - the case of a table
    """Rows leave with their partition, whether they were flushed or not."""
    stage = parted(tck, "stays", "gone")
    if given:
        flush(tck, stage.name)

    tck.ok(calls.drop_partition(stage.name, "gone"))
    load(tck, stage.name)
    tck.expect(stage.of("stays"), found(tck, stage.name))


@pytest.mark.clause("drop-partition/default")
def test_the_default_partition_stays(tck: Case) -> None:
    """A collection always has its default partition."""
    name = create(tck, "gone")
    tck.refused(
        calls.drop_partition(name, DEFAULT),
        neighbour=calls.drop_partition(name, "gone"),
        untouched=lambda: DEFAULT in names(tck, name),
    )


@pytest.mark.clause("drop-partition/loaded")
def test_a_loaded_partition_stays(tck: Case) -> None:
    """What is loaded has to be released before it can be dropped."""
    stage, beside = parted(tck, "here"), create(tck, "here")
    load(tck, stage.name)
    tck.refused(
        calls.drop_partition(stage.name, "here"),
        neighbour=calls.drop_partition(beside, "here"),
        untouched=lambda: [names(tck, stage.name), load_states(tck, stage.name)],
    )


@pytest.mark.clause("drop-partition/other-loaded")
def test_a_partition_is_dropped_beside_a_loaded_one(tck: Case) -> None:
    """What is not loaded can be dropped, whatever else is loaded."""
    stage = parted(tck, "here", "there")
    load_partitions(tck, stage.name, "here")
    tck.accepted(
        calls.drop_partition(stage.name, "there"),
        effect=lambda _: (
            same([DEFAULT, "here"], names(tck, stage.name), what="partition names")
            and same([LOADED], load_states(tck, stage.name, "here"), what="state of the other partition")
            and same(stage.of("here"), found(tck, stage.name), what="rows found")
        ),
    )


@each_case({"drop-partition/name-empty": {"": ""}, "drop-partition/name-ill-formed": ILL_FORMED})
def test_an_ill_formed_name_is_not_dropped(tck: Case, given: str) -> None:
    """What cannot be the name of a partition is not dropped without a word."""
    name = create(tck, "gone", "stays")
    tck.refused(
        calls.drop_partition(name, given),
        neighbour=calls.drop_partition(name, "gone"),
        untouched=lambda: names(tck, name),
    )


@each_case({"drop-partition/partition-key": {"unknown": "shelf", "of-its-own": "_default_0"}})
def test_a_collection_with_a_partition_key(tck: Case, given: str) -> None:
    """Where a partition key spreads the rows, the partitions are the server's own."""
    name, plain = with_partition_key(tck), create(tck, given)
    tck.refused(
        calls.drop_partition(name, given),
        neighbour=calls.drop_partition(plain, given),
        untouched=lambda: names(tck, name),
    )
