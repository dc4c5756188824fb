"""What the JSON form has no words for, and what is no such form."""

import math

import numpy as np
import pytest
from google.protobuf.message import Message

from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.json_form import (
    YAML,
    Inexpressible,
    Malformed,
    dump,
    load,
    read_request,
    read_response,
    write_request,
    write_response,
)

_NAN = float("nan")
_ONE = np.ones((1, 2), dtype=np.float32)


def _insert(*columns: m.FieldData) -> Message:
    return calls.insert("c", columns, 1).request


def _reshaped(dim: int) -> m.FieldData:
    found = column("v", m.DataType.FloatVector, _ONE)
    found.vectors.dim = dim
    return found


def _retyped(kind: m.DataType.ValueType) -> m.FieldData:
    found = column("v", m.DataType.Int64, [1])
    found.type = kind
    return found


@pytest.mark.parametrize(
    ("rpc", "request_", "words"),
    [
        ("Insert", _insert(column("x", m.DataType.Float, [_NAN])), "NaN"),
        ("Insert", _insert(column("x", m.DataType.Double, [math.inf])), "NaN or infinity"),
        ("Insert", _insert(column("v", m.DataType.FloatVector, _ONE * _NAN)), "NaN"),
        ("Insert", _insert(_reshaped(3)), "no whole rows of dimension 3"),
        ("Insert", _insert(_reshaped(0)), "no whole rows"),
        ("Insert", _insert(_retyped(m.DataType.VarChar)), "long_data, not in string_data"),
        ("Insert", _insert(column("j", m.DataType.JSON, [b"{}"])), "has in a body"),
        ("Insert", _insert(dynamic_column([b"{}"])), "no is_dynamic"),
        ("Insert", m.InsertRequest(fields_data=[m.FieldData(type=m.DataType.Int64)]), "has in a body"),
        ("Insert", m.InsertRequest(schema_timestamp=1), "has no schema_timestamp"),
        ("CreateCollection", m.CreateCollectionRequest(schema=b"\xff"), "no CollectionSchema"),
        ("CreateCollection", m.CreateCollectionRequest(num_partitions=2), "has no num_partitions"),
        ("Search", m.SearchRequest(placeholder_group=b"\xff"), "no PlaceholderGroup"),
        ("Search", m.SearchRequest(), "not one placeholder"),
        ("Search", calls.search("c", _ONE, level=m.ConsistencyLevel.Bounded).request, "has no consistency_level"),
        ("Search", calls.search("c", _ONE * _NAN).request, "NaN"),
        ("Query", m.QueryRequest(expr_template_values={"a": m.TemplateValue(int64_val=1)}), "one of several"),
        ("HasCollection", m.HasCollectionRequest.FromString(b"\xfa\x7f\x01a"), "no definition names"),
    ],
)
def test_what_a_request_can_not_say(rpc: str, request_: Message, words: str) -> None:
    """A request beyond the words of its body is refused, never sent as something else."""
    with pytest.raises(Inexpressible, match=words):
        write_request(rpc, request_)


def test_what_an_answer_can_not_say() -> None:
    """JSON has no NaN, for a server neither."""
    with pytest.raises(Inexpressible, match="NaN"):
        write_response("Search", m.SearchResults(results=m.SearchResultData(scores=[_NAN])))


