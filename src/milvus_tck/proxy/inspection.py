"""Inspection: what a call that passed says: its messages, its status, how it keeps the protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings import wire_contract
from milvus_tck.bindings.exchange_values import StatusView, Violation, status_of
from milvus_tck.proxy.unary_call import Passing, Traffic
from milvus_tck.spec.profiles import Profile
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["REQUEST_PARSES", "Seen", "inspect"]

#: The client's own side: no clause of the protocol judges it here, but whoever wrote the client wants to know.
REQUEST_PARSES = "request/parses"


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that ended, read."""

    call: Passing
    #: The client's first request, and the first answer that it was given; `None` where they cannot be read.
    request: Message | None
    response: Message | None
    #: Of the answer that the client was given.
    status: StatusView | None
    #: How the client's requests, and the server's own answers, break the protocol.
    violations: tuple[Violation, ...]

    @property
    def code(self) -> str:
        """The gRPC code where it is not OK, else the number of the `Status`, else `OK`."""
        assert self.call.ended is not None  # noqa: S101 - only calls that ended are read
        if self.call.ended.code.name != "OK" or self.status is None or self.status.ok:
            return self.call.ended.code.name
        return str(self.status.code or f"error_code {self.status.legacy}")


def inspect(call: Passing, line: Profile | None) -> Seen:
    """Read a call, and hold it against a profile where that is known."""
    found = [*_requests(call), *_answers(call, line)]
    request = _first(call.rpc, call.sent, answer=False)
    response = _first(call.rpc, call.given, answer=True)
    if response is None and call.given.too_large and call.rpc in methods() and call.ended is not None:
        # It is not kept, but what it says of the call is not lost.
        response = _parsed(call.rpc, call.ended.payload or b"", answer=True)
    return Seen(call, request, response, None if response is None else status_of(response), tuple(found))


def _requests(call: Passing) -> Sequence[Violation]:
    if call.rpc not in methods():
        return ()
    unread = [each for each in call.sent.kept if _parsed(call.rpc, each, answer=False) is None]
    return [Violation(REQUEST_PARSES, call.rpc, "unparsable", f"{len(each)} bytes are no request") for each in unread]


def _answers(call: Passing, line: Profile | None) -> Sequence[Violation]:
    """Hold what the server answered, not what a rule made of it, against the contract of every answer."""
    found: list[Violation] = []
    if call.rpc not in methods():
        return found
    for payload in call.answered.kept:
        response, broken = wire_contract.parse(call.rpc, payload)
        found.extend(broken)
        if response is not None and line is not None:
            found.extend(wire_contract.violations(call.rpc, response, line))
    return found


def _first(rpc: str, traffic: Traffic, *, answer: bool) -> Message | None:
    return _parsed(rpc, traffic.kept[0], answer=answer) if traffic.kept and rpc in methods() else None


def _parsed(rpc: str, payload: bytes, *, answer: bool) -> Message | None:
    method = methods()[rpc]
    kind = method.output_type if answer else method.input_type
    try:
        return message_class(kind.full_name).FromString(payload)
    except DecodeError:
        return None
