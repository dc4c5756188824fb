"""Bodies by content type, and which type an answer may have."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from milvus_tck.gateway.http.errors import RequestRefused, malformed
from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.wire.json_form import JSON, PROTOBUF, YAML, Inexpressible, Malformed, dump, load

__all__ = ["accepted", "kind_of", "plain_of", "written"]

_KINDS = {
    JSON: JSON, YAML: YAML, "application/yaml": YAML, "text/yaml": YAML, PROTOBUF: PROTOBUF,
    "application/protobuf": PROTOBUF,
}  # fmt: skip
#: Longer bodies are read in a thread, so that other requests go on.
_LONG = 64 << 10

Plain = dict[str, Any]


def kind_of(header: str) -> str | None:
    """Name the encoding that a content type stands for: JSON where none is named, `None` for a foreign one."""
    name = header.partition(";")[0].strip().lower()
    return _KINDS.get(name) if name else JSON


def accepted(header: str) -> tuple[str, ...]:
    """List the encodings that a client takes, best first; JSON where it says nothing that we know."""
    found: list[tuple[float, str]] = []
    for each in header.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        kind = JSON if name in {"*/*", "application/*"} else _KINDS.get(name)
        quality = next((_quality(part) for part in parameters if part.startswith("q=")), 1.0)
        if kind is not None and quality > 0 and kind not in {known for _, known in found}:
            found.append((quality, kind))
    found.sort(key=lambda pair: -pair[0])
    return tuple(kind for _, kind in found) or (JSON,)


def _quality(text: str) -> float:
    try:
        return float(text[2:])
    except ValueError:
        return 0.0


async def plain_of(body: bytes, kind: str, limits: RequestLimits, *, strict: bool) -> Plain:
    """Read a body of JSON or YAML; raises `Malformed`, where `strict` also for a member that is there twice."""
    if kind == YAML and len(body) > limits.yaml:
        text = f"a body of YAML may have {limits.yaml} bytes; JSON has more room"
        raise RequestRefused(413, "RESOURCE_EXHAUSTED", text)
    if len(body) <= _LONG and kind == JSON:
        return _read(body, kind, strict=strict)
    return await asyncio.to_thread(_read, body, kind, strict=strict)


def _read(body: bytes, kind: str, *, strict: bool) -> Plain:
    value = load(body, kind)
    if strict and kind == JSON and value:
        _look_for_twins(body)
    return value


def _look_for_twins(body: bytes) -> None:
    """Raise `Malformed` where an object has a member twice: parsers differ on which one counts."""
    try:
        json.loads(body, object_pairs_hook=_no_twins, parse_int=str, parse_float=str)
    except (RecursionError, UnicodeDecodeError) as error:
        raise Malformed(f"no JSON: {error}") from error


def _no_twins(pairs: list[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twin = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"member {twin[:80]!r} is there twice")


def written(answer: Message, accept: tuple[str, ...], write: Callable[[Message], Plain]) -> tuple[str, bytes]:
    """Write an answer in the best encoding that has words for it; raises `RequestRefused` where none has."""
    trouble = ""
    for kind in accept:
        if kind == PROTOBUF:
            return PROTOBUF, answer.SerializeToString()
        try:
            return kind, dump(write(answer), kind)
        except Inexpressible as error:
            trouble = str(error)
    answer.DiscardUnknownFields()  # what no definition names, no reader of JSON misses
    for kind in accept:
        try:
            return kind, dump(write(answer), kind)
        except Inexpressible as error:
            trouble = str(error)
    raise RequestRefused(500, "INTERNAL", f"JSON has no words for the answer: {trouble}; {PROTOBUF} has")


def unreadable(error: Malformed) -> RequestRefused:
    """Turn what the JSON form complains of into a refusal."""
    return malformed(str(error))
