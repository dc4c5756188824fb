"""What came back from one call."""

from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from milvus_tck.wire.call import Call
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.messages import HttpResponse, Status

__all__ = ["Exchange", "Outcome", "Reply", "StatusView", "Via", "Violation", "status_of"]

Answer_co = TypeVar("Answer_co", bound=Message, covariant=True)


@dataclass(frozen=True, slots=True)
class Via:
    """How a call travelled that did not travel over gRPC."""

    binding: str
    #: Method and path of HTTP.
    request: str
    #: Status of HTTP; 0 where none came.
    status: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a binding brought back, before anybody looked into it."""

    #: Serialized response; `None` where the call ended without one.
    payload: bytes | None
    #: Name of the gRPC code, `OK` included.
    code: str
    details: str = ""
    #: `None` for gRPC.
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class StatusView:
    """The `Status` of an answer."""

    code: int
    legacy: int
    reason: str
    retriable: bool

    @property
    def ok(self) -> bool:
        """Success is both numbers zero: servers of 2.2 fill only the legacy one."""
        return self.code == 0 and self.legacy == 0

    def __str__(self) -> str:
        numbers = f"code {self.code}, error_code {self.legacy}"
        return f"{numbers}: {self.reason}" if self.reason else numbers


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which an answer broke the wire contract."""

    clause: str
    rpc: str
    signature: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """One request with what answered it."""

    rpc: str
    request: Message
    response: Message | None
    grpc_code: str
    grpc_details: str
    seconds: float
    violations: tuple[Violation, ...] = field(default=())
    #: What was sent in place of the request's own bytes, if it was.
    payload: bytes | None = None
    #: How it travelled; `None` for gRPC.
    via: Via | None = None

    @property
    def sent(self) -> bytes:
        """The bytes that went to the target."""
        return self.request.SerializeToString() if self.payload is None else self.payload

    @property
    def status(self) -> StatusView | None:
        """The Status of the answer, if there is an answer and it carries one."""
        return None if self.response is None else status_of(self.response)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Answer_co]):
    """The result of one call, as a check sees it."""

    call: Call[Answer_co]
    exchange: Exchange
    #: The parsed answer; `None` where the call failed on the way or the bytes could not be read.
    answer: Answer_co | None

    @property
    def status(self) -> StatusView | None:
        """The Status of the answer; `None` if it has none."""
        return self.exchange.status

    @property
    def in_band(self) -> bool:
        """Whether the call itself went well, so that the answer decides."""
        return self.exchange.grpc_code == "OK"

    @property
    def ok(self) -> bool:
        """Whether the operation succeeded."""
        return self.in_band and not self.garbled and (self.status is None or self.status.ok)

    @property
    def garbled(self) -> bool:
        """Whether the answer's bytes are no message of its type; an RPC of no type of ours is answered by any bytes."""
        return self.answer is None and not self.call.rpc.startswith("/")

    @property
    def unsupported(self) -> bool:
        """Whether the target says, in a proper way, that it lacks the RPC."""
        status = self.status
        return self.exchange.grpc_code == "UNIMPLEMENTED" or (status is not None and status.code == _UNIMPLEMENTED)

    def __str__(self) -> str:
        if not self.in_band:
            if self.exchange.via is not None:
                return f"HTTP {self.exchange.via.status or self.exchange.grpc_code}: {self.exchange.grpc_details}"
            return f"gRPC {self.exchange.grpc_code}: {self.exchange.grpc_details}".rstrip(": ")
        if self.garbled:
            return "an answer that can not be parsed"
        return "ok" if self.ok else str(self.status)


#: `Status.code` of a server that has the RPC but not the function: ServiceUnimplemented.
_UNIMPLEMENTED = 10


def status_of(response: Message) -> StatusView | None:
    """Find the Status of an answer: the answer itself, or its member of that type; over HTTP, `code` in the body."""
    if isinstance(response, HttpResponse):
        return _status_of_body(load_any(response.body))
    if isinstance(response, Status):
        return _view(response)
    member = _status_member(response.DESCRIPTOR)
    return _view(getattr(response, member)) if member else None


def _status_of_body(body: object) -> StatusView | None:
    """Read what the high-level HTTP answers: `{"code": 200, "data": …}`, or another code with a message."""
    if not isinstance(body, dict) or type(body.get("code")) is not int or "error_code" in body:
        return None
    code, reason = body["code"], body.get("message", "")
    return StatusView(0 if code in _SUCCESS else code, 0, reason if isinstance(reason, str) else "", False)


#: Codes of success in a body: up to early 2.4, and later.
_SUCCESS = frozenset({200, 0})


@cache
def _status_member(kind: Descriptor) -> str:
    """Name the member that is a Status, `status` in nearly all answers; empty where there is none."""
    kinds = {each.name: each.message_type for each in kind.fields}
    return next((name for name, found in kinds.items() if found is not None and found == Status.DESCRIPTOR), "")


def _view(status: Status) -> StatusView:
    return StatusView(status.code, status.error_code, status.reason, status.retriable)
