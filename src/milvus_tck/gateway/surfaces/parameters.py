"""Members of a request that stand in the path or in the query."""

import re
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from milvus_tck.gateway.http.errors import malformed
from milvus_tck.gateway.surfaces.base import unescaped
from milvus_tck.wire.json_form import Malformed

__all__ = ["of_path", "of_query"]

_INTEGER = re.compile(r"-?[0-9]{1,20}")
_BOOLEANS = {"true": True, "false": False}

Plain = dict[str, Any]


def of_path(kind: Descriptor, segments: dict[str, str]) -> Plain:
    """Read the parameters of a path, still escaped: lists are divided by commas, an empty one says nothing."""
    members: Plain = {}
    for name, text in segments.items():
        member = kind.fields_by_name[name]
        if not text:
            continue
        if member.is_repeated:
            members[name] = [_value(member, unescaped(each)) for each in text.split(",")]
        else:
            members[name] = _value(member, unescaped(text))
    return members


def of_query(kind: Descriptor, pairs: tuple[tuple[str, str], ...]) -> Plain:
    """Read a query: plain members, and lists of them by saying the name again. Raises `Refused`."""
    members: Plain = {}
    for name, text in pairs:
        member = kind.fields_by_name.get(name)
        if member is None or member.message_type is not None or member.type == FieldDescriptor.TYPE_BYTES:
            raise malformed(f"the query has no {name[:80]!r}")
        value = _value(member, text)
        if member.is_repeated:
            members.setdefault(name, []).append(value)
        elif name in members:
            raise malformed(f"the query has {name!r} twice")
        else:
            members[name] = value
    return members


def _value(member: FieldDescriptor, text: str) -> object:
    if member.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return text
    if member.cpp_type == FieldDescriptor.CPPTYPE_BOOL and text in _BOOLEANS:
        return _BOOLEANS[text]
    if member.cpp_type in _FLOATS:
        try:
            return float(text)
        except ValueError as error:
            raise Malformed(f"{member.name}: {text[:40]!r} is not a number") from error
    if _INTEGER.fullmatch(text):
        return int(text)
    raise Malformed(f"{member.name}: {text[:40]!r} is not what it may be")


_FLOATS = frozenset({FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE})
