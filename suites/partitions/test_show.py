"""ShowPartitions: what is there, and what of it is in memory."""

import pytest
from milvus_tck.fixtures.partitioned import DEFAULT, Parted, load_states, with_partition_key
from milvus_tck.fixtures.small_collections import SmallCollection
from milvus_tck.suites.partitions._assertions import create, listed, names

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

_IN_MEMORY = m.ShowType.InMemory
#: Bits of a timestamp below its physical part.
_LOGICAL_BITS = 18
_DONE = 100


@pytest.mark.clause("show-partitions/all")
def test_every_partition_is_listed(tck: Case) -> None:
    """Every partition is listed once, and none of another collection."""
    name, other = create(tck, "a", "b"), create(tck, "c")
    tck.expect(
        [[DEFAULT, "a", "b"], [DEFAULT, "c"]],
        [names(tck, name), names(tck, other)],
        members=("names", "names in the other collection"),
    )


@pytest.mark.clause("show-partitions/names")
def test_partitions_that_are_named(tck: Case) -> None:
    """Which partitions a request names makes no difference, unless it asks for what is in memory."""
    name = create(tck, "a", "b")
    named = tck.ok(calls.show_partitions(name).but(partition_names=["a"])).partition_names
    tck.expect([DEFAULT, "a", "b"], sorted(named))


@pytest.mark.clause("show-partitions/dropped")
def test_what_was_dropped_is_not_listed(tck: Case) -> None:
    """A dropped partition leaves the list, its neighbour stays."""
    name = create(tck, "a", "b")
    before = names(tck, name)
    tck.ok(calls.drop_partition(name, "b"))
    tck.expect(
        [[DEFAULT, "a", "b"], [DEFAULT, "a"]], [before, names(tck, name)], members=("names before", "names after")
    )


@pytest.mark.clause("show-partitions/ids")
def test_ids_stay_and_are_shared_by_none(tck: Case) -> None:
    """A partition keeps its id while others come and go; no two have the same, in any collection."""
    name, other = create(tck, "a", "b"), create(tck, "a")
    before = {key: each.id for key, each in listed(tck, name).items()}
    tck.ok(calls.create_partition(name, "c"))
    tck.ok(calls.drop_partition(name, "a"))
    after = {key: each.id for key, each in listed(tck, name).items()}
    elsewhere = [each.id for each in listed(tck, other).values()]
    ids = {*before.values(), *after.values(), *elsewhere} - {0}
    wanted = len([DEFAULT, "a", "b", "c"]) + len([DEFAULT, "a"])
    kept = {key: before.get(key) for key in (DEFAULT, "b")}
    tck.expect(
        [wanted, kept],
        [len(ids), {key: after.get(key) for key in kept}],
        members=("different ids", "ids of those that stay"),
    )


@pytest.mark.clause("show-partitions/created")
def test_what_came_later_is_younger(tck: Case) -> None:
    """Creation timestamps grow from the collection to its last partition."""
    name = create(tck, "a")
    tck.ok(calls.create_partition(name, "b"))
    collection = tck.ok(calls.describe_collection(name)).created_timestamp
    rows = listed(tck, name)
    first, second, third = (rows[each].created if each in rows else 0 for each in (DEFAULT, "a", "b"))
    tck.judge(
        0 < collection <= first < second < third,
        "0 < collection <= _default < a < b",
        [collection, first, second, third],
        signature="created:order",
        members=("collection", DEFAULT, "a", "b"),
    )


@pytest.mark.clause("show-partitions/created-utc")
def test_the_time_of_creation(tck: Case) -> None:
    """The physical part of a timestamp is a time in UTC milliseconds."""
    rows = listed(tck, create(tck, "a"))
    physical = {name: each.created >> _LOGICAL_BITS for name, each in rows.items()}
    tck.judge(
        sorted(rows) == [DEFAULT, "a"]
        and all(physical.values())
        and physical == {name: each.created_utc for name, each in rows.items()},
        physical,
        {name: each.created_utc for name, each in rows.items()},
        signature="other",
    )


@pytest.mark.clause("show-partitions/partition-key")
def test_the_partitions_of_a_partition_key(tck: Case) -> None:
    """The partitions that a partition key spreads rows over are numbered."""
    count = 3
    name, plain = with_partition_key(tck, count), create(tck, "a")
    numbered = [f"{DEFAULT}_{number}" for number in range(count)]
    tck.expect(
        [numbered, [DEFAULT, "a"]],
        [names(tck, name), names(tck, plain)],
        members=("names", "names in the other collection"),
    )


@pytest.mark.clause("show-partitions/in-memory", "show-partitions/in-memory-percentages")
def test_what_is_in_memory(tck: Case, partly_loaded: Parted) -> None:
    """Of a collection that is partly loaded that part is listed, at 100 per cent."""
    everything, loaded = listed(tck, partly_loaded.name), listed(tck, partly_loaded.name, _IN_MEMORY)
    wanted = [[DEFAULT, "here", "there"], {"here": everything["here"].id if "here" in everything else 0}]
    shown = [sorted(everything), {name: each.id for name, each in loaded.items()}]
    tck.expect(wanted, shown, of="show-partitions/in-memory", members=("names", "ids in memory"))
    percentages = {name: each.percentage for name, each in loaded.items()}
    tck.expect({"here": _DONE}, percentages, of="show-partitions/in-memory-percentages")


@pytest.mark.clause("show-partitions/in-memory-none")
def test_nothing_is_in_memory(tck: Case, loaded: SmallCollection) -> None:
    """Of a collection that is not loaded nothing is listed, or even that is refused."""
    name = create(tck)
    tck.answers(
        calls.show_partitions(name, _IN_MEMORY),
        effect=lambda answer: same(
            [[], [DEFAULT]],
            [list(answer.partition_names), names(tck, name)],
            members=("partition_names", "partition_names of the other collection"),
        ),
        neighbour=calls.show_partitions(loaded.name, _IN_MEMORY),
        untouched=lambda: load_states(tck, name),
    )


@pytest.mark.clause("show-partitions/collection-id-alone")
def test_by_an_id_alone(tck: Case) -> None:
    """A collection has to be named, though the request has a place for its id."""
    name = create(tck, "a")
    known = tck.ok(calls.describe_collection(name)).collectionID
    tck.refused(
        calls.show_partitions("").but(collectionID=known),
        neighbour=calls.show_partitions(name).but(collectionID=known),
        untouched=lambda: names(tck, name),
    )
