"""CreatePartition: what comes of it, and under which names."""

from collections.abc import Mapping

import pytest
from milvus_tck.fixtures.actions import flush, load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import DEFAULT, becomes_loaded, found, insert_keys, parted, with_partition_key
from milvus_tck.suites.partitions._assertions import ILL_FORMED, create, listed, names, row_counts, there

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

_NAMES: Mapping[str, Mapping[str, str]] = {
    "create-partition/name-well-formed": {
        "digit-first": "1shelf",
        "digits": "123",
        "underscore-first": "_shelf",
        "upper-case": "Shelf",
        "255-bytes": "p" * 255,
    },
    "create-partition/name-empty": {"empty": "", "blanks": "  "},
    "create-partition/name-ill-formed": ILL_FORMED,
    "create-partition/name-with-dash": {"": "a-b"},
    "create-partition/name-with-blanks": {"before": " shelf", "after": "shelf "},
}


@pytest.mark.clause("create-partition/valid")
def test_a_partition_is_created(tck: Case) -> None:
    """A new partition is told apart from another one, from none, and from those of another collection."""
    name, other = create(tck), create(tck)

    def told_apart(_: m.Status) -> Equality:
        tck.ok(calls.create_partition(name, "second"))
        has = [*there(tck, name, "first", "second", "third"), *there(tck, other, "first")]
        return same(
            [[True, True, False, False], [DEFAULT, "first", "second"], [DEFAULT]],
            [has, names(tck, name), names(tck, other)],
            members=("partitions are there", "partition names", "partition names of the other collection"),
        )

    tck.accepted(calls.create_partition(name, "first"), effect=told_apart)


@each_case({"create-partition/again": {"created": "here", "default": DEFAULT}})
def test_a_partition_is_created_again(tck: Case, given: str) -> None:
    """A partition that exists stays what it is, with its id, when it is created again."""
    stage = parted(tck, "here", "there", indexed=False, filled=False)
    before = listed(tck, stage.name)
    tck.accepted(
        calls.create_partition(stage.name, given),
        effect=lambda _: (
            same(before, listed(tck, stage.name), what="partitions")
            and same([DEFAULT, "here", "there"], names(tck, stage.name), what="partition names")
            and same([False], there(tck, stage.name, "nowhere"), what="one of another name is there")
        ),
    )


@pytest.mark.clause("create-partition/after-drop")
def test_a_dropped_partition_is_created_again(tck: Case) -> None:
    """A name can be used again; what comes is a new partition without rows."""
    stage = parted(tck, "here", "there", indexed=False)
    flush(tck, stage.name)
    old, before = _id(tck, stage.name), row_counts(tck, stage.name, "here", "there")
    tck.ok(calls.drop_partition(stage.name, "here"))

    def is_new(_: m.Status) -> Equality:
        after = row_counts(tck, stage.name, "here", "there")
        counted = same([["3", "3"], ["0", "3"]], [before, after], members=("row_counts before", "row_counts"))
        return counted and _has_new_id(tck, stage.name, old)

    tck.accepted(calls.create_partition(stage.name, "here"), effect=is_new)


def _has_new_id(tck: Case, collection: str, old: int) -> Equality:
    new = _id(tck, collection)
    return met(new not in {0, old}, f"neither 0 nor {old}", new, what="partition id")


def _id(tck: Case, collection: str) -> int:
    rows = listed(tck, collection)
    return rows["here"].id if "here" in rows else 0


@pytest.mark.clause("create-partition/collection-loaded")
def test_a_partition_is_created_in_a_loaded_collection(tck: Case) -> None:
    """A partition that comes into a loaded collection need not be loaded by hand."""
    stage = parted(tck)
    load(tck, stage.name)
    keys = [max(stage.of()) + number for number in (1, 2)]

    def is_loaded(_: m.Status) -> Equality:
        loaded = same([True], there(tck, stage.name, "late"), what="is there") and becomes_loaded(
            tck, stage.name, "late"
        )
        if not loaded:
            return loaded
        insert_keys(tck, stage.name, keys, partition="late")
        return same([*stage.of(), *keys], found(tck, stage.name), what="rows found") and same(
            keys, found(tck, stage.name, "late"), what="rows found in the partition"
        )

    tck.accepted(calls.create_partition(stage.name, "late"), effect=is_loaded)


@each_case(_NAMES)
def test_a_name_at_a_rule(tck: Case, given: str) -> None:
    """A name is made of ASCII letters, digits and underscores, 255 bytes at most; dashes came later."""
    name = create(tck, "plain")
    tck.answers(
        calls.create_partition(name, given),
        effect=lambda _: (
            same(sorted([DEFAULT, "plain", given]), names(tck, name), what="partition names")
            and same(
                [True, False], there(tck, name, given, "nowhere"), members=("is there", "one of another name is there")
            )
        ),
        neighbour=calls.create_partition(name, "another"),
        untouched=lambda: names(tck, name),
    )


@each_case({"create-partition/partition-key": {"new": "shelf", "of-its-own": "_default_0"}})
def test_a_collection_with_a_partition_key(tck: Case, given: str) -> None:
    """Where a partition key spreads the rows, the partitions are the server's own."""
    name, plain = with_partition_key(tck), create(tck)
    tck.refused(
        calls.create_partition(name, given),
        neighbour=calls.create_partition(plain, given),
        untouched=lambda: names(tck, name),
    )
