"""Secrets are taken out before anything is written: out of metadata, messages and texts."""

import base64
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from milvus_tck.verdict.showing import REDACTED, SECRETS
from milvus_tck.wire import messages as m

__all__ = ["may_hold_secrets", "redact", "redacted_metadata", "scrub", "secrets_of"]

#: Names of metadata, of keys in key-value lists, and of members that hold secrets.
_NAMED = re.compile(
    r"(^|[._-])(authorization|cookie|passw(or)?d|token|secret|credentials?|(api|secret|access|private)[._-]?key)"
    r"(-bin)?$",
    re.IGNORECASE,
)
_SECRETS = frozenset(each.lower() for each in SECRETS)
_HARMLESS = re.compile(r"\d{1,6}|true|false", re.IGNORECASE)
#: Shorter texts stand in too many places that have nothing to do with the secret.
_SHORTEST = 4


def _is_secret(name: str) -> bool:
    return name.lower() in _SECRETS or _NAMED.search(name) is not None


def _is_secret_pair(key: str, value: str) -> bool:
    """`max_token` is a secret by its name alone: a small number, or a yes or no, gives nothing away."""
    if not value or value == REDACTED:
        return False
    return key.lower() in _SECRETS or (_is_secret(key) and _HARMLESS.fullmatch(value) is None)


def redacted_metadata(metadata: Iterable[tuple[str, str | bytes]]) -> list[list[str]]:
    """Write metadata as pairs of texts: bytes as base64, secrets taken out."""
    return [[key, REDACTED if _is_secret(key) else _text(value)] for key, value in metadata]


def _text(value: str | bytes) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def secrets_of(metadata: Iterable[tuple[str, str | bytes]]) -> set[str]:
    """List the secrets of metadata in every form in which a server may repeat them."""
    found: set[str] = set()
    for key, value in metadata:
        if _is_secret(key) and isinstance(value, str):
            word = value.rpartition(" ")[2]
            found |= {value, word, *_decoded(word)}
    return {each for each in found if len(each) >= _SHORTEST}


def _decoded(word: str) -> set[str]:
    """`authorization` is base64 of `user:password`, or of a token."""
    try:
        plain = base64.b64decode(word, validate=True).decode()
    except ValueError:
        return set()
    return {plain, plain.partition(":")[2]}


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Take secrets out of a text that somebody else wrote."""
    for each in sorted(secrets, key=len, reverse=True):
        text = text.replace(each, REDACTED) if len(each) >= _SHORTEST else text
    return text


@cache
def may_hold_secrets(kind: Descriptor) -> bool:
    """Tell whether a type of message, or one within it, has a place for secrets: a member, or pairs of any names."""
    return _may(kind, set())


def _may(kind: Descriptor, seen: set[str]) -> bool:
    if kind.full_name in seen:
        return False
    seen.add(kind.full_name)
    if kind.name == "KeyValuePair" or kind.GetOptions().map_entry:
        return True
    return any(
        _is_secret(each.name) or (each.message_type is not None and _may(each.message_type, seen))
        for each in kind.fields
    )


def redact(message: Message, secrets: set[str]) -> bool:
    """Take secrets out of a message, in place: those in members made for them, and `secrets` wherever they stand.

    What is found in such members is added to `secrets`, since whoever answers may repeat
    it. Returns whether there was anything.
    """
    found = _blank_members(message, secrets)
    known = tuple(each for each in secrets if len(each) >= _SHORTEST)
    return (_scrub_members(message, known) if known else False) or found


def _blank_members(message: Message, secrets: set[str]) -> bool:
    if isinstance(message, m.KeyValuePair):
        return _is_secret_pair(message.key, message.value) and _blank(message, "value", secrets)
    found = False
    for descriptor, value in message.ListFields():
        inner = descriptor.message_type
        if inner is None:
            found |= _is_secret(descriptor.name) and _blank(message, descriptor.name, secrets)
        elif inner.GetOptions().map_entry:
            found |= _blank_map(value, secrets)
        else:
            for each in value if descriptor.is_repeated else [value]:
                found |= _blank_members(each, secrets)
    return found


def _blank_map(entries: Any, secrets: set[str]) -> bool:  # noqa: ANN401 - a map of any two types
    found = False
    for key in list(entries):
        value = entries[key]
        if isinstance(value, Message):
            found |= _blank_members(value, secrets)
        elif isinstance(value, str) and _is_secret_pair(str(key), value):
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
    for descriptor, value in message.ListFields():
        inner = descriptor.message_type
        if inner is not None and inner.GetOptions().map_entry:
            found |= _scrub_map(value, secrets)
        elif inner is not None:
            for each in value if descriptor.is_repeated else [value]:
                found |= _scrub_members(each, secrets)
        elif descriptor.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            found |= _scrub_value(message, descriptor, value, secrets)
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
        if isinstance(value, Message):
            found |= _scrub_members(value, secrets)
        elif isinstance(value, str | bytes) and (changed := _without(value, secrets)) != value:
            entries[key] = changed
            found = True
    return found


def _without(value: str | bytes, secrets: tuple[str, ...]) -> str | bytes:
    if isinstance(value, str):
        return scrub(value, secrets)
    for each in secrets:
        value = value.replace(each.encode(), REDACTED.encode())
    return value
