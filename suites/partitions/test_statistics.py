"""GetPartitionStatistics: row_count moves with inserts and flushes, partition by partition."""

import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import DEFAULT, insert_keys, parted
from milvus_tck.suites.partitions._assertions import create, names, row_counts

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls

_ROWS = {"here": 5, "there": 7, DEFAULT: 2}
#: A partition that was there and is dropped.
_GONE = "gone"


@pytest.mark.clause(
    "get-partition-statistics/row-count",
    "get-partition-statistics/before-flush",
    "get-partition-statistics/after-flush",
    "get-partition-statistics/sum",
)
def test_the_rows_are_counted(tck: Case) -> None:
    """A new partition has no rows; after a flush each counts its own, and together they are the collection."""
    name, _beside = create(tck, "here", "there"), parted(tck, indexed=False)
    tck.expect(
        ["0"] * len(_ROWS), row_counts(tck, name, *_ROWS), of="get-partition-statistics/row-count", members=tuple(_ROWS)
    )
    _insert(tck, name)
    tck.expect(
        ["0"] * len(_ROWS),
        row_counts(tck, name, *_ROWS),
        of="get-partition-statistics/before-flush",
        members=tuple(_ROWS),
    )
    flush(tck, name)
    counted = row_counts(tck, name, *_ROWS)
    tck.expect(
        [str(rows) for rows in _ROWS.values()], counted, of="get-partition-statistics/after-flush", members=tuple(_ROWS)
    )
    total = {pair.key: pair.value for pair in tck.ok(calls.get_collection_statistics(name)).stats}.get("row_count")
    together = sum(int(each) for each in counted if each is not None and each.isdecimal())
    tck.expect(
        [sum(_ROWS.values()), str(together)],
        [together, total],
        of="get-partition-statistics/sum",
        members=("sum over the partitions", "row_count of the collection"),
    )


def _insert(tck: Case, name: str) -> None:
    first = 1
    for partition, rows in _ROWS.items():
        insert_keys(tck, name, list(range(first, first + rows)), partition=partition)
        first += rows


@pytest.mark.clause("get-partition-statistics/partition-name-empty")
def test_the_rows_of_the_partition_without_a_name(tck: Case) -> None:
    """An empty name is that of the default partition, whose rows are counted, and no others."""
    name = create(tck, "here", "there")
    _insert(tck, name)
    flush(tck, name)
    tck.expect([str(_ROWS[DEFAULT])], row_counts(tck, name, ""), members=("rows of the default partition",))


@each_case({
    "get-partition-statistics/partition-unknown": {
        "unknown": "nowhere",
        "empty": "",
        "ill-formed": "a b",
        "dropped": _GONE,
    }
})  # fmt: skip
def test_an_unknown_partition_has_no_statistics(tck: Case, given: str) -> None:
    """What does not exist has no rows to count, not even none."""
    name = create(tck)
    if given == _GONE:
        tck.ok(calls.create_partition(name, given))
        tck.ok(calls.drop_partition(name, given))
    tck.refused(
        calls.get_partition_statistics(name, given),
        neighbour=calls.get_partition_statistics(name, DEFAULT),
        untouched=lambda: names(tck, name),
    )
