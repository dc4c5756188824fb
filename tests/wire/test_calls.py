"""Building valid requests: each function makes the request of the RPC it is named after."""

import inspect
import json
from typing import Any, get_origin

import numpy as np
import pytest

from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.spec.clause_files import kebab
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.descriptors import method
from milvus_tck.wire.schema import collection_schema, field, int64_key, varchar, vector

_SAMPLES: dict[str, Any] = {
    "name": "c", "collection": "c", "field": "v", "index_type": "FLAT", "columns": (), "rows": 1,
    "alias": "a", "expr": "id > 0", "compaction": 7, "collection_id": 7,
    "left": (1.0, 0.0), "right": (0.0, 1.0), "user": "u", "password": "p", "old": "p", "new": "q", "role": "r",
    "privilege": "Query",
    "request": "{}", "request_type": "{}", "database": "d", "timestamp": 7, "node": 7, "new_name": "n",
    "added": field("f", m.DataType.Int64), "flushed": m.FlushResponse(), "queries": np.zeros((2, 4), np.float32),
}  # fmt: skip


def _made(function: str) -> Call[Any]:
    """Call a function with no more than it needs."""
    parameters = inspect.signature(getattr(calls, function)).parameters.values()
    needed = [_SAMPLES[each.name] for each in parameters if each.default is each.empty and each.kind not in _REST]
    return getattr(calls, function)(*needed)  # type: ignore[no-any-return] # whatever the name leads to


_REST = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


#: Every function that makes a call.
_FUNCTIONS = [
    name for name in calls.__all__ if get_origin(inspect.signature(getattr(calls, name)).return_annotation) is Call
]


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_a_call_is_the_request_of_its_rpc(function: str) -> None:
    """A function is named after its RPC and makes the message that the RPC takes."""
    made = _made(function)
    assert kebab(made.rpc).replace("-", "_") == function
    assert made.request.DESCRIPTOR.full_name == method(made.rpc).input_type.full_name


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_a_call_stands_with_its_family(function: str) -> None:
    """The module of a function is named after the family of its RPC, as `proto/rpcs.toml` has it."""
    module = getattr(calls, function).__module__.rpartition(".")[2]
    assert module == rpcs()[_made(function).rpc].family.replace("-", "_")


def test_the_core_can_be_called() -> None:
    """There is a function for every RPC of the core."""
    assert {_made(function).rpc for function in _FUNCTIONS} >= set(core_rpcs())


def test_a_definition_travels_as_bytes() -> None:
    """CreateCollection carries its schema serialized, under the collection's own name."""
    fields = (int64_key("id", auto_id=True), varchar("text", 9), vector("v", 4))
    made = calls.create_collection("c", *fields, description="d", dynamic=True, shards=2, properties={"k": "v"})
    request = made.request
    assert isinstance(request, m.CreateCollectionRequest)
    schema = m.CollectionSchema.FromString(request.schema)
    assert schema == collection_schema("c", *fields, description="d", dynamic=True)
    assert (request.shards_num, request.consistency_level) == (2, m.ConsistencyLevel.Strong)
    assert [(pair.key, pair.value) for pair in request.properties] == [("k", "v")]


def test_fields_of_a_definition() -> None:
    """Options of a field's type travel as text; what was not asked for is not set."""
    types = m.DataType
    assert int64_key("id") == m.FieldSchema(name="id", data_type=types.Int64, is_primary_key=True)
    assert int64_key("id", auto_id=True) == m.FieldSchema(
        name="id", data_type=types.Int64, is_primary_key=True, autoID=True
    )
    nine, four = key_values({"max_length": "9"}), key_values({"dim": "4"})
    assert varchar("t", 9) == m.FieldSchema(name="t", data_type=types.VarChar, type_params=nine)
    assert varchar("t", 9, primary=True).is_primary_key
    assert vector("v", 4) == m.FieldSchema(name="v", data_type=types.FloatVector, type_params=four)
    assert vector("v", 4, types.BinaryVector).data_type == types.BinaryVector
    assert field("a", types.Array) == m.FieldSchema(name="a", data_type=types.Array)
    assert field("a", types.Array, element=types.Bool).element_type == types.Bool
    assert field("k", types.Int64, partition_key=True, description="d") == m.FieldSchema(
        name="k", data_type=types.Int64, is_partition_key=True, description="d"
    )
    assert collection_schema("c") == m.CollectionSchema(name="c")


def _options(pairs: Any) -> dict[str, str]:  # noqa: ANN401 - a repeated field
    return {pair.key: pair.value for pair in pairs}


def test_an_index_sends_what_was_given() -> None:
    """Options of an index that are none are left to the server; numbers travel as JSON text."""
    bare = calls.create_index("c", "v", None).request
    assert bare == m.CreateIndexRequest(collection_name="c", field_name="v")
    full = calls.create_index("c", "v", "HNSW", "L2", {"M": 8}, name="i").request
    assert isinstance(full, m.CreateIndexRequest)
    options = _options(full.extra_params)
    assert json.loads(options.pop("params")) == {"M": 8}
    assert options == {"index_type": "HNSW", "metric_type": "L2"}
    assert full.index_name == "i"


def test_a_search_sends_what_was_given() -> None:
    """The number of queries is counted, options travel as text, those of the index as JSON in `params`."""
    made = calls.search("c", np.zeros((2, 4), np.float32), topk=3, expr="id > 1", output=["age"], nprobe=8).request
    assert isinstance(made, m.SearchRequest)
    options = _options(made.search_params)
    assert json.loads(options.pop("params")) == {"nprobe": 8}
    assert options == {"anns_field": "vec", "topk": "3", "metric_type": "L2", "round_decimal": "-1"}
    assert (made.nq, made.dsl, made.dsl_type) == (2, "id > 1", m.DslType.BoolExprV1)
    assert list(made.output_fields) == ["age"]
    silent = calls.search("c", np.zeros((1, 4), np.float32), metric=None).request
    assert isinstance(silent, m.SearchRequest)
    assert "metric_type" not in _options(silent.search_params)


def test_the_state_of_a_flush_is_asked_with_its_own_words() -> None:
    """GetFlushState repeats the segments and the time that Flush answered for that collection."""
    flushed = m.FlushResponse(coll_segIDs={"c": m.LongArray(data=[5, 6])}, coll_flush_ts={"c": 99})
    assert calls.get_flush_state("c", flushed).request == m.GetFlushStateRequest(
        collection_name="c", segmentIDs=[5, 6], flush_ts=99
    )
    assert calls.get_flush_state("d", flushed).request == m.GetFlushStateRequest(collection_name="d")
    assert "d" not in flushed.coll_segIDs
