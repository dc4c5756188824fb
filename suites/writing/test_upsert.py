"""Upsert: rows in the place of others."""

from collections.abc import Sequence

import pytest
from milvus_tck.fixtures.actions import flush, index_and_load

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.columns import column, read_column, values_of
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, int64_key, vector

_ROWS, _CHANGED, _TIMES = 100, 50, 5


def _columns(keys: Sequence[int], time: int) -> list[FieldData]:
    return [
        column("id", DataType.Int64, keys),
        column("time", DataType.Int64, [time] * len(keys)),
        column("vec", DataType.FloatVector, [[float(key), float(time)] for key in keys]),
    ]


def _count(tck: Case, name: str, expr: str = "") -> list[int]:
    answer = tck.ok(calls.query(name, expr, output=["count(*)"]))
    return [value for each in answer.fields_data for value in read_column(each)]


def _times(tck: Case, name: str) -> dict[int, int]:
    """Return when each row was written last, by its key."""
    answer = tck.ok(calls.query(name, "id >= 0", output=["id", "time"]))
    return dict(zip(*(values_of(answer.fields_data, field) for field in ("id", "time")), strict=True))


@pytest.mark.clause("upsert/count", "upsert/rows")
def test_rows_that_are_upserted_again_and_again(tck: Case) -> None:
    """A row stays one row, and has the values that it was given last."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), field("time", DataType.Int64), vector("vec", 2)))
    tck.ok(calls.insert(name, _columns(range(_ROWS), 0), _ROWS))
    index_and_load(tck, name)
    for time in range(1, _TIMES + 1):
        tck.ok(calls.upsert(name, _columns(range(_CHANGED), time), _CHANGED))
    before, rows_before = (_count(tck, name), _count(tck, name, f"id < {_CHANGED}")), _times(tck, name)
    flush(tck, name)
    after, rows_after = (_count(tck, name), _count(tck, name, f"id < {_CHANGED}")), _times(tck, name)
    counts = ([_ROWS], [_CHANGED])
    tck.expect(
        [*counts, *counts],
        [*before, *after],
        of="upsert/count",
        members=("all rows", "those that were upserted", "all rows after a flush", "those that were upserted after it"),
    )
    wanted = {key: _TIMES if key < _CHANGED else 0 for key in range(_ROWS)}
    tck.expect(
        [wanted, wanted],
        [rows_before, rows_after],
        of="upsert/rows",
        members=("time of each row", "time of each row after a flush"),
    )
