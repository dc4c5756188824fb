"""Secrets are taken out before anything is written: out of metadata, messages and texts."""

import base64
import re
from collections.abc import Iterable
from functools import cache

from google.protobuf.descriptor import Descriptor
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
#: Shorter texts stand in too many places that have nothing to do with the secret.
_SHORTEST = 4


def _is_secret(name: str) -> bool:
    return name.lower() in _SECRETS or _NAMED.search(name) is not None


def redacted_metadata(metadata: Iterable[tuple[str, str | bytes]]) -> list[list[str]]:
    """Write metadata as pairs of texts: bytes as base64, secrets taken out."""
    return [[key, REDACTED if _is_secret(key) else _text(value)] for key, value in metadata]


def _text(value: str | bytes) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def secrets_of(metadata: Iterable[tuple[str, str | bytes]]) -> frozenset[str]:
    """List the secrets of metadata in every form in which a server may repeat them."""
    found = set()
    for key, value in metadata:
        if _is_secret(key) and isinstance(value, str):
            word = value.rpartition(" ")[2]
            found |= {value, word, *_decoded(word)}
    return frozenset(each for each in found if len(each) >= _SHORTEST)


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
        text = text.replace(each, REDACTED)
    return text


@cache
def may_hold_secrets(kind: Descriptor) -> bool:
    """Tell whether a type of message, or one within it, has a place for secrets."""
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


def redact(message: Message) -> bool:
    """Take the secrets out of a message, in place; tell whether there were any."""
    if isinstance(message, m.KeyValuePair):
        return _is_secret(message.key) and _blank(message, "value")
    found = False
    for descriptor, value in message.ListFields():
        inner = descriptor.message_type
        if inner is None:
            found |= _is_secret(descriptor.name) and _blank(message, descriptor.name)
        elif inner.GetOptions().map_entry:
            found |= _redact_map(value)
        else:
            for each in value if descriptor.is_repeated else [value]:
                found |= redact(each)
    return found


def _redact_map(entries) -> bool:  # type: ignore[no-untyped-def] # noqa: ANN001 - a map of any two types
    found = False
    for key in list(entries):
        if isinstance(entries[key], Message):
            found |= redact(entries[key])
        elif isinstance(key, str) and isinstance(entries[key], str) and entries[key] and _is_secret(key):
            entries[key] = REDACTED
            found = True
    return found


def _blank(message: Message, name: str) -> bool:
    """Replace a text; a secret that is no text is removed."""
    value = getattr(message, name)
    if isinstance(value, str) and value:
        setattr(message, name, REDACTED)
    elif isinstance(value, bytes) and value:
        setattr(message, name, REDACTED.encode())
    elif value:
        message.ClearField(name)
    return bool(value)