@pytest.mark.parametrize(
    ("rpc", "body", "words"),
    [
        ("HasCollection", b"{bad", "no JSON"),
        ("HasCollection", b"[1]", "not an object"),
        ("HasCollection", b"true", "a boolean, not an object"),
        ("HasCollection", b'{"collection_name":"a"', "no JSON"),
        ("HasCollection", b'{"collection_name":5}', "collection_name: 5 is not a string"),
        ("HasCollection", b'{"time_stamp":1.0}', "time_stamp: 1.0 is not an integer"),
        ("HasCollection", b'{"time_stamp":true}', "time_stamp: True is not an integer"),
        ("HasCollection", b'{"time_stamp":18446744073709551616}', "is not an integer"),
        ("HasCollection", b'{"time_stamp":-1}', "time_stamp: "),
        ("HasCollection", b'{"base":[]}', r"base: \[\] is not an object"),
        ("HasCollection", b'{"base":{"msg_type":"x"}}', "base.msg_type: 'x' is not an integer"),
        ("ShowCollections", b'{"collection_names":"a"}', "not an array"),
        ("ShowCollections", b'{"collection_names":[1]}', "1 is not a string"),
        ("CreateCollection", b'{"schema":"x"}', "schema: 'x' is not an object"),
        ("CreateCollection", b'{"schema":{"fields":[{"name":1}]}}', r"schema\.fields\[0\]\.name: 1"),
        ("Insert", b'{"fields_data":{}}', "fields_data: not an array"),
        ("Insert", b'{"fields_data":[{"type":5,"field":["a"]}]}', r"fields_data\[0\]\.field.*'a' is not an integer"),
        ("Insert", b'{"fields_data":[{"type":5}]}', r"field: not an array"),
        ("Insert", b'{"fields_data":[{"type":99,"field":[1]}]}', "no data type"),
        ("Insert", b'{"fields_data":[{"type":101,"field":[[1,2],[1]]}]}', r"rows of \[1, 2\] numbers"),
        ("Insert", b'{"fields_data":[{"type":101,"field":[]}]}', "no vectors"),
        ("Insert", b'{"fields_data":[{"type":101,"field":[[1e39]]}]}', "too large for a float32"),
        ("Search", b'{"vectors":[1]}', "not an array of numbers"),
        ("Search", b'{"binary_vectors":["*"]}', "no base64"),
        ("Query", b'{"expr_template_values":{"a":{"Val":{"Int64Val":1}}}}', "one of several"),
    ],
)
def test_what_is_no_request(rpc: str, body: bytes, words: str) -> None:
    """A body that is not what its RPC wants is refused with the place that is wrong."""
    with pytest.raises(Malformed, match=words):
        read_request(rpc, load(body))


def test_what_servers_forgive() -> None:
    """No body is an empty request; null, members that nobody knows, and earlier ones of the same name do not count."""
    assert read_request("ShowCollections", load(b"")) == m.ShowCollectionsRequest()
    assert read_request("ShowCollections", load(b"null")) == m.ShowCollectionsRequest()
    body = b'{"collection_name":"a","collection_name":"b","nosuch":[1],"db_name":null}'
    assert read_request("HasCollection", load(body)) == m.HasCollectionRequest(collection_name="b")


def test_the_sign_of_zero_survives() -> None:
    """Servers write -0.0 as -0; it is read as what it is."""
    found = read_response("Search", load(b'{"results":{"scores":[-0,0]}}'))
    assert found == m.SearchResults(results=m.SearchResultData(scores=[-0.0, 0.0]))
    assert found != m.SearchResults(results=m.SearchResultData(scores=[0.0, 0.0]))


def test_the_largest_float_is_read() -> None:
    """Servers round the largest float32 up to its shortest digits; it is still that number."""
    found = read_response("Search", load(b'{"results":{"scores":[3.4028235e+38]}}'))
    largest = float(np.finfo(np.float32).max)
    assert found == m.SearchResults(results=m.SearchResultData(scores=[largest]))


def test_depth_is_bounded() -> None:
    """A text nested deeper than any message is refused, in both content types."""
    deep = b"[" * 100_000
    for kind in ("application/json", YAML):
        with pytest.raises(Malformed):
            load(deep, kind)


def test_yaml_aliases_are_refused() -> None:
    """A few aliases unfold to more than any memory holds: none is read."""
    bomb = b"a: &a [1, 1]\nb: &b [*a, *a]\n"
    with pytest.raises(Malformed, match="aliases"):
        load(bomb, YAML)


def test_large_numbers_never_pass_through_a_float() -> None:
    """2^53 + 1, the smallest integer that a double cannot hold, and the largest of 64 bits arrive as they were."""
    numbers = [(1 << 53) + 1, (1 << 63) - 1, -(1 << 63)]
    answer = m.MutationResult(IDs=m.IDs(int_id=m.LongArray(data=numbers)), timestamp=(1 << 64) - 1)
    body = dump(write_response("Insert", answer))
    assert b"[9007199254740993,9223372036854775807,-9223372036854775808]" in body
    assert b'"timestamp":18446744073709551615' in body
    assert read_response("Insert", load(body)) == answer


def test_floats_travel_by_their_shortest_digits() -> None:
    """A float32 is written as the shortest number that reads as it."""
    answer = m.SearchResults(results=m.SearchResultData(scores=[0.1]))
    assert b'"scores":[0.1]' in dump(write_response("Search", answer))
