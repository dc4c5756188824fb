"""Queries over keys that were inserted several times, and over keys that the server made."""

import numpy as np
import pytest
from milvus_tck.fixtures.actions import index_and_load

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.columns import column, dynamic_column, read_column, read_dynamic, values_of
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector

_KEYS, _TIMES = 10, 3


@pytest.mark.clause("query/repeated-keys")
def test_keys_that_were_inserted_several_times(tck: Case) -> None:
    """Limit and offset count keys, each of which comes once, on one page or the other."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", 2)))
    for _ in range(_TIMES):
        columns = [
            column("id", DataType.Int64, range(_KEYS)),
            column("vec", DataType.FloatVector, [[float(key), 0.0] for key in range(_KEYS)]),
        ]
        tck.ok(calls.insert(name, columns, _KEYS))
    index_and_load(tck, name)
    found = [
        values_of(tck.ok(calls.query(name, "id >= 0", output=["id"], limit=limit, offset=offset)).fields_data, "id")
        for limit, offset in ((_KEYS, 0), (_KEYS + 5, 0), (_KEYS // 2, 0), (_KEYS // 2, _KEYS // 2))
    ]
    every, (whole, beyond, *halves) = list(range(_KEYS)), found
    tck.expect(
        [every, every, [_KEYS // 2] * 2, every],
        [sorted(whole), sorted(beyond), [len(each) for each in halves], sorted(key for each in halves for key in each)],
        members=("as many as there are", "more than there are", "rows of each half", "both halves"),
    )


@pytest.mark.clause("query/generated-keys")
def test_keys_that_the_server_made(tck: Case) -> None:
    """A condition on another field chooses rows whose keys the server made."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(auto_id=True), field("n", DataType.Int64), vector("vec", 2)))
    columns = [
        column("n", DataType.Int64, range(_KEYS)),
        column("vec", DataType.FloatVector, [[float(key), 0.0] for key in range(_KEYS)]),
    ]
    tck.ok(calls.insert(name, columns, _KEYS))
    index_and_load(tck, name)
    found = [
        sorted(values_of(tck.ok(calls.query(name, text, output=["n"])).fields_data, "n"))
        for text in ("n > 6", "n not in [1, 2]", "n == 3 or n == 5")
    ]
    tck.expect([[7, 8, 9], [0, *range(3, 10)], [3, 5]], found, members=("more than 6", "not in a list", "one of two"))


@pytest.mark.clause("query/all-output", "query/some-output")
def test_all_output_fields(tck: Case) -> None:
    """All output fields are the fields of the schema, and the dynamic ones with them."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), field("n", DataType.Int64), vector("vec", 2), dynamic=True))
    columns = [
        column("id", DataType.Int64, [1]),
        column("n", DataType.Int64, [7]),
        column("vec", DataType.FloatVector, [[0.5, 2.0]]),
        dynamic_column([b'{"colour": "red"}']),
    ]
    tck.ok(calls.insert(name, columns, 1))
    index_and_load(tck, name)
    answer = tck.ok(calls.query(name, "id == 1", output=["*"]))
    dynamic = [row for each in answer.fields_data if each.is_dynamic for row in each.scalars.json_data.data]
    plain = [each for each in answer.fields_data if not each.is_dynamic]
    told = {each.field_name: np.asarray(read_column(each)).tolist() for each in plain}
    tck.expect(
        [{"id": [1], "n": [7], "vec": [[0.5, 2.0]]}, [{"colour": "red"}]],
        [told, [read_dynamic(row) for row in dynamic]],
        of="query/all-output",
        members=("fields of the schema", "dynamic fields"),
    )
    several = tck.ok(calls.query(name, "id == 1", output=["vec", "id"]))
    named = {each.field_name for each in several.fields_data}
    tck.expect(["id", "vec"], sorted(named), of="query/some-output", members=("first", "second"))
