"""Secrets are taken out before anything is written or shown: one policy, for every format and every binding.

What is a secret is told by where it stands (metadata, headers, members, pairs, queries and options whose
name says so) and by what it is: what a connection was given is remembered, and taken out of every
text that somebody else wrote, in each form in which it may be repeated.
"""

import base64
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

__all__ = [
    "REDACTED", "command_words", "decoded", "forms", "holds", "is_secret", "is_secret_pair", "metadata_rows",
    "redacted_body", "redacted_json", "remember", "scrub", "secrets_of",
]  # fmt: skip

REDACTED = "[redacted]"
_NAMED = re.compile(
    r"(^|[._-])(authorization|cookie|passw(or)?d|passphrase|pwd|token|secret|credentials?|bearer"
    r"|(api|secret|access|private|encryption)[._-]?key)(-bin)?$",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HARMLESS = re.compile(r"\d{1,6}|true|false", re.IGNORECASE)
#: Shorter texts stand in too many places that have nothing to do with the secret.
_SHORTEST = 4
#: The password that every fresh server has tells nobody anything, and is the name of what we judge.
_NO_SECRETS = frozenset({"Milvus"})
_USER_INFO = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@\"']+@", re.IGNORECASE)
_QUERY = re.compile(r"([?&;]([\w.-]+)=)([^&;#\s\"']+)")
#: A member of JSON that is cut or broken, and of a form.
_MEMBER = re.compile(r'("([\w.-]+)"\s*:\s*")((?:[^"\\]|\\.)*)')
_FORM = re.compile(r"((?:^|&)([\w.-]+)=)([^&\s]+)")

_JSON = ("{", "[")

#: What this process was given to be let in.
_known: set[str] = set()


# -- what a secret is ---------------------------------------------------------------------


@cache
def is_secret(name: str) -> bool:
    """Tell whether a name, however it is spelt, is that of a secret."""
    return _NAMED.search(_HUMP.sub("_", name)) is not None


def is_secret_pair(key: str, value: str) -> bool:
    """Tell it of a pair: `max_token` is a secret by its name alone; a small number gives nothing away."""
    if not value or value == REDACTED:
        return False
    named = is_secret(key)
    return named and (_HARMLESS.fullmatch(value) is None or not re.search(r"[._-]token$", _HUMP.sub("_", key)))


def remember(secrets: Iterable[str]) -> None:
    """Take these out of every text from now on; what is too short to be told from other texts is left."""
    _known.update(each for each in secrets if len(each) >= _SHORTEST and each not in _NO_SECRETS)


def secrets_of(metadata: Iterable[tuple[str, str | bytes]]) -> set[str]:
    """List the secrets of metadata or headers in every form in which a server may repeat them."""
    found: set[str] = set()
    for key, value in metadata:
        if is_secret(key) and isinstance(value, str):
            word = value.rpartition(" ")[2]
            found |= {value, word, *decoded(word)}
    return {each for each in found if len(each) >= _SHORTEST and each not in _NO_SECRETS}


def decoded(word: str) -> set[str]:
    """Return what stands in `authorization`: base64 of `user:password`, or of a token."""
    try:
        plain = base64.b64decode(word, validate=True).decode()
    except ValueError:
        return set()
    return {plain, plain.partition(":")[2]} - {""}


@cache
def forms(secret: str) -> tuple[str, ...]:
    """Return a secret as it may stand in a text: itself, escaped, in base64, in hexadecimal digits."""
    plain = secret.encode()
    written = (
        secret, quote(secret, safe=""), json.dumps(secret)[1:-1], plain.hex(), plain.hex().upper(),
        base64.b64encode(plain).decode(), base64.urlsafe_b64encode(plain).decode().rstrip("="),
    )  # fmt: skip
    return tuple(sorted(set(written), key=len, reverse=True))


