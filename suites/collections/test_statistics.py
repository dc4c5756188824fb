"""GetCollectionStatistics: row_count moves with inserts and flushes."""

import numpy as np
import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.small_collections import DIM, FIELDS

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType


def _insert(tck: Case, name: str, rows: int, first: int = 0) -> None:
    columns = [
        column("id", DataType.Int64, np.arange(first, first + rows)),
        column("vec", DataType.FloatVector, np.ones((rows, DIM), dtype=np.float32)),
    ]
    tck.ok(calls.insert(name, columns, rows))


def _row_count(tck: Case, name: str) -> str | None:
    stats = tck.ok(calls.get_collection_statistics(name)).stats
    return {pair.key: pair.value for pair in stats}.get("row_count")


@pytest.mark.clause(
    "get-collection-statistics/row-count",
    "get-collection-statistics/before-flush",
    "get-collection-statistics/after-flush",
)
def test_the_rows_are_counted(tck: Case) -> None:
    """A new collection has no rows; after a flush all of them are counted, and those of another collection are not."""
    name, other = tck.name(), tck.name()
    for each in (name, other):
        tck.ok(calls.create_collection(each, *FIELDS))
    tck.expect("0", _row_count(tck, name), of="get-collection-statistics/row-count")
    _insert(tck, name, 30)
    _insert(tck, other, 7)
    tck.expect("0", _row_count(tck, name), of="get-collection-statistics/before-flush")
    flush(tck, name)
    once = _row_count(tck, name)
    _insert(tck, name, 12, first=30)
    flush(tck, name)
    tck.expect(
        ["30", "42"],
        [once, _row_count(tck, name)],
        of="get-collection-statistics/after-flush",
        members=("row_count after the first flush", "row_count after the second"),
    )


@pytest.mark.clause("get-collection-statistics/after-delete")
def test_deleted_rows(tck: Case) -> None:
    """Between the rows that are left and the rows that were inserted, every count is right."""
    name, rows, deleted = tck.name(), 35, 2
    tck.ok(calls.create_collection(name, *FIELDS))
    _insert(tck, name, rows)
    tck.ok(Call("Delete", m.DeleteRequest(collection_name=name, expr="id in [3, 4]")))
    flush(tck, name)
    count = _row_count(tck, name) or ""
    counted = int(count) if count.isdecimal() else -1
    tck.judge(
        rows - deleted <= counted <= rows,
        f"{rows - deleted} to {rows}",
        counted,
        signature="row-count:outside",
    )
