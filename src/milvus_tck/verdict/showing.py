"""Exchanges as JSON: readable, bounded, without secrets.

Members are named and written as in protobuf's own JSON. What is cut is cut before it is
written, so that showing a message costs the same whether it holds ten rows or a million.
"""

import base64
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.outcome import Exchange
from milvus_tck.wire import messages as m

__all__ = ["SECRETS", "exchange_json", "message_json"]

#: Members that are redacted wherever they stand.
SECRETS = frozenset({"password", "oldPassword", "newPassword", "token", "authorization"})
REDACTED = "[redacted]"

_ITEMS = 12
_TEXT = 400
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
    """Write one exchange; `request_bytes` (base64) sends the same request again."""
    shown: dict[str, Any] = {
        "rpc": exchange.rpc,
        "grpc": exchange.grpc_code,
        "seconds": round(exchange.seconds, 4),
        "request": message_json(exchange.request),
        "response": None if exchange.response is None else message_json(exchange.response),
    }
    if exchange.via is not None:
        shown["http"] = {"request": exchange.via.request, "status": exchange.via.status}
        shown["binding"] = exchange.via.binding
    if exchange.grpc_details:
        shown["details"] = exchange.grpc_details[:_TEXT]
    payload = exchange.sent
    if len(payload) <= _EXACT and not _has_secrets(exchange.request):
        shown["request_bytes"] = base64.b64encode(payload).decode()
    return shown


def message_json(message: Message) -> dict[str, Any]:
    """Write a message with long lists and texts cut, and secrets taken out."""
    return {member.name: _member(message, member, value) for member, value in message.ListFields()}


def _member(message: Message, member: FieldDescriptor, value: Any) -> Any:  # noqa: ANN401 - of any member
    if member.name in SECRETS:
        return REDACTED
    nested = _NESTED.get((message.DESCRIPTOR.name, member.name))
    if nested is not None:
        return _nested(nested, value)
    if _is_map(member):
        return _map(member, value)
    if (message.DESCRIPTOR.name, member.name) in _TEXTS:
        return _string(value.decode(errors="replace"))
    if member.is_repeated:
        return _list(member, value)
    return _value(member, value)


def _is_map(member: FieldDescriptor) -> bool:
    kind = member.message_type
    return kind is not None and bool(kind.GetOptions().map_entry)


def _map(member: FieldDescriptor, entries: Any) -> dict[str, Any]:  # noqa: ANN401 - protobuf's container
    assert member.message_type is not None  # noqa: S101 - entries of a map are messages
    kind = member.message_type.fields_by_name["value"]
    kept = list(entries)[:_ITEMS]
    shown = {str(key): REDACTED if key in SECRETS else _value(kind, entries[key]) for key in kept}
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
        return _cut(base64.b64encode(value[:_BYTES]).decode(), len(value) - _BYTES, "bytes")
    return _cut(value[:_TEXT], len(value) - _TEXT, "characters")


def _nested(kind: type[Message], payload: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return message_json(kind.FromString(payload))
    except DecodeError:
        return _string(payload)


def _has_secrets(message: Message) -> bool:
    """Tell whether a secret stands anywhere in a message: its bytes hold it too."""
    return any(_is_secret(member, value) for member, value in message.ListFields())


def _is_secret(member: FieldDescriptor, value: Any) -> bool:  # noqa: ANN401 - of any member
    if member.name in SECRETS:
        return True
    if member.message_type is None:
        return False
    if _is_map(member):
        return any(key in SECRETS for key in value)
    return any(map(_has_secrets, value if member.is_repeated else (value,)))


#: How values of a C++ type are written, where JSON's own way would not do.
_WRITE: dict[int, Callable[[Any], Any]] = {
    _F.CPPTYPE_MESSAGE: message_json,
    _F.CPPTYPE_INT64: str,
    _F.CPPTYPE_UINT64: str,
    _F.CPPTYPE_DOUBLE: _number,
    _F.CPPTYPE_FLOAT: _number,
    _F.CPPTYPE_STRING: _string,
}
