"""Any message to plain values and back, member by member."""

import base64
import binascii
import math
import re
import reprlib
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from milvus_tck.wire.json_form.errors import Inexpressible, Malformed
from milvus_tck.wire.json_form.text import Plain
from milvus_tck.wire.walk import is_map

__all__ = ["TOO_LARGE", "go_name", "read_bytes", "read_into", "write", "write_bytes", "write_floats"]

_FLOATS = frozenset({FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE})
_NUMBERS = frozenset({int, float})
#: From here on, numbers round to no float32: half a step above the largest one.
TOO_LARGE = float(np.finfo(np.float32).max) + 2.0**103
#: The JSON types that a member of each number type is read from; integers never come through a float.
_TYPES: dict[int, frozenset[type]] = {
    FieldDescriptor.CPPTYPE_STRING: frozenset({str}),
    FieldDescriptor.CPPTYPE_BOOL: frozenset({bool}),
    FieldDescriptor.CPPTYPE_FLOAT: _NUMBERS,
    FieldDescriptor.CPPTYPE_DOUBLE: _NUMBERS,
}


@cache
def go_name(name: str) -> str:
    """Write a name the way Go does: `int_id` as `IntId`."""
    return re.sub(r"(?:^|_)([a-z])", lambda found: found[1].upper(), name)


@cache
def _oneofs(kind: Descriptor) -> tuple[OneofDescriptor, ...]:
    """List the real oneofs of a message; an optional member is none."""
    return tuple(each for each in kind.oneofs if each.name != f"_{each.fields[0].name}")


@cache
def _fields(kind: Descriptor) -> dict[str, FieldDescriptor]:
    return {field.name: field for field in kind.fields}


# -- to plain values ------------------------------------------------------------------------


def write(message: Message, *, answer: bool) -> Plain:
    """Write a message; raises `Inexpressible` for what JSON cannot say.

    Oneofs can be told only in an answer: no server reads them back.
    """
    if len(UnknownFieldSet(message)):
        message_ = f"{message.DESCRIPTOR.name} has fields that no definition names"
        raise Inexpressible(message_)
    oneofs = _oneofs(message.DESCRIPTOR)
    chosen = {each.name: message.WhichOneof(each.name) for each in oneofs}
    taken = set(chosen.values()) - {None}
    if taken and not answer:
        text = f"{message.DESCRIPTOR.name}.{min(map(str, taken))} is one of several, which no request can say"
        raise Inexpressible(text)
    members = _fields(message.DESCRIPTOR)
    written: Plain = {
        member.name: _write_member(members[member.name], value, answer=answer)
        for member, value in message.ListFields()
        if member.name not in taken
    }
    if answer:
        written |= {go_name(name): _write_choice(message, member) for name, member in chosen.items()}
    return written


def _write_choice(message: Message, name: str | None) -> Plain | None:
    if name is None:
        return None
    member = _fields(message.DESCRIPTOR)[name]
    return {go_name(name): _write_member(member, getattr(message, name), answer=True)}


def _write_member(member: FieldDescriptor, value: Any, *, answer: bool) -> object:  # noqa: ANN401 - of any field
    entry = _map_entry(member)
    if entry is not None:
        of = entry.fields_by_name["value"]
        return {str(key): _write_one(of, each, answer=answer) for key, each in value.items()}
    if not member.is_repeated:
        return _write_one(member, value, answer=answer)
    if member.cpp_type in _FLOATS:
        return write_floats(value, single=member.cpp_type == FieldDescriptor.CPPTYPE_FLOAT)
    if member.message_type is None and member.type != FieldDescriptor.TYPE_BYTES:
        return list(value)
    return [_write_one(member, each, answer=answer) for each in value]


def _write_one(member: FieldDescriptor, value: Any, *, answer: bool) -> object:  # noqa: ANN401 - of any field
    if member.message_type is not None:
        return write(value, answer=answer)
    if member.type == FieldDescriptor.TYPE_BYTES:
        return write_bytes(value)
    if member.cpp_type in _FLOATS:
        if not math.isfinite(value):
            message = f"{member.name} is {value}, for which JSON has no number"
            raise Inexpressible(message)
        return np.float32(value) if member.cpp_type == FieldDescriptor.CPPTYPE_FLOAT else value
    return value


def write_floats(values: Iterable[float], *, single: bool) -> object:
    """Write numbers, float32 ones by their shortest digits; raises `Inexpressible` for those JSON has none for."""
    numbers = np.asarray(values, dtype=np.float32 if single else np.float64)
    if not np.isfinite(numbers).all():
        message = "a list has NaN or infinity in it, for which JSON has no number"
        raise Inexpressible(message)
    return numbers


def write_bytes(value: bytes) -> str:
    """Write bytes the way Go does: padded base64."""
    return base64.b64encode(value).decode()


# -- from plain values ----------------------------------------------------------------------


