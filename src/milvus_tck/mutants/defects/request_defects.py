"""Defects in what a server does with a request: it reads it wrongly, forgets it, or does it twice.

They are shown on a server that runs: the request is changed on its way there, or does not
get there at all.
"""

from dataclasses import dataclass, field

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply, status_of
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.mutants.defects.answer_defect import Defect, has
from milvus_tck.mutation.context import Memory, OperatorContext
from milvus_tck.mutation.registry import operator_of
from milvus_tck.wire.descriptors import message_class, method

__all__ = ["Doubled", "Misread", "Swallowed"]


@dataclass
class _RequestDefect(Defect):
    """Changes what happens to the requests that a mutant is about."""

    _succeeded: set[str] = field(default_factory=set)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send, or do what the defect does in place of that."""
        request = self._concerned(rpc, payload)
        if request is None:
            reply = self.inner.send(rpc, payload, deadline, metadata)
        else:
            reply = self.instead(request, payload, deadline, metadata)
        if reply.payload is not None:
            with self._lock:
                self._succeeded.add(rpc)
        return reply

    def instead(self, request: Message, payload: bytes, deadline: float, metadata: Metadata) -> Reply:
        """Do what the defect does."""
        raise NotImplementedError

    def _concerned(self, rpc: str, payload: bytes) -> Message | None:
        """Return the request if the mutant is about it."""
        if rpc != self.mutant.rpc or (self.mutant.after and self.mutant.after not in self._succeeded):
            return None
        try:
            request = message_class(method(rpc).input_type.full_name).FromString(payload)
        except (DecodeError, ValueError):
            return None
        return request if all(has(request, path, wanted) for path, wanted in self.mutant.when) else None


class Misread(_RequestDefect):
    """Something of the request is not what the client wrote: left out, or another value."""

    def instead(self, request: Message, payload: bytes, deadline: float, metadata: Metadata) -> Reply:
        """Change the request by an operator on values, and send it."""
        context = OperatorContext(self.mutant.rpc, payload, request, Reply(None, ""), request, Memory())
        with self.operating():
            operator_of(self.mutant.operator.removeprefix("request-")).change(context, self.mutant.arguments)
        changed = request.SerializeToString(deterministic=True)
        again = type(request).FromString(payload).SerializeToString(deterministic=True)
        if changed == again:
            return self.inner.send(self.mutant.rpc, payload, deadline, metadata)
        self.applied = True
        return self.inner.send(self.mutant.rpc, changed, deadline, metadata)


class Swallowed(_RequestDefect):
    """The request is answered with success and forgotten."""

    def instead(self, request: Message, payload: bytes, deadline: float, metadata: Metadata) -> Reply:  # noqa: ARG002
        """Answer, and do nothing."""
        self.applied = True
        return Reply(b"", "OK")


class Doubled(_RequestDefect):
    """The request is carried out twice."""

    def instead(self, request: Message, payload: bytes, deadline: float, metadata: Metadata) -> Reply:  # noqa: ARG002
        """Send twice; the first answer counts if it is a success."""
        first = self.inner.send(self.mutant.rpc, payload, deadline, metadata)
        if first.payload is None:
            return first
        kind = message_class(method(self.mutant.rpc).output_type.full_name)
        status = status_of(kind.FromString(first.payload))
        if status is None or status.ok:
            self.applied = True
            self.inner.send(self.mutant.rpc, payload, deadline, metadata)
        return first
