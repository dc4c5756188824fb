"""Messages of protobuf as a compiled FileDescriptorSet defines them, without any library. Part of the script."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from typing import Any

__all__ = ["Definitions", "values_at"]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a varint; return it, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def members(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Walk over the members of a message: number, and value as it stands on the wire."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(key & 7)
        if size is None:
            size, at = varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def many(data: bytes, number: int) -> list[Any]:
    """Return every value of a member."""
    return [value for found, value in members(data) if found == number]


def one(data: bytes, number: int, default: Any = b"") -> Any:
    """Return the last value of a member."""
    return (many(data, number) or [default])[-1]


class Definitions:
    """Messages as a compiled FileDescriptorSet defines them."""

    def __init__(self, compiled: bytes) -> None:
        self.messages: dict[str, dict[int, tuple[str, int, bool, str]]] = {}
        self.maps: set[str] = set()
        self.answers: dict[str, tuple[str, str]] = {}
        for file in many(compiled, 1):
            package = "." + one(file, 2).decode()
            for message in many(file, 4):
                self._message(package, message)
            for service in many(file, 6):
                for rpc in many(service, 2):
                    self.answers[one(rpc, 1).decode()] = (one(rpc, 2).decode(), one(rpc, 3).decode())

    def _message(self, scope: str, message: bytes) -> None:
        name = scope + "." + one(message, 1).decode()
        self.messages[name] = {
            one(field, 3): (one(field, 1).decode(), one(field, 5), one(field, 4) == 3, one(field, 6).decode())
            for field in many(message, 2)
        }
        if one(one(message, 7), 7, 0):
            self.maps.add(name)
        for inner in many(message, 3):
            self._message(name, inner)

    def read(self, name: str, data: bytes) -> dict[str, Any]:
        """Read a message into what JSON has for it; members without a name are left out."""
        found: dict[str, Any] = {}
        for number, raw in members(data):
            known = self.messages[name].get(number)
            if known is None:
                continue
            member, kind, repeated, of = known
            values = [self.read(of, raw)] if kind == 11 and isinstance(raw, bytes) else scalars(kind, raw)
            if of in self.maps:
                for value in values:
                    found.setdefault(member, {})[str(value.get("key", ""))] = value.get("value", "")
            elif repeated:
                found.setdefault(member, []).extend(values)
            elif values:
                found[member] = values[-1]
        return found


#: How numbers of a fixed size are unpacked, by the number of their type.
FIXED = {1: "d", 2: "f", 6: "q", 7: "i", 15: "i", 16: "q"}


def scalars(kind: int, raw: int | bytes) -> list[Any]:
    """Read one value, or several that are packed."""
    if kind in {9, 12} and isinstance(raw, bytes):
        return [raw.decode(errors="replace") if kind == 9 else base64.b64encode(raw).decode()]
    if isinstance(raw, int):
        return [number(kind, raw)]
    if kind in FIXED:
        form = FIXED[kind]
        return list(struct.unpack(f"<{len(raw) // struct.calcsize(form)}{form}", raw))
    found, at = [], 0
    while at < len(raw):
        value, at = varint(raw, at)
        found.append(number(kind, value))
    return found


def number(kind: int, value: int) -> int | bool:
    """Read a varint as what it is: signed, unsigned or a truth."""
    if kind == 8:
        return bool(value)
    if kind in {17, 18}:
        return (value >> 1) ^ -(value & 1)
    return value - (1 << 64) if value >> 63 and kind != 4 else value


def values_at(answer: Any, path: list[str]) -> list[Any]:
    """Return every value at a path of names, in all that is repeated."""
    found = [answer]
    for name in path:
        found = [each.get(name) for each in found if isinstance(each, dict)]
        found = [inner for each in found if each is not None for inner in (each if isinstance(each, list) else [each])]
    return found
