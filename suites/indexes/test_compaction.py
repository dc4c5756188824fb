"""Indexes and compactions."""

import pytest
from milvus_tck.fixtures.actions import comes_true, compact, flush, index_and_load

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Undecided
from milvus_tck.wire import calls
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import int64_key, vector

_ROWS = 200


@pytest.mark.clause("get-index-build-progress/after-compaction")
def test_an_index_after_a_compaction(tck: Case) -> None:
    """An index that was whole is so again when a compaction is through."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", 2)))
    for start in (0, _ROWS):
        keys = range(start, start + _ROWS)
        vectors = column("vec", DataType.FloatVector, [[float(key), 1.0] for key in keys])
        tck.ok(calls.insert(name, [column("id", DataType.Int64, keys), vectors], _ROWS))
        flush(tck, name)
    index_and_load(tck, name)
    if not compact(tck, name):
        raise Undecided("nothing-compacted", "two flushed segments were left as they were: no plan was carried out")
    whole = comes_true(
        tck,
        calls.get_index_build_progress(name),
        lambda told: told.indexed_rows == told.total_rows == 2 * _ROWS,
        what="indexed",
    )
    tck.judge(whole, "all rows are indexed", "some are not", signature="rows-lost")
