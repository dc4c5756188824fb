"""Exchange values: what came back from one call."""

from dataclasses import dataclass, field
from functools import cache
from typing import Generic, TypeVar

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from milvus_tck.spec.bindings import GRPC, success_codes
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import documents_of
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.messages import HttpResponse, Status

__all__ = ["Exchange", "Outcome", "Reply", "StatusView", "Via", "Violation", "many_documents", "status_of"]

Answer_co = TypeVar("Answer_co", bound=Message, covariant=True)


@dataclass(frozen=True, slots=True)
class Via:
    """How a call travelled."""

    binding: str = GRPC
    #: Method and path of HTTP; empty where that had no part in it.
    request: str = ""
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
    via: Via = Via()


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
    #: How it travelled.
    via: Via = Via()

    @property
    def sent(self) -> bytes:
        """The bytes that went to the target."""
        return self.request.SerializeToString() if self.payload is None else self.payload

    @property
    def documents(self) -> int:
        """How many JSON documents a success of HTTP is; 1 of every other answer.

        A client that reads one and leaves the rest acts upon half an answer, so that several are no success.
        """
        if self.grpc_code != "OK" or not isinstance(self.response, HttpResponse):
            return 1
        found = documents_of(self.response)
        return 1 if found is None else found

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
        whole = not self.garbled and self.exchange.documents == 1
        return self.in_band and whole and (self.status is None or self.status.ok)

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
            if self.exchange.via.request:
                return f"HTTP {self.exchange.via.status or self.exchange.grpc_code}: {self.exchange.grpc_details}"
            return f"gRPC {self.exchange.grpc_code}: {self.exchange.grpc_details}".rstrip(": ")
        if self.garbled:
            return ": ".join(filter(None, ("an answer that cannot be parsed", self.exchange.grpc_details)))
        if self.exchange.documents != 1:
            return many_documents(self.exchange.documents)
        return "ok" if self.ok else str(self.status)


#: `Status.code` of a server that has the RPC but not the function: ServiceUnimplemented.
_UNIMPLEMENTED = 10


def many_documents(count: int) -> str:
    """Say what an answer is that is not one JSON document."""
    return f"{count} JSON documents, one behind the other" if count else "an answer that is no JSON document"


def status_of(response: Message) -> StatusView | None:
    """Find the Status of an answer: the answer itself, or its member of that type; over HTTP, `code` in the body."""
    if isinstance(response, HttpResponse):
        return _status_of_body(load_any(response.body))
    if isinstance(response, Status):
        return _view(response)
    member = _status_member(response.DESCRIPTOR)
    return _view(getattr(response, member)) if member else None


def _status_of_body(body: object) -> StatusView | None:
    """Read what the high-level HTTP answers: `{"code": 200, "data": …}`, or another code with a message.

    200 is a success of the first servers, and with a message in the place of data a partition that is not there.
    """
    if not isinstance(body, dict) or type(body.get("code")) is not int or "error_code" in body:
        return None
    code, reason = body["code"], body.get("message", "")
    good = code in success_codes() and (code == 0 or "message" not in body or "data" in body)
    return StatusView(0 if good else code, 0, reason if isinstance(reason, str) else "", False)


@cache
def _status_member(kind: Descriptor) -> str:
    """Name the member that is a Status, `status` in nearly all answers; empty where there is none."""
    kinds = {each.name: each.message_type for each in kind.fields}
    return next((name for name, found in kinds.items() if found is not None and found == Status.DESCRIPTOR), "")


def _view(status: Status) -> StatusView:
    return StatusView(status.code, status.error_code, status.reason, status.retriable)
