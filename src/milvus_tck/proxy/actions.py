"""Actions: what a rule may do to a call, and what it is shown of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import grpc
from google.protobuf.message import DecodeError, Message

from milvus_tck.proxy.unary_call import CallEnd, rpc_of
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["Act", "Action", "Answer", "Drop", "Operator", "Refuse", "Send", "View", "of_operator", "to_bytes"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The client is answered with this, and the server is not asked."""

    message: Message | bytes


@dataclass(frozen=True, slots=True)
class Refuse:
    """The client's call ends with a gRPC code."""

    code: grpc.StatusCode
    details: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """The client's connection is broken: every call on it ends."""


@dataclass(frozen=True, slots=True)
class Send:
    """The server is sent these requests one after the other; the client is given the last answer."""

    requests: Sequence[Message | bytes]


#: What a rule does. A message or bytes stand in place of the request, or of the response where there is one
#: already; `None` leaves the call as it is, and does not count as applied.
Action = Message | bytes | Answer | Refuse | Drop | Send | None

#: A function from the RPC's name, the client's request, and the answer so far (`None` before the server was
#: asked). Both messages are copies that it may change and return.
Operator = Callable[[str, Message, Message | None], Action]


class View:
    """A call as rules see it: messages are parsed when somebody looks."""

    def __init__(self, path: str, payload: bytes, ended: CallEnd | None = None) -> None:
        self.path = path
        self.rpc = rpc_of(path)
        self.payload = payload
        #: How the call ended so far; `None` before the server was asked.
        self.ended = ended
        self._looked = False
        self._request: Message | None = None

    @property
    def request(self) -> Message | None:
        """The client's request; `None` for bytes that are none, or an RPC that we do not know."""
        if not self._looked:
            self._looked = True
            self._request = _parsed(self.rpc, self.payload, answer=False)
        return self._request

    def response(self) -> Message | None:
        """Parse the answer so far, a new message each time; `None` where there is none or it cannot be read."""
        payload = None if self.ended is None else self.ended.payload
        return None if payload is None else _parsed(self.rpc, payload, answer=True)


#: What a rule does, given a view of the call.
Act = Callable[[View], Action]


def of_operator(operator: Operator) -> Act:
    """Make an act of an operator, which is shown parsed messages only."""

    def act(view: View) -> Action:
        request, response = view.request, view.response()
        if request is None or (response is None and view.ended is not None):
            return None
        copied = type(request)()
        copied.CopyFrom(request)
        return operator(view.rpc, copied, response)

    return act


def to_bytes(message: Message | bytes) -> bytes:
    """Serialize where need be."""
    return message if isinstance(message, bytes) else message.SerializeToString()


def _parsed(rpc: str, payload: bytes, *, answer: bool) -> Message | None:
    method = methods().get(rpc)
    if method is None:
        return None
    kind = method.output_type if answer else method.input_type
    try:
        return message_class(kind.full_name).FromString(payload)
    except DecodeError:
        return None
