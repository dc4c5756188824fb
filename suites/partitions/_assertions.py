"""Collections with partitions in them, what can be seen of those, and names that no partition can have."""

from collections.abc import Mapping
from dataclasses import dataclass

from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.kinds import Show

__all__ = ["ILL_FORMED", "Listed", "create", "listed", "names", "row_counts", "there"]

#: Names that break a rule, by the case that they are.
ILL_FORMED: Mapping[str, str] = {
    "blank": "a b",
    "dot": "a.b",
    "dollar": "a$b",
    "slash": "a/b",
    "unicode": "書架",
    "dash-first": "-a",
    "256-bytes": "p" * 256,
}


def create(tck: Case, *partitions: str) -> str:
    """Create a small collection with these partitions, without index and rows."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    for each in partitions:
        tck.ok(calls.create_partition(name, each))
    return name


@dataclass(frozen=True, slots=True)
class Listed:
    """One partition as ShowPartitions lists it; what the list does not hold is 0."""

    id: int
    created: int
    created_utc: int
    percentage: int


def listed(tck: Case, collection: str, kind: Show = m.ShowType.All) -> dict[str, Listed]:
    """List the partitions of a collection by name; a list that is not as long as that of the names tells nothing."""
    answer = tck.ok(calls.show_partitions(collection, kind))
    columns = (
        answer.partitionIDs,
        answer.created_timestamps,
        answer.created_utc_timestamps,
        answer.inMemory_percentages,
    )
    return {
        name: Listed(*(column[row] if len(column) == len(answer.partition_names) else 0 for column in columns))
        for row, name in enumerate(answer.partition_names)
    }


def names(tck: Case, collection: str) -> list[str]:
    """Return the names of the partitions of a collection, sorted; one that is listed twice is there twice."""
    return tck.look.partitions(collection)


def there(tck: Case, collection: str, *partitions: str) -> list[bool]:
    """Tell of each of these whether the collection has it."""
    return [tck.look.partition(collection, each) for each in partitions]


def row_counts(tck: Case, collection: str, *partitions: str) -> list[str | None]:
    """Return the row_count of each of these; `None` where the statistics have none."""
    found = [tck.ok(calls.get_partition_statistics(collection, each)).stats for each in partitions]
    return [{pair.key: pair.value for pair in stats}.get("row_count") for stats in found]
