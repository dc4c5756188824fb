"""Exchanges as JSON: as protobuf writes them, bounded, without secrets."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.verdict.results.exchange_json import exchange_json, message_json
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.redaction import is_secret, redacted_json
from milvus_tck.wire.schema import int64_key, vector

_F = FieldDescriptor
_SMALL_TEXT = st.text(max_size=20)
_PLAIN: dict[int, st.SearchStrategy[Any]] = {
    _F.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    _F.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    _F.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    _F.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
    _F.CPPTYPE_BOOL: st.booleans(),
    # Values that survive eight digits: protobuf writes all of a double's, we write those of a float32.
    _F.CPPTYPE_FLOAT: st.integers(-999, 999).map(lambda number: number / 8),
    _F.CPPTYPE_DOUBLE: st.integers(-999, 999).map(lambda number: number / 8),
    _F.CPPTYPE_STRING: _SMALL_TEXT,
}


def _values(member: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    if member.cpp_type == _F.CPPTYPE_MESSAGE:
        assert member.message_type is not None
        return _messages(member.message_type, depth - 1)
    if member.enum_type is not None:
        return st.sampled_from([value.number for value in member.enum_type.values])
    if member.type == _F.TYPE_BYTES:
        return st.binary(max_size=20)
    return _PLAIN[member.cpp_type]


@st.composite
def _messages(draw: st.DrawFn, kind: Descriptor, depth: int = 3) -> Message:
    """Draw a small message of a kind: any of its members, lists of up to three."""
    message = message_class(kind.full_name)()
    usable = [each for each in kind.fields if depth > 0 or each.cpp_type != _F.CPPTYPE_MESSAGE]
    members = draw(st.lists(st.sampled_from(usable), max_size=3, unique_by=lambda each: each.name)) if usable else []
    for member in members:
        _fill(draw, message, member, depth)
    return message


def _fill(draw: st.DrawFn, message: Message, member: FieldDescriptor, depth: int) -> None:
    values = _values(member, depth)
    into = getattr(message, member.name)
    if member.message_type is not None and member.message_type.GetOptions().map_entry:
        entry = draw(values)
        if entry.DESCRIPTOR.fields_by_name["value"].message_type is None:
            into[entry.key] = entry.value
        else:
            into[entry.key].CopyFrom(entry.value)
    elif member.is_repeated:
        into.extend(draw(st.lists(values, max_size=3)))
    elif member.message_type is not None:
        into.CopyFrom(draw(values))
    else:
        setattr(message, member.name, draw(values))


def _own_way(kind: Descriptor) -> bool:
    """Messages that we write in our own way: with secrets, or with messages inside of bytes."""
    return any(is_secret(each.name) for each in kind.fields) or kind.name in {
        "CreateCollectionRequest",
        "SearchRequest",
    }


_KINDS = [
    kind
    for rpc in methods().values()
    for kind in (rpc.input_type, rpc.output_type)
    if not _own_way(kind)
]  # fmt: skip


@given(st.sampled_from(_KINDS).flatmap(_messages))
def test_small_messages_are_written_as_protobuf_writes_them(message: Message) -> None:
    """Names, numbers as texts, enums by name, bytes in base64: as in protobuf's own JSON."""
    if _has_secret(message):
        return
    theirs = MessageToDict(message, preserving_proto_field_name=True)
    assert message_json(message) == theirs
    json.dumps(message_json(message), allow_nan=False)


def _has_secret(message: Message) -> bool:
    shown = MessageToDict(message, preserving_proto_field_name=True)
    return bool(redacted_json(shown) != shown)


def test_the_schema_inside_a_request_is_shown() -> None:
    """A schema travels as bytes inside of CreateCollection; people want to read it."""
    shown = message_json(calls.create_collection("c", int64_key(), vector("vec", 4)).request)
    assert [field["name"] for field in shown["schema"]["fields"]] == ["id", "vec"]
    assert shown["schema"]["fields"][1]["data_type"] == "FloatVector"
    search = calls.search("c", np.zeros((2, 4), dtype=np.float32), topk=1)
    (shown_group,) = message_json(search.request)["placeholder_group"]["placeholders"]
    assert len(shown_group["values"]) == 2


