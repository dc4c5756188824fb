"""Exchanges as JSON: readable, bounded, without secrets."""

import base64
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.outcome import Exchange
from milvus_tck.wire import messages as m

__all__ = ["SECRETS", "exchange_json", "message_json"]

#: Members that are redacted wherever they stand.
SECRETS = frozenset({"password", "oldPassword", "newPassword", "token", "authorization"})
REDACTED = "[redacted]"

_ITEMS = 12
_TEXT = 400
#: Requests up to this size are kept byte for byte, so that they can be sent again.
_EXACT = 1 << 18

#: Bytes that are messages themselves, and are shown as such.
_NESTED: dict[tuple[str, str], type[Message]] = {
    ("CreateCollectionRequest", "schema"): m.CollectionSchema,
    ("SearchRequest", "placeholder_group"): m.PlaceholderGroup,
}


def exchange_json(exchange: Exchange) -> dict[str, Any]:
    """Write one exchange; `request_bytes` (base64) sends the same request again."""
    shown: dict[str, Any] = {
        "rpc": exchange.rpc,
        "grpc": exchange.grpc_code,
        "seconds": round(exchange.seconds, 4),
        "request": message_json(exchange.request),
        "response": None if exchange.response is None else message_json(exchange.response),
    }
    if exchange.grpc_details:
        shown["details"] = exchange.grpc_details[:_TEXT]
    payload = exchange.sent
    if len(payload) <= _EXACT and not _has_secrets(exchange.request):
        shown["request_bytes"] = base64.b64encode(payload).decode()
    return shown


def message_json(message: Message) -> Any:  # noqa: ANN401 - JSON
    """Write a message with long lists and texts cut, and secrets taken out."""
    shown = MessageToDict(message, preserving_proto_field_name=True)
    for (kind, name), nested in _NESTED.items():
        if type(message).__name__ == kind and name in shown:
            shown[name] = _nested(nested, getattr(message, name), shown[name])
    return _cut(shown)


def _nested(kind: type[Message], payload: bytes, otherwise: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return MessageToDict(kind.FromString(payload), preserving_proto_field_name=True)
    except DecodeError:
        return otherwise


def _cut(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: REDACTED if key in SECRETS else _cut(each) for key, each in value.items()}
    if isinstance(value, list):
        shown = [_cut(each) for each in value[:_ITEMS]]
        return shown if len(value) <= _ITEMS else [*shown, f"… {len(value) - _ITEMS} more"]
    if isinstance(value, str) and len(value) > _TEXT:
        return f"{value[:_TEXT]}… {len(value) - _TEXT} more"
    return value


def _has_secrets(message: Message) -> bool:
    return any(descriptor.name in SECRETS for descriptor, _ in message.ListFields())
