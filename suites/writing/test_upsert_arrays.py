"""Upserts of arrays: conditions on them see what was written last."""

import pytest
from milvus_tck.fixtures.actions import found_keys, index_and_load

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, int64_key, vector


def _columns(arrays: dict[int, list[int]]) -> list[FieldData]:
    return [
        column("id", DataType.Int64, list(arrays)),
        column("whole", DataType.Array, list(arrays.values()), element=DataType.Int64),
        column("vec", DataType.FloatVector, [[float(key), 1.0] for key in arrays]),
    ]


@pytest.mark.clause("upsert/arrays")
def test_arrays_that_are_upserted(tck: Case) -> None:
    """A condition on an array is true of the rows whose array is so since the last upsert."""
    name = tck.name()
    whole = field("whole", DataType.Array, {"max_capacity": "4"}, element=DataType.Int64)
    tck.ok(calls.create_collection(name, int64_key(), whole, vector("vec", 2)))
    tck.ok(calls.insert(name, _columns({0: [1, 2], 1: [1], 2: [2, 3]}), 3))
    index_and_load(tck, name)
    tck.ok(calls.upsert(name, _columns({0: [3], 1: [1, 2, 3]}), 2))
    found = [found_keys(tck, name, f"array_contains_all(whole, {values})") for values in ([1, 2], [3], [2, 3])]
    tck.expect([[1], [0, 1, 2], [1, 2]], found, members=("both 1 and 2", "3", "both 2 and 3"))
