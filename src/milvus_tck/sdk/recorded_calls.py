"""Recorded calls: a file of `milvus-tck proxy --record`, read to be judged."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError, Message

from milvus_tck.proxy.recording import SCHEMA
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["RecordedCall", "RecordingError", "read_calls"]


class RecordingError(Exception):
    """A file is no recording: says why."""


@dataclass(frozen=True)
class RecordedCall:
    """One call of a recording."""

    number: int
    rpc: str
    peer: str
    #: Seconds since the epoch.
    at: float
    deadline: float | None
    metadata: tuple[tuple[str, str], ...]
    #: The first request as it was sent, and as a message; `None` where it was not kept or cannot be read.
    payload: bytes | None
    request: Message | None
    #: Whether it ended with gRPC's OK and a Status, if any, of success.
    ended_well: bool
    violations: tuple[str, ...]
    raw: Mapping[str, Any]


def read_calls(path: Path) -> list[RecordedCall]:
    """Read the calls in the order in which they began; raises `RecordingError`.

    A last line that was cut short is left out.
    """
    if path.is_dir():
        raise RecordingError(f"{path} is a folder: name the file that --record wrote")
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from error
    events = []
    for number, line in enumerate(lines, 1):
        try:
            events += [json.loads(line)] if line.strip() else []
        except ValueError as error:
            if any(each.strip() for each in lines[number:]):
                raise RecordingError(f"{path}, line {number} is no JSON") from error
    _must_be_ours(path, events[0] if events else None)
    try:
        found = [_call(each) for each in events if each["event"] == "call"]
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"{path} is no recording: {error!r}") from error
    return sorted(found, key=lambda each: each.number)


def _must_be_ours(path: Path, first: object) -> None:
    """Look at how a file begins; raises `RecordingError`."""
    header = first if isinstance(first, dict) and first.get("event") == "header" else {}
    if "suite" in header and "profile_reason" in header:
        raise RecordingError(f"{path} is no recording, but the results of a run")
    if "upstream" not in header:
        raise RecordingError(f"{path} is no recording: it does not begin with the header of one")
    if header.get("schema", SCHEMA) != SCHEMA:
        raise RecordingError(f"{path} has schema {header['schema']}, and this version reads {SCHEMA}")


def _call(raw: Mapping[str, Any]) -> RecordedCall:
    messages = raw["requests"]["messages"]
    kept = messages[0].get("bytes") if messages else None
    payload = None if kept is None else base64.b64decode(kept)
    status = raw["status"]
    well = raw["grpc"] == "OK" and (status is None or not (status["code"] or status["error_code"]))
    return RecordedCall(
        raw["number"],
        raw["rpc"],
        raw["peer"],
        datetime.fromisoformat(raw["at"]).timestamp(),
        raw["deadline"],
        tuple((key, value) for key, value in raw["metadata"]),
        payload,
        _message(raw["rpc"], payload),
        well,
        tuple(each["signature"] for each in raw["violations"] if each["clause"].startswith("request/")),
        raw,
    )


def _message(rpc: str, payload: bytes | None) -> Message | None:
    if payload is None or rpc not in methods():
        return None
    try:
        return message_class(methods()[rpc].input_type.full_name).FromString(payload)
    except DecodeError:
        return None
