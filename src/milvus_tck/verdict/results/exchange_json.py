"""Exchanges as JSON: readable, bounded, without secrets.

Members are named and written as in protobuf's own JSON. What is cut is cut before it is
written, so that showing a message costs the same whether it holds ten rows or a million.
"""

import base64
import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.wire import messages as m
from milvus_tck.wire.message_redaction import may_hold_secrets, redact, secrets_in
from milvus_tck.wire.redaction import REDACTED, holds, is_secret, redacted_body, redacted_json, scrub
from milvus_tck.wire.walk import is_map

__all__ = ["exchange_json", "message_json"]

_ITEMS = 12
_TEXT = 400
_MARGIN = 1000
#: Bytes that are written as base64 of this many characters at most.
_BYTES = _TEXT * 3 // 4
_DIGITS = 8
#: Requests up to this size are kept byte for byte, so that they can be sent again.
_EXACT = 1 << 18
#: Exchanges are evidence for several checks of one test, one after the other.
_REMEMBERED = 64

#: Bytes that are messages themselves, and are shown as such.
_NESTED: dict[tuple[str, str], type[Message]] = {
    ("CreateCollectionRequest", "schema"): m.CollectionSchema,
    ("SearchRequest", "placeholder_group"): m.PlaceholderGroup,
}
#: Bytes that are texts, nearly always: bodies of HTTP.
_TEXTS = {("HttpRequest", "body"), ("HttpResponse", "body")}
_F = FieldDescriptor


@lru_cache(_REMEMBERED)
def exchange_json(exchange: Exchange) -> dict[str, Any]:
    """Write one exchange; `request_bytes` (base64) sends the same request again, where no secret is in it."""
    secrets = secrets_in(exchange.request)  # whoever answers may repeat them
    shown: dict[str, Any] = {
        "rpc": exchange.rpc,
        "grpc": exchange.grpc_code,
        "seconds": round(exchange.seconds, 4),
        "request": message_json(exchange.request, secrets),
        "response": None if exchange.response is None else message_json(exchange.response, secrets),
    }
    if exchange.via.request:
        shown["http"] = {"request": scrub(exchange.via.request, secrets), "status": exchange.via.status}
        shown["binding"] = exchange.via.binding
    if exchange.grpc_details:
        shown["details"] = scrub(exchange.grpc_details, secrets)[:_TEXT]
    payload = exchange.sent
    if len(payload) <= _EXACT and not secrets and not _is_redacted(exchange.request) and not holds(payload):
        shown["request_bytes"] = base64.b64encode(payload).decode()
    return shown


def _is_redacted(request: Message) -> bool:
    """Tell whether anything is taken out of a request when it is shown."""
    if not may_hold_secrets(request.DESCRIPTOR):
        return False
    copied = type(request)()
    copied.CopyFrom(request)
    return redact(copied, set())


def message_json(message: Message, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Write a message with long lists and texts cut, without what is secret by its name, and without `secrets`."""
    clean: dict[str, Any] = redacted_json(_message_json(message), secrets)
    return clean


def _message_json(message: Message) -> dict[str, Any]:
    return {member.name: _member(message, member, value) for member, value in message.ListFields()}


def _member(message: Message, member: FieldDescriptor, value: Any) -> Any:  # noqa: ANN401 - of any member
    if is_secret(member.name) and isinstance(value, bytes):
        return REDACTED
    nested = _NESTED.get((message.DESCRIPTOR.name, member.name))
    if nested is not None:
        return _nested(nested, value)
    if is_map(member):
        return _map(member, value)
    if (message.DESCRIPTOR.name, member.name) in _TEXTS:
        return _string(redacted_body(value).decode(errors="replace"))
    if member.is_repeated:
        return _list(member, value)
    return _value(member, value)


def _map(member: FieldDescriptor, entries: Any) -> dict[str, Any]:  # noqa: ANN401 - protobuf's container
    assert member.message_type is not None  # noqa: S101 - entries of a map are messages
    kind = member.message_type.fields_by_name["value"]
    kept = list(entries)[:_ITEMS]
    shown = {str(key): _value(kind, entries[key]) for key in kept}
    return shown if len(entries) <= _ITEMS else {**shown, "…": f"{len(entries) - _ITEMS} more"}


def _list(member: FieldDescriptor, values: Any) -> list[Any]:  # noqa: ANN401 - protobuf's container
    shown = [_value(member, each) for each in values[:_ITEMS]]
    return shown if len(values) <= _ITEMS else [*shown, f"… {len(values) - _ITEMS} more"]


def _value(member: FieldDescriptor, value: Any) -> Any:  # noqa: ANN401 - of any member
    write = _WRITE.get(member.cpp_type)
    if write is not None:
        return write(value)
    if member.enum_type is not None:
        named = member.enum_type.values_by_number.get(value)
        return value if named is None else named.name
    return value


def _number(value: float) -> float | str:
    """Write a number with the digits that float32 has; JSON has none for those that are not finite."""
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else str(value)


def _cut(shown: str, more: int, what: str) -> str:
    return f"{shown}… {more} {what} more" if more > 0 else shown


def _string(value: str | bytes) -> str:
    if isinstance(value, bytes):
        kept = value[:_BYTES]
        return REDACTED if holds(kept) else _cut(base64.b64encode(kept).decode(), len(value) - _BYTES, "bytes")
    # What is cut in two cannot be told any more: secrets are looked for beyond the end.
    clean = scrub(value[: _TEXT + _MARGIN])[:_TEXT]
    return _cut(clean, len(value) - _TEXT, "characters")


def _nested(kind: type[Message], payload: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return _message_json(kind.FromString(payload))
    except DecodeError:
        return _string(payload)


#: How values of a C++ type are written, where JSON's own way would not do.
_WRITE: dict[int, Callable[[Any], Any]] = {
    _F.CPPTYPE_MESSAGE: _message_json,
    _F.CPPTYPE_INT64: str,
    _F.CPPTYPE_UINT64: str,
    _F.CPPTYPE_DOUBLE: _number,
    _F.CPPTYPE_FLOAT: _number,
    _F.CPPTYPE_STRING: _string,
}
