"""A server of which one RPC is broken wherever it is called, in one of a few ways."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply, status_of
from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, method

__all__ = ["WAYS", "BrokenBinding"]

_REASON = "refused, whatever was asked"


def _answer(rpc: str) -> Any:  # noqa: ANN401 - the answer of any RPC
    return message_class(method(rpc).output_type.full_name)()


def _refused(rpc: str) -> Reply:
    answer = _answer(rpc)
    status = answer if isinstance(answer, m.Status) else answer.status
    status.code, status.error_code, status.reason = 65535, m.ErrorCode.UnexpectedError, _REASON
    return _reply(answer)


def _empty(rpc: str) -> Reply:
    return _reply(_answer(rpc))


def _reply(answer: Message) -> Reply:
    return Reply(answer.SerializeToString(), "OK")


#: Ways in which nothing of a request reaches the server.
_INSTEAD: Mapping[str, Callable[[str], Reply]] = {
    "refused": _refused,
    "UNIMPLEMENTED": lambda _: Reply(None, "UNIMPLEMENTED", "unknown method"),
    "PERMISSION_DENIED": lambda _: Reply(None, "PERMISSION_DENIED", "not allowed"),
    "empty": _empty,
}
_YES = "always yes"
#: Every way: refused in a Status, by gRPC in two codes, agreed to whatever is so, or a success with nothing done.
WAYS = ("refused", "UNIMPLEMENTED", "PERMISSION_DENIED", _YES, "empty")
#: What "yes" is in answers that are more than a Status.
_AFFIRMED: Mapping[type[Message], tuple[str, Any]] = {
    m.BoolResponse: ("value", True),
    m.GetLoadStateResponse: ("state", m.LoadState.LoadStateLoaded),
    m.GetLoadingProgressResponse: ("progress", 100),
    m.GetFlushStateResponse: ("flushed", True),
    m.GetIndexStateResponse: ("state", m.IndexState.Finished),
}


@dataclass
class BrokenBinding(Binding):
    """What a client sees of a server that has the broken RPC."""

    inner: Binding
    rpc: str
    way: str
    #: Whether it has answered anything but what the server did: to agree is right where all is agreed to.
    wrong: bool = False

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def close(self) -> None:
        """Leave the connection to whoever made it."""

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Answer wrongly what is asked of the broken RPC, and pass on all else."""
        if rpc != self.rpc:
            return self.inner.send(rpc, payload, deadline, metadata)
        if self.way in _INSTEAD:
            self.wrong = True
            return _INSTEAD[self.way](rpc)
        reply = self.inner.send(rpc, payload, deadline, metadata)
        said = _affirmed(rpc, reply)
        self.wrong = self.wrong or not _agrees(rpc, reply, said)
        return said


def _agrees(rpc: str, reply: Reply, said: Reply) -> bool:
    """Tell whether the server said yes itself, and nothing else was changed."""
    answer = _read(rpc, reply)
    status = status_of(answer)
    return reply.payload is not None and (status is None or status.ok) and _without_status(answer) == _read(rpc, said)


def _read(rpc: str, reply: Reply) -> Any:  # noqa: ANN401 - the answer of any RPC
    answer = _answer(rpc)
    try:
        answer.MergeFromString(reply.payload or b"")
    except DecodeError:
        return _answer(rpc)
    return answer


def _without_status(answer: Any) -> Any:  # noqa: ANN401 - the answer of any RPC
    (answer if isinstance(answer, m.Status) else answer.status).Clear()
    return answer


def _affirmed(rpc: str, reply: Reply) -> Reply:
    """Say yes, whatever the server said."""
    answer = _without_status(_read(rpc, reply))
    if type(answer) in _AFFIRMED:
        member, value = _AFFIRMED[type(answer)]
        setattr(answer, member, value)
    return _reply(answer)
