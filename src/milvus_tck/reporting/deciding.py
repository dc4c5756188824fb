"""The exchange that decided a check, in a line."""

from collections.abc import Mapping
from typing import Any

from milvus_tck.verdict.events import CheckEvent

__all__ = ["decided_by"]


def decided_by(check: CheckEvent) -> str:
    """Say which answer decided a check, in the server's own words; empty where none did."""
    exchange = check.decisive
    if exchange is None:
        return ""
    via = f" ({exchange['http']['request']})" if "http" in exchange else ""
    return f"{exchange['rpc']}{via}, answered {_answer(exchange)}"


def _answer(exchange: Mapping[str, Any]) -> str:
    if exchange["grpc"] != "OK":
        http = exchange.get("http", {}).get("status")
        ended = f"HTTP {http}" if http else f"gRPC {exchange['grpc']}"
        return f"{ended}: {exchange['details']}" if exchange.get("details") else ended
    status = _status(exchange.get("response"))
    if not status.get("code") and status.get("error_code", "Success") in {"Success", 0}:
        return "with success"
    numbers = ", ".join(f"{name} {status[name]}" for name in ("code", "error_code") if name in status)
    return f"{numbers}: {status['reason']}" if status.get("reason") else numbers


def _status(response: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
    """Find the Status of an answer: a member of it, or the answer itself."""
    if not isinstance(response, Mapping):
        return {}
    found = response.get("status", response)
    return found if isinstance(found, Mapping) else {}