def test_a_schema_that_is_none_is_shown_as_bytes() -> None:
    """Bytes that cannot be read are shown as they are."""
    shown = message_json(m.CreateCollectionRequest(schema=b"\xff\xff"))
    assert shown == {"schema": base64.b64encode(b"\xff\xff").decode()}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_lacks(value: float) -> None:
    """Not-a-number and the infinities are texts: the file stays JSON."""
    shown = message_json(m.SearchResultData(scores=[value, 1.0]))
    assert json.loads(json.dumps(shown, allow_nan=False))["scores"] == [str(value), 1.0]


def _large(rows: int) -> Iterator[Message]:
    yield calls.create_collection("c" * rows, int64_key()).request
    yield m.Status(reason="x" * rows)
    yield m.SearchResultData(scores=[0.5] * rows, topks=[1] * rows)
    yield m.ShowCollectionsResponse(collection_names=["x" * 1000] * rows)
    yield m.InsertRequest(fields_data=[m.FieldData(vectors=m.VectorField(binary_vector=b"\0" * rows))])
    yield calls.search("c", np.zeros((rows // 100, 4), dtype=np.float32), topk=1).request


def test_what_is_shown_is_bounded() -> None:
    """However much a message holds, what is shown of it fits on a screen or two, and says how much is missing."""
    for message in _large(100_000):
        text = json.dumps(message_json(message), ensure_ascii=False)
        assert len(text) < 12_000
        assert " more" in text


def test_showing_costs_the_same_for_any_size() -> None:
    """What is cut is cut before it is written: a thousand times the rows take no thousand times the time."""

    def seconds(rows: int) -> float:
        message = m.SearchResultData(scores=[0.5] * rows, ids=m.IDs(int_id=m.LongArray(data=range(rows))))
        return min(_timed(message) for _ in range(5))

    assert seconds(1_000_000) < 100 * seconds(1_000)


def _timed(message: Message) -> float:
    started = time.thread_time()  # work: what else the machine does counts for nothing
    message_json(message)
    return time.thread_time() - started


# -- secrets ------------------------------------------------------------------------------

_SECRET = "hush-hush"  # noqa: S105 - a password that protects nothing


def _exchange(request: Message, response: Message | None = None) -> Exchange:
    return Exchange("Any", request, response, "OK", "", 0.01)


@pytest.mark.parametrize(
    "request_",
    [
        m.CreateCredentialRequest(username="u", password=_SECRET),
        m.UpdateCredentialRequest(username="u", oldPassword=_SECRET, newPassword=_SECRET),
    ],
    ids=lambda message: message.DESCRIPTOR.name,
)
def test_secrets_are_taken_out(request_: Message) -> None:
    """A secret is neither shown nor kept in the bytes of the request, in whatever encoding."""
    text = json.dumps(exchange_json(_exchange(request_)))
    assert "[redacted]" in text
    assert _SECRET not in text
    assert base64.b64encode(_SECRET.encode()).decode()[:8] not in text
    assert "request_bytes" not in text


def test_secrets_in_a_map_are_taken_out() -> None:
    """Options that a client sends about itself may hold a secret."""
    info = m.ClientInfo(sdk_type="x", reserved={"token": _SECRET, "colour": "red"})
    text = json.dumps(exchange_json(_exchange(m.ConnectRequest(client_info=info))))
    assert "red" in text
    assert _SECRET not in text
    assert "request_bytes" not in text, "the secret travels in the bytes, too"


def test_an_exchange_can_be_sent_again() -> None:
    """The exact bytes of a request are kept, unless there are too many of them."""
    small, large = m.HasCollectionRequest(collection_name="c"), m.InsertRequest(hash_keys=range(1 << 18))
    kept = exchange_json(_exchange(small))["request_bytes"]
    assert base64.b64decode(kept) == small.SerializeToString()
    assert "request_bytes" not in exchange_json(_exchange(large))


def test_what_was_sent_in_place_of_a_request_is_what_is_kept() -> None:
    """Bytes that no client library would send are the evidence, not the request they stand for."""
    exchange = Exchange("Any", m.HasCollectionRequest(), None, "INTERNAL", "why" * 999, 0.01, payload=b"\xff")
    shown = exchange_json(exchange)
    assert base64.b64decode(shown["request_bytes"]) == b"\xff"
    assert (shown["response"], shown["grpc"]) == (None, "INTERNAL")
    assert len(shown["details"]) <= 400