def read_into(message: Message, value: object, place: str = "", *, answer: bool) -> None:
    """Fill an empty message from an object, whose unknown members are left out; raises `Malformed`."""
    if not isinstance(value, dict):
        raise _malformed(place or message.DESCRIPTOR.name, "an object", value)
    members = _members(message.DESCRIPTOR)
    for key, each in value.items():
        member = members.get(key)
        if member is None or each is None:  # null leaves a member as it was
            continue
        if isinstance(member, OneofDescriptor):
            _read_choice(message, member, each, f"{place}.{key}", answer=answer)
        else:
            _read_member(message, member, each, f"{place}.{member.name}".lstrip("."), answer=answer)


@cache
def _members(kind: Descriptor) -> dict[str, FieldDescriptor | OneofDescriptor]:
    """Name every member of an object: those of oneofs stand below the name of the oneof."""
    choices = {go_name(each.name): each for each in _oneofs(kind)}
    inside = {field.name for each in choices.values() for field in each.fields}
    plain = {field.name: field for field in kind.fields if field.name not in inside}
    return {**plain, **choices}


def _read_choice(message: Message, choice: OneofDescriptor, value: object, place: str, *, answer: bool) -> None:
    if not answer:
        raise Malformed(f"{place.lstrip('.')} is one of several, which no request can say")
    members = {go_name(each.name): each for each in choice.fields}
    if not isinstance(value, dict):
        raise _malformed(place, "an object", value)
    for key, each in value.items():
        if key in members and each is not None:
            _read_member(message, members[key], each, f"{place}.{key}", answer=answer)


def _read_member(message: Message, member: FieldDescriptor, value: object, place: str, *, answer: bool) -> None:
    try:
        entry = _map_entry(member)
        if entry is not None:
            _read_map(getattr(message, member.name), entry, value, place, answer=answer)
        elif member.is_repeated:
            _read_list(getattr(message, member.name), member, value, place, answer=answer)
        elif member.message_type is not None:
            inside = getattr(message, member.name)
            inside.SetInParent()
            read_into(inside, value, place, answer=answer)
        else:
            setattr(message, member.name, _read_one(member, value, place))
    except (ValueError, TypeError) as error:  # protobuf's own words for a number out of range
        if isinstance(error, Malformed):
            raise
        raise Malformed(f"{place}: {error}") from error


def _read_map(into: Any, entry: Descriptor, value: object, place: str, *, answer: bool) -> None:  # noqa: ANN401 - protobuf's container
    if not isinstance(value, dict):
        raise _malformed(place, "an object", value)
    keys, values = (entry.fields_by_name[name] for name in ("key", "value"))
    for text, each in value.items():
        key = text if keys.cpp_type == FieldDescriptor.CPPTYPE_STRING else int(text)
        if values.message_type is not None:
            read_into(into[key], each, f"{place}.{text}", answer=answer)
        else:
            into[key] = _read_one(values, each, f"{place}.{text}")


def _read_list(into: Any, member: FieldDescriptor, value: object, place: str, *, answer: bool) -> None:  # noqa: ANN401 - protobuf's container
    if not isinstance(value, list):
        raise _malformed(place, "an array", value)
    if member.message_type is not None:
        for number, each in enumerate(value):
            read_into(into.add(), each, f"{place}[{number}]", answer=answer)
    elif member.type == FieldDescriptor.TYPE_BYTES:
        into.extend(read_bytes(each, place) for each in value)
    else:
        _check(member, value, place)
        into.extend(value)


def _read_one(member: FieldDescriptor, value: object, place: str) -> object:
    if member.type == FieldDescriptor.TYPE_BYTES:
        return read_bytes(value, place)
    _check(member, [value], place)
    return value


def _check(member: FieldDescriptor, values: list[Any], place: str) -> None:
    """Refuse values of another JSON type, and numbers that a float32 cannot hold."""
    wanted = _TYPES.get(member.cpp_type, frozenset({int}))
    found = set(map(type, values)) - wanted
    if found:
        wrong = next(each for each in values if type(each) in found)
        raise _malformed(place, _WORDS[min(wanted, key=str)], wrong)
    if member.cpp_type == FieldDescriptor.CPPTYPE_FLOAT and max(map(abs, values), default=0) >= TOO_LARGE:
        raise Malformed(f"{place}: a number is too large for a float32")


_WORDS: dict[type, str] = {str: "a string", bool: "a boolean", int: "an integer", float: "a number"}


def read_bytes(value: object, place: str) -> bytes:
    """Read base64; raises `Malformed`."""
    if not isinstance(value, str):
        raise _malformed(place, "a string", value)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{place}: no base64: {error}") from error


def _malformed(place: str, wanted: str, value: object) -> Malformed:
    return Malformed(f"{place.lstrip('.')}: {reprlib.repr(value)} is not {wanted}")


def _map_entry(member: FieldDescriptor) -> Descriptor | None:
    """Return the type of a map's entries; `None` for what is no map."""
    return member.message_type if is_map(member) else None
