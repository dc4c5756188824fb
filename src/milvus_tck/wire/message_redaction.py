"""Secrets are taken out of messages, in place: see `redaction` for what a secret is."""

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from milvus_tck.wire import messages as m
from milvus_tck.wire.redaction import REDACTED, is_secret, is_secret_pair, redacted_body, scrub, secrets_of
from milvus_tck.wire.walk import is_map, kinds, members

__all__ = ["may_hold_secrets", "redact", "secrets_in"]


@cache
def may_hold_secrets(kind: Descriptor) -> bool:
    """Tell whether a type of message, or one within it, has a place for secrets: a member, or pairs of any names."""
    return any(_has_room(each) for each in kinds(kind))


def _has_room(kind: Descriptor) -> bool:
    if kind.name in {"KeyValuePair", "HttpRequest", "HttpResponse"} or kind.GetOptions().map_entry:
        return True
    return any(is_secret(each.name) for each in kind.fields)


def redact(message: Message, secrets: set[str]) -> bool:
    """Take secrets out of a message, in place: those in members made for them, and `secrets` wherever they stand.

    What is found in such members is added to `secrets`, since whoever answers may repeat
    it. Returns whether there was anything.
    """
    found = _blank_members(message, secrets)
    return _scrub_members(message, tuple(secrets)) or found


def secrets_in(message: Message) -> set[str]:
    """List the secrets that stand in members made for them; costs nothing where a message has no such members."""
    found: set[str] = set()
    if may_hold_secrets(message.DESCRIPTOR):
        copied = type(message)()
        copied.CopyFrom(message)
        _blank_members(copied, found)
    return found


def _blank_members(message: Message, secrets: set[str]) -> bool:
    if isinstance(message, m.HttpRequest | m.HttpResponse):
        return _blank_http(message, secrets)
    found = False
    for holder, member, value in members(message):
        if isinstance(holder, m.KeyValuePair):
            found |= member.name == "value" and is_secret_pair(holder.key, value) and _blank(holder, "value", secrets)
        elif is_map(member):
            found |= _blank_map(value, secrets)
        elif member.message_type is None:
            found |= is_secret(member.name) and _blank(holder, member.name, secrets)
    return found


def _blank_http(message: m.HttpRequest | m.HttpResponse, secrets: set[str]) -> bool:
    """Take them out of headers, of the query, and of the body."""
    secrets |= secrets_of(message.headers.items())
    found = _blank_map(message.headers, secrets)
    body = redacted_body(message.body, secrets)
    found |= body != message.body
    message.body = body
    if isinstance(message, m.HttpRequest):
        path = scrub(message.path, secrets)
        found |= path != message.path
        message.path = path
    return found


def _blank_map(entries: Any, secrets: set[str]) -> bool:  # noqa: ANN401 - a map of any two types
    found = False
    for key in list(entries):
        value = entries[key]
        if isinstance(value, str) and is_secret_pair(str(key), value):
            secrets.add(value)
            entries[key] = REDACTED
            found = True
    return found


def _blank(message: Message, name: str, secrets: set[str]) -> bool:
    """Replace a text; a secret that is no text is removed."""
    value = getattr(message, name)
    if isinstance(value, str) and value:
        secrets.add(value)
        setattr(message, name, REDACTED)
    elif isinstance(value, bytes) and value:
        secrets.add(value.decode(errors="ignore"))
        setattr(message, name, REDACTED.encode())
    elif value:
        message.ClearField(name)
    return bool(value)


def _scrub_members(message: Message, secrets: tuple[str, ...]) -> bool:
    """Take known secrets out of every text and every run of bytes."""
    found = False
    for holder, member, value in members(message):
        if is_map(member):
            found |= _scrub_map(value, secrets)
        elif member.message_type is None and member.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            found |= _scrub_value(holder, member, value, secrets)
    return found


def _scrub_value(message: Message, descriptor: FieldDescriptor, value: Any, secrets: tuple[str, ...]) -> bool:  # noqa: ANN401 - texts or bytes, one or many
    before = list(value) if descriptor.is_repeated else [value]
    after = [_without(each, secrets) for each in before]
    if after == before:
        return False
    if descriptor.is_repeated:
        value[:] = after
    else:
        setattr(message, descriptor.name, after[0])
    return True


def _scrub_map(entries: Any, secrets: tuple[str, ...]) -> bool:  # noqa: ANN401 - a map of any two types
    found = False
    for key in list(entries):
        value = entries[key]
        if isinstance(value, str | bytes) and (changed := _without(value, secrets)) != value:
            entries[key] = changed
            found = True
    return found


def _without(value: str | bytes, secrets: tuple[str, ...]) -> str | bytes:
    if isinstance(value, str):
        return redacted_body(value.encode(), secrets).decode() if value[:1] in {"{", "["} else scrub(value, secrets)
    for each in secrets:
        value = value.replace(each.encode(), REDACTED.encode())
    return value
