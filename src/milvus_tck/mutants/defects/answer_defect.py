"""A binding with a defect: what a client sees of a server that has the mutant in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply, status_of
from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.bindings.http.client import code_of
from milvus_tck.mutants.catalogue.mutant import Concerns, Mutant
from milvus_tck.mutation.context import Memory, OperatorContext
from milvus_tck.mutation.field_paths import places
from milvus_tck.mutation.registry import operator_of
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.messages import HttpResponse

__all__ = ["AnswerDefect", "Defect", "has"]


@dataclass
class Defect(Binding):
    """A binding that may have changed something."""

    inner: Binding
    mutant: Mutant
    #: Whether the client has seen the defect.
    applied: bool = False
    #: What the operator itself said where it could not be carried out: a fault of the mutant.
    trouble: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.name = self.inner.name

    def close(self) -> None:
        """Leave the connection to whoever made it."""

    @contextmanager
    def operating(self) -> Iterator[None]:
        """Note what goes wrong while the operator works, and let it end the test."""
        try:
            yield
        except Exception as error:
            self.trouble = self.trouble or f"{self.mutant.operator}: {type(error).__name__}: {error}"
            raise


@dataclass
class AnswerDefect(Defect):
    """Changes answers on their way back."""

    _memory: Memory = field(default_factory=Memory)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send, and change the answer where the mutant says so."""
        reply = self.inner.send(rpc, payload, deadline, metadata)
        with self._lock, self.operating():
            changed = self._changed(rpc, payload, reply)
        self.applied = self.applied or changed != reply
        return changed

    def _changed(self, rpc: str, payload: bytes, reply: Reply) -> Reply:
        context = self._context(rpc, payload, reply)
        succeeded = reply.payload is not None and (context is None or _succeeded(context.message))
        changed = reply
        if context is not None and self._concerned(context, reply, succeeded=succeeded):
            changed = self._operate(context)
        if succeeded:
            self._memory.succeeded.add(rpc)
        if context is not None and self.mutant.rpc in {rpc, "*"} and reply.payload is not None:
            self._memory.note(payload, reply.payload)
        return changed

    def _context(self, rpc: str, payload: bytes, reply: Reply) -> OperatorContext | None:
        if self.mutant.rpc not in {rpc, "*"} and not self.mutant.after:
            return None
        if rpc.startswith("/"):
            return None if self.mutant.concerns is not Concerns.NO_ANSWER else self._foreign(rpc, payload, reply)
        kinds = method(rpc)
        try:
            request = message_class(kinds.input_type.full_name).FromString(payload)
            response = message_class(kinds.output_type.full_name).FromString(reply.payload or b"")
        except (DecodeError, ValueError):
            return self._foreign(rpc, payload, reply)
        return OperatorContext(rpc, payload, request, reply, response, self._memory)

    def _foreign(self, rpc: str, payload: bytes, reply: Reply) -> OperatorContext:
        """A call whose messages are not ours to read."""
        kind = message_class("milvus.proto.common.Status")
        return OperatorContext(rpc, payload, kind(), reply, kind(), self._memory)

    def _concerned(self, context: OperatorContext, reply: Reply, *, succeeded: bool) -> bool:
        if self.mutant.rpc not in {context.rpc, "*"}:
            return False
        if self.mutant.after and self.mutant.after not in self._memory.succeeded:
            return False
        if not all(has(context.request, path, wanted) for path, wanted in self.mutant.when):
            return False
        concerns = self.mutant.concerns
        if reply.payload is None:
            return concerns is Concerns.NO_ANSWER
        return concerns is Concerns.ANY or concerns is (Concerns.SUCCESS if succeeded else Concerns.REFUSAL)

    def _operate(self, context: OperatorContext) -> Reply:
        before = context.message.SerializeToString(deterministic=True)
        own = operator_of(self.mutant.operator).change(context, self.mutant.arguments)
        if own is not None:
            return own
        after = context.message.SerializeToString(deterministic=True)
        if before == after:
            return context.reply
        code = code_of(context.message.status) if isinstance(context.message, HttpResponse) else "OK"
        return Reply(after, code, via=context.reply.via)


def _succeeded(response: Message) -> bool:
    status = status_of(response)
    return status is None or status.ok


def has(request: Message, path: str, wanted: str) -> bool:
    """Tell whether a value of a request, written as text, is the wanted one."""
    try:
        return any(str(place.value) == wanted for place in places(request, path))
    except ValueError:
        return False
