"""Recorded requests: messages as JSON that people can read, with the names of a run taken out, and back again."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.messages import CollectionSchema

__all__ = ["request_of", "written_request"]

#: Members that hold a message as bytes, with the kind of it.
_NESTED = {"CreateCollection": ("schema", CollectionSchema)}
_STANDS_FOR_A_NAME = "name-"

Rename = Callable[[str], str]


def written_request(rpc: str, payload: bytes, named: Rename) -> dict[str, Any]:
    """Write the bytes of a request as JSON; `named` says what stands in the place of each text in it."""
    request = message_class(methods()[rpc].input_type.full_name).FromString(payload)
    written = MessageToDict(request, preserving_proto_field_name=True)
    if rpc in _NESTED:
        member, kind = _NESTED[rpc]
        written[member] = MessageToDict(kind.FromString(getattr(request, member)), preserving_proto_field_name=True)
    renamed: dict[str, Any] = _renamed(written, named)
    return renamed


def request_of(rpc: str, written: Mapping[str, Any], named: Rename) -> Message:
    """Read a request that was written so; `named` says which name comes in the place of `name-1`."""
    put = _renamed(dict(written), lambda text: named(text) if text.startswith(_STANDS_FOR_A_NAME) else text)
    if rpc in _NESTED:
        member, kind = _NESTED[rpc]
        nested = ParseDict(put[member], kind())
        put[member] = base64.b64encode(nested.SerializeToString()).decode()
    found: Message = ParseDict(put, message_class(methods()[rpc].input_type.full_name)())
    return found


def _renamed(value: Any, named: Rename) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _renamed(each, named) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, named) for each in value]
    return named(value) if isinstance(value, str) else value
