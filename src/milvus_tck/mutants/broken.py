"""A server of which one RPC is broken wherever it is called, in one of a few ways."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.bindings.outcome import Reply
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

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def close(self) -> None:
        """Leave the connection to whoever made it."""

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Answer wrongly what is asked of the broken RPC, and pass on all else."""
        if rpc != self.rpc:
            return self.inner.send(rpc, payload, deadline, metadata)
        if self.way in _INSTEAD:
            return _INSTEAD[self.way](rpc)
        return _affirmed(rpc, self.inner.send(rpc, payload, deadline, metadata))


def _affirmed(rpc: str, reply: Reply) -> Reply:
    """Say yes, whatever the server said."""
    answer = _answer(rpc)
    try:
        answer.MergeFromString(reply.payload or b"")
    except DecodeError:
        answer = _answer(rpc)
    (answer if isinstance(answer, m.Status) else answer.status).Clear()
    if type(answer) in _AFFIRMED:
        member, value = _AFFIRMED[type(answer)]
        setattr(answer, member, value)
    return _reply(answer)