# -- taking it out ------------------------------------------------------------------------


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Take secrets out of a text that somebody else wrote: known ones, those given, and those in URLs."""
    if "://" in text:
        text = _USER_INFO.sub(rf"\g<1>{REDACTED}@", text)
    if "=" in text:
        text = _QUERY.sub(_blanked, text)
    for each in sorted({*secrets, *_known}, key=len, reverse=True):
        if len(each) >= _SHORTEST and each != REDACTED:
            for form in forms(each):
                text = text.replace(form, REDACTED)
    return text


def _blanked(found: "re.Match[str]") -> str:
    return f"{found[1]}{REDACTED}" if is_secret_pair(found[2], found[3]) else found[0]


def holds(payload: bytes, secrets: Iterable[str] = ()) -> bool:
    """Tell whether bytes hold a secret, in whatever form."""
    known = [each for each in {*secrets, *_known} if len(each) >= _SHORTEST and each != REDACTED]
    return any(form.encode() in payload for each in known for form in forms(each))


def redacted_json(value: Any, secrets: Iterable[str] = ()) -> Any:  # noqa: ANN401 - JSON
    """Take secrets out of JSON: members and pairs by their names, texts by what they hold."""
    if isinstance(value, dict):
        pair = _pair(value)
        return {key: _redacted_member(key, each, secrets, pair=pair) for key, each in value.items()}
    if isinstance(value, list):
        return [redacted_json(each, secrets) for each in value]
    return _redacted_string(value, secrets) if isinstance(value, str) else value


def _redacted_string(text: str, secrets: Iterable[str]) -> str:
    """Options travel as JSON within texts."""
    return redacted_body(text.encode(errors="replace"), secrets).decode() if text[:1] in _JSON else scrub(text, secrets)


def _pair(value: dict[str, Any]) -> bool:
    """Tell whether it is a key with a value, the key being that of a secret."""
    key, text = value.get("key"), value.get("value")
    return isinstance(key, str) and isinstance(text, str) and is_secret_pair(key, text)


def _redacted_member(key: str, value: Any, secrets: Iterable[str], *, pair: bool) -> Any:  # noqa: ANN401 - JSON
    if pair and key == "value":
        return REDACTED
    if isinstance(value, str | int | float) and not isinstance(value, bool) and is_secret_pair(key, str(value)):
        return REDACTED
    if isinstance(value, list) and is_secret(key):
        return [REDACTED if isinstance(each, str) else redacted_json(each, secrets) for each in value]
    return redacted_json(value, secrets)


def redacted_body(body: bytes, secrets: Iterable[str] = ()) -> bytes:
    """Take secrets out of a body of HTTP: of JSON, of a form, or of what is neither, as far as names tell."""
    try:
        read = json.loads(body)
        clean = redacted_json(read, secrets)
    except (ValueError, RecursionError):  # no JSON, or deeper than anybody means it
        return _redacted_text(body, secrets)
    return body if clean == read else json.dumps(clean, ensure_ascii=False).encode()


def _redacted_text(body: bytes, secrets: Iterable[str]) -> bytes:
    text = body.decode(errors="surrogateescape")
    clean = scrub(_FORM.sub(_blanked, _MEMBER.sub(_blanked, text)), secrets)
    return body if clean == text else clean.encode(errors="surrogateescape")


def metadata_rows(metadata: Iterable[tuple[str, str | bytes]]) -> list[list[str]]:
    """Write metadata as pairs of texts: bytes as base64, secrets taken out."""
    return [[key, REDACTED if is_secret(key) else _text(value)] for key, value in metadata]


def _text(value: str | bytes) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else scrub(value)


def command_words(words: Sequence[str]) -> tuple[str, ...]:
    """Write a command as it was typed: what is given to `--token`, `--password` and the like is taken out."""
    shown, hide = [], False
    for word in words:
        name, equals, _ = word.partition("=")
        secret = name.startswith("-") and is_secret(name.lstrip("-"))
        shown.append(REDACTED if hide else f"{name}={REDACTED}" if secret and equals else scrub(word))
        hide = secret and not equals
    return tuple(shown)
