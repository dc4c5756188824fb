"""The recording: every call as one line of JSON, to read and to play again."""

import base64
import json
import secrets
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
from milvus_tck.wire.credential_view import credential_rows
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
        #: Written nowhere: it makes fingerprints of credentials comparable in this recording alone.
        self._salt = secrets.token_bytes(16)

    def header(self, *, address: str, upstream: str, profile: str | None, rules: RuleSet) -> None:
        """Write how it began."""
        names = [rule.id for rule in rules.rules]
        self._line({"event": "header", "schema": SCHEMA, "suite": __version__, "started": _time(None),
                    "address": address, "upstream": scrub(upstream), "profile": profile, "rules": names,
                    "seed": rules.seed})  # fmt: skip

    def write(self, seen: Seen) -> None:
        """Write one call."""
        self._line(call_json(seen) | {"credentials": credential_rows(seen.call.metadata, self._salt)})

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
    hidden = secrets_of(call.metadata)
    # The requests come first: what is secret in them is taken out of the answers as well.
    requests = _traffic(call, call.sent, hidden, answer=False)
    shown: dict[str, Any] = {
        "event": "call",
        "number": call.number,
        "at": _time(call.at),
        "rpc": call.rpc,
        "peer": call.peer,
        "sdk": call.sdk,
        "streaming": call.streaming,
        "deadline": None if call.deadline is None else round(call.deadline, 3),
        "metadata": metadata_rows(call.metadata),
        "requests": requests,
        "responses": _traffic(call, call.given, hidden, answer=True),
        "initial_metadata": metadata_rows(ended.initial),
        "trailers": metadata_rows(ended.trailers),
        "grpc": ended.code.name,
        "details": scrub(ended.details, hidden)[:_TEXT],
        "status": None,
        "cut": call.cut,
        "seconds": round(call.seconds, 6),
        "upstream_seconds": None if call.upstream_seconds is None else round(call.upstream_seconds, 6),
        "rules": call.rules,
        "violations": [violation_json(each, hidden) for each in seen.violations],
    }
    if seen.status is not None:
        reason = scrub(seen.status.reason, hidden)[:_TEXT]
        shown["status"] = {"code": seen.status.code, "error_code": seen.status.legacy, "reason": reason}
    if call.rules:
        shown["upstream"] = {
            "requests": _traffic(call, call.forwarded, hidden, answer=False),
            "responses": _traffic(call, call.answered, hidden, answer=True),
        }
    return shown


def violation_json(violation: Violation, hidden: Iterable[str] = ()) -> dict[str, str]:
    """Write one violation."""
    detail = scrub(violation.detail, hidden)[:_TEXT]
    return {"clause": violation.clause, "signature": violation.signature, "detail": detail}


def _traffic(call: Passing, traffic: Traffic, hidden: set[str], *, answer: bool) -> dict[str, Any]:
    messages = [_message(call.rpc, each, hidden, answer=answer) for each in traffic.kept]
    messages += [_entry(size) | {"withheld": "too-large"} for size in traffic.too_large]
    return {"count": traffic.count, "size": traffic.size, "messages": messages}


def _message(rpc: str, payload: bytes, hidden: set[str], *, answer: bool) -> dict[str, Any]:
    """Write one message: `bytes` are its own, but for secrets, and are left out where those cannot be told."""
    shown = _entry(len(payload))
    method = methods().get(rpc)
    if method is None:
        return shown | {"withheld": "unknown-rpc"}
    kind = method.output_type if answer else method.input_type
    try:
        message = message_class(kind.full_name).FromString(payload)
    except DecodeError:
        return shown | _unread(payload, hidden, withhold=may_hold_secrets(method.input_type))
    redacted = (bool(hidden) or may_hold_secrets(kind)) and redact(message, hidden)
    kept = message.SerializeToString() if redacted else payload
    if holds(kept, hidden):  # a last look: unknown members, for one, are not gone through
        return shown | {"withheld": "secret"}
    return shown | {"bytes": _base64(kept), "message": message_json(message), "redacted": redacted}


def _entry(size: int) -> dict[str, Any]:
    return {"size": size, "bytes": None, "message": None, "redacted": False}


def _unread(payload: bytes, hidden: set[str], *, withhold: bool) -> dict[str, Any]:
    """Write bytes that are no message; beside a request that may hold secrets, nobody knows what they repeat."""
    if withhold or holds(payload, hidden):
        return {"withheld": "unparsable"}
    return {"bytes": _base64(payload)}


def _base64(payload: bytes) -> str:
    return base64.b64encode(payload).decode()


def _time(seconds: float | None) -> str:
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds")
