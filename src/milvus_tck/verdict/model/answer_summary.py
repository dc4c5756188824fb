"""What an RPC answered in the condition of a clause, kept for every judgement, passes included.

An exchange may hold megabytes; this is what is left of it when its test is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.verdict.model.check import HOLDS, Check
from milvus_tck.verdict.model.stops import CallRefused, Never, Unsupported
from milvus_tck.wire.message_redaction import secrets_in
from milvus_tck.wire.redaction import scrub

__all__ = ["ANSWERED", "Answered", "answered_of", "last_answer", "stopping_answer"]

#: The aspect that tells of the answer, of a promise and of a refusal: the others look at the same one.
ANSWERED = frozenset({HOLDS, "fails"})
_TEXT = 400


@dataclass(frozen=True, slots=True)
class Answered:
    """The numbers of one answer, and the server's words."""

    #: Name of the gRPC code.
    grpc: str
    #: Those of the Status; `None` where there was none.
    code: int | None = None
    error_code: int | None = None
    retriable: bool = False
    #: Without secrets.
    reason: str = ""
    #: How many JSON documents an answer of HTTP was, where that is not one; `None` otherwise.
    documents: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of it; what goes without saying is left out."""
        members = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in members.items() if value not in ("", None) and value is not False}


def answered_of(exchange: Exchange | None) -> Answered | None:
    """Keep what matters of an exchange."""
    if exchange is None:
        return None
    status = exchange.status
    if exchange.documents != 1:
        return Answered(exchange.grpc_code, documents=exchange.documents)
    if status is None:
        return Answered(exchange.grpc_code)
    reason = scrub(status.reason, secrets_in(exchange.request))[:_TEXT] if status.reason else ""
    return Answered(exchange.grpc_code, status.code, status.legacy, status.retriable, reason)


def last_answer(exchanges: Sequence[Exchange], rpc: str) -> Exchange | None:
    """Return the last exchange of an RPC, one that succeeded before any other."""
    own = [each for each in exchanges if each.rpc == rpc]
    good = [each for each in own if each.grpc_code == "OK" and (each.status is None or each.status.ok)]
    return next(reversed(good or own), None)


def stopping_answer(exchanges: Sequence[Exchange], stop: BaseException | None, check: Check) -> Answered | None:
    """Return what the RPC of a check answered where that ended the test."""
    stopped = isinstance(stop, CallRefused | Never | Unsupported) and stop.rpc == check.clause.rpc
    if not stopped or check.aspect not in ANSWERED:
        return None
    return answered_of(next((each for each in reversed(exchanges) if each.rpc == check.clause.rpc), None))
