"""Every request and every answer of `/api/v1`, to JSON and back."""

from typing import Any

import numpy as np
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from milvus_tck.spec.routes import routes
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
from milvus_tck.wire.descriptors import methods
from milvus_tck.wire.json_form import JSON, YAML, dump, load, read_request, read_response, write_request, write_response
from milvus_tck.wire.json_form.forms import FORMS
from tests.wire.json_form.messages import messages

_RPCS = sorted(route.rpc for route in routes("http-api-v1") if route.rpc)
_FEW = settings(max_examples=40)


def _sayable(member: FieldDescriptor) -> bool:
    """Whether a request can say it: no member of a real oneof."""
    oneof = member.containing_oneof
    return oneof is None or oneof.name == f"_{member.name}"


def _request(rpc: str, request: Message, kind: str = JSON) -> Message:
    return read_request(rpc, load(dump(write_request(rpc, request), kind), kind))


def _response(rpc: str, answer: Message, kind: str = JSON) -> Message:
    return read_response(rpc, load(dump(write_response(rpc, answer), kind), kind))


@pytest.mark.parametrize("rpc", [rpc for rpc in _RPCS if rpc not in FORMS])
@_FEW
@given(data=st.data())
def test_requests(rpc: str, data: st.DataObject) -> None:
    """A request that travels as its message is the same on the other side."""
    request = data.draw(messages(methods()[rpc].input_type, _sayable))
    assert _request(rpc, request) == request


@pytest.mark.parametrize("rpc", _RPCS)
@_FEW
@given(data=st.data())
def test_responses(rpc: str, data: st.DataObject) -> None:
    """An answer is the same on the other side, whichever member of a oneof it chose."""
    answer = data.draw(messages(methods()[rpc].output_type))
    assert _response(rpc, answer) == answer


@pytest.mark.parametrize("rpc", ["DescribeCollection", "Search", "Flush"])
@settings(max_examples=15)
@given(data=st.data())
def test_responses_in_yaml(rpc: str, data: st.DataObject) -> None:
    """The same holds where the content type is YAML."""
    answer = data.draw(messages(methods()[rpc].output_type, depth=2))
    assert _response(rpc, answer, YAML) == answer


@_FEW
@given(data=st.data())
def test_create_collection(data: st.DataObject) -> None:
    """A schema that travels as an object arrives as the same bytes."""
    schema = data.draw(messages(m.CollectionSchema.DESCRIPTOR, _sayable))
    kept = {"collection_name", "db_name", "shards_num", "consistency_level", "properties"}
    given_ = data.draw(messages(m.CreateCollectionRequest.DESCRIPTOR, lambda member: member.name in kept, 1))
    request = m.CreateCollectionRequest.FromString(given_.SerializeToString())
    request.schema = schema.SerializeToString()
    found = _request("CreateCollection", request)
    assert isinstance(found, m.CreateCollectionRequest)
    assert m.CollectionSchema.FromString(found.schema) == schema
    found.schema = request.schema
    assert found == request


_ROWS = stn.array_shapes(min_dims=2, max_dims=2, max_side=5)
_SCALARS = {
    m.DataType.Bool: st.booleans(),
    m.DataType.Int8: st.integers(-128, 127),
    m.DataType.Int16: st.integers(-(1 << 15), (1 << 15) - 1),
    m.DataType.Int32: st.integers(-(1 << 31), (1 << 31) - 1),
    m.DataType.Int64: st.integers(-(1 << 63), (1 << 63) - 1),
    m.DataType.Float: st.floats(width=32, allow_nan=False, allow_infinity=False),
    m.DataType.Double: st.floats(allow_nan=False, allow_infinity=False),
    m.DataType.VarChar: st.text(st.characters(codec="utf-8"), max_size=5),
}
_FINITE = stn.from_dtype(np.dtype("<f4"), allow_nan=False, allow_infinity=False)
_VECTORS: dict[m.DataType.ValueType, tuple[np.dtype[Any], st.SearchStrategy[Any]]] = {
    m.DataType.FloatVector: (np.dtype("<f4"), _FINITE),
    m.DataType.Float16Vector: (np.dtype("<f2"), stn.from_dtype(np.dtype("<f2"), allow_nan=False, allow_infinity=False)),
    # The exponent of all ones is infinity and NaN.
    m.DataType.BFloat16Vector: (np.dtype("<u2"), st.integers(0, 0xFFFF).filter(lambda bits: bits & 0x7F80 != 0x7F80)),
}


@pytest.mark.parametrize("kind", _SCALARS)
@_FEW
@given(data=st.data())
def test_insert_of_scalars(kind: m.DataType.ValueType, data: st.DataObject) -> None:
    """A column of numbers, booleans or texts arrives as it was."""
    values = data.draw(st.lists(_SCALARS[kind], min_size=1, max_size=5))
    request = calls.insert("c", [column("f", kind, values)], len(values), partition="p").request
    assert _request("Insert", request) == request


@pytest.mark.parametrize("kind", _VECTORS)
@_FEW
@given(data=st.data())
def test_insert_of_vectors(kind: m.DataType.ValueType, data: st.DataObject) -> None:
    """A column of vectors arrives bit by bit as it was."""
    dtype, elements = _VECTORS[kind]
    rows = data.draw(stn.arrays(dtype, _ROWS, elements=elements))
    request = calls.insert("c", [column("f", kind, rows)], len(rows)).request
    assert _request("Insert", request) == request


@pytest.mark.parametrize("dtype", ["<f4", "u1"])
@_FEW
@given(data=st.data())
def test_search(dtype: str, data: st.DataObject) -> None:
    """Queries, floats or packed bits, arrive bit by bit as they were."""
    finite = _FINITE if dtype == "<f4" else None
    queries = data.draw(stn.arrays(np.dtype(dtype), _ROWS, elements=finite))
    request = calls.search("c", queries, topk=3, expr="id > 1", output=["id"], partitions=["p"], nprobe=8).request
    assert _request("Search", request) == request


@_FEW
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1), st.binary(min_size=1))
def test_calc_distance(numbers: list[float], bits: bytes) -> None:
    """Operands arrive as they were: vectors, packed bits, or ids above 2^53."""
    floats = m.VectorsArray(data_array=m.VectorField(dim=1, float_vector=m.FloatArray(data=numbers)))
    packed = m.VectorsArray(data_array=m.VectorField(dim=8, binary_vector=bits))
    ids = m.IDs(int_id=m.LongArray(data=[(1 << 53) + 1]))
    named = m.VectorsArray(
        id_array=m.VectorIDs(collection_name="c", field_name="f", partition_names=["p"], id_array=ids)
    )
    for left, right in ((floats, named), (named, packed)):
        request = m.CalcDistanceRequest(op_left=left, op_right=right)
        assert _request("CalcDistance", request) == request
