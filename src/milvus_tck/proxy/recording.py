"""The recording: every call as one line of JSON, to read and to play again."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from milvus_tck import __version__
from milvus_tck.bindings.exchange_values import Violation
from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.rules import RuleSet
from milvus_tck.proxy.unary_call import Passing, Traffic
from milvus_tck.verdict.results.exchange_json import message_json
from milvus_tck.verdict.results.line_file import LineFile
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.message_redaction import may_hold_secrets, redact
from milvus_tck.wire.redaction import holds, metadata_rows, scrub, secrets_of

__all__ = ["SCHEMA", "CallLog", "call_json", "violation_json"]

SCHEMA = 1
_TEXT = 4000


class CallLog:
    """Writes a file of JSON Lines: a header, the calls in the order in which they ended, a footer."""

    def __init__(self, path: Path) -> None:
        """Create the file; raises `OSError`."""
        self._file = LineFile(path)

    def header(self, *, address: str, upstream: str, profile: str | None, rules: RuleSet) -> None:
        """Write how it began."""
        names = [rule.id for rule in rules.rules]
        self._line({"event": "header", "schema": SCHEMA, "suite": __version__, "started": _time(None),
                    "address": address, "upstream": scrub(upstream), "profile": profile, "rules": names,
                    "seed": rules.seed})  # fmt: skip

    def write(self, seen: Seen) -> None:
        """Write one call."""
        self._line(call_json(seen))

    def footer(self, totals: dict[str, Any]) -> None:
        """Write what it came to, and close the file."""
        self._line({"event": "footer", "ended": _time(None), **totals})
        self._file.close()

    def _line(self, event: dict[str, Any]) -> None:
        self._file.write(json.dumps(event, ensure_ascii=False))


def call_json(seen: Seen) -> dict[str, Any]:
    """Write one call without its secrets.

    `upstream` stands only where rules made a difference: it is what the server was sent
    and what it answered.
    """
    call, ended = seen.call, seen.call.ended
    assert ended is not None  # noqa: S101 - only calls that ended are written
    secrets = secrets_of(call.metadata)
    # The requests come first: what is secret in them is taken out of the answers as well.
    requests = _traffic(call, call.sent, secrets, answer=False)
    shown: dict[str, Any] = {
        "event": "call",
        "number": call.number,
        "at": _time(call.at),
        "rpc": call.rpc,
        "peer": call.peer,
        "streaming": call.streaming,
        "deadline": None if call.deadline is None else round(call.deadline, 3),
        "metadata": metadata_rows(call.metadata),
        "requests": requests,
        "responses": _traffic(call, call.given, secrets, answer=True),
        "initial_metadata": metadata_rows(ended.initial),
        "trailers": metadata_rows(ended.trailers),
        "grpc": ended.code.name,
        "details": scrub(ended.details, secrets)[:_TEXT],
        "status": None,
        "cut": call.cut,
        "seconds": round(call.seconds, 6),
        "upstream_seconds": None if call.upstream_seconds is None else round(call.upstream_seconds, 6),
        "rules": call.rules,
        "violations": [violation_json(each, secrets) for each in seen.violations],
    }
    if seen.status is not None:
        reason = scrub(seen.status.reason, secrets)[:_TEXT]
        shown["status"] = {"code": seen.status.code, "error_code": seen.status.legacy, "reason": reason}
    if call.rules:
        shown["upstream"] = {
            "requests": _traffic(call, call.forwarded, secrets, answer=False),
            "responses": _traffic(call, call.answered, secrets, answer=True),
        }
    return shown


def violation_json(violation: Violation, secrets: Iterable[str] = ()) -> dict[str, str]:
    """Write one violation."""
    detail = scrub(violation.detail, secrets)[:_TEXT]
    return {"clause": violation.clause, "signature": violation.signature, "detail": detail}


def _traffic(call: Passing, traffic: Traffic, secrets: set[str], *, answer: bool) -> dict[str, Any]:
    messages = [_message(call.rpc, each, secrets, answer=answer) for each in traffic.kept]
    return {"count": traffic.count, "size": traffic.size, "messages": messages}


def _message(rpc: str, payload: bytes, secrets: set[str], *, answer: bool) -> dict[str, Any]:
    """Write one message: `bytes` are its own, but for secrets, and are left out where those cannot be told."""
    shown: dict[str, Any] = {"size": len(payload), "bytes": None, "message": None, "redacted": False}
    method = methods().get(rpc)
    if method is None:
        return shown | {"withheld": "unknown-rpc"}
    kind = method.output_type if answer else method.input_type
    try:
        message = message_class(kind.full_name).FromString(payload)
    except DecodeError:
        return shown | _unread(payload, secrets, withhold=may_hold_secrets(method.input_type))
    redacted = (bool(secrets) or may_hold_secrets(kind)) and redact(message, secrets)
    kept = message.SerializeToString() if redacted else payload
    if holds(kept, secrets):  # a last look: unknown members, for one, are not gone through
        return shown | {"withheld": "secret"}
    return shown | {"bytes": _base64(kept), "message": message_json(message), "redacted": redacted}


def _unread(payload: bytes, secrets: set[str], *, withhold: bool) -> dict[str, Any]:
    """Write bytes that are no message; beside a request that may hold secrets, nobody knows what they repeat."""
    if withhold or holds(payload, secrets):
        return {"withheld": "unparsable"}
    return {"bytes": _base64(payload)}


def _base64(payload: bytes) -> str:
    return base64.b64encode(payload).decode()


def _time(seconds: float | None) -> str:
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds")
