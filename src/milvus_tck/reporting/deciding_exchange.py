"""The exchange that decided a check, in a line."""

from collections.abc import Mapping
from typing import Any

from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["decided_by"]

#: Characters by which a reason is known again.
_BEGIN = 60


def decided_by(check: CheckEvent) -> str:
    """Say which answer decided a check, in the server's own words where the contrast has not told them already.

    Empty where none did.
    """
    exchange = check.decisive
    if exchange is None:
        return ""
    via = f" ({exchange['http']['request']})" if "http" in exchange else ""
    return f"{exchange['rpc']}{via}, answered {_answer(exchange, check.contrast)}"


def _answer(exchange: Mapping[str, Any], told: str) -> str:
    if exchange["grpc"] != "OK":
        http = exchange.get("http", {}).get("status")
        ended = f"HTTP {http}" if http else f"gRPC {exchange['grpc']}"
        return _with_reason(ended, exchange.get("details"), told)
    status = _status(exchange.get("response"))
    if not status.get("code") and status.get("error_code", "Success") in {"Success", 0}:
        return "with success"
    numbers = ", ".join(f"{name} {status[name]}" for name in ("code", "error_code") if name in status)
    return _with_reason(numbers, status.get("reason"), told)


def _with_reason(answer: str, reason: object, told: str) -> str:
    """Add the reason, unless `told` begins to tell it: both may be cut further on."""
    return f"{answer}: {reason}" if reason and str(reason)[:_BEGIN] not in told else answer


def _status(response: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Find the Status of an answer: a member of it, or the answer itself."""
    if not isinstance(response, Mapping):
        return {}
    found = response.get("status", response)
    return found if isinstance(found, Mapping) else {}
