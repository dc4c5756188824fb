"""The choke point: every exchange with a target passes through an `Exchanger`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from milvus_tck.bindings import wire_contract
from milvus_tck.bindings.exchange_values import Exchange, Outcome, Reply, Violation
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.profiles import Profile
from milvus_tck.wire.call import Call

__all__ = ["Exchanger", "Recorder"]

Answer = TypeVar("Answer", bound=Message)

#: Told of every exchange as soon as it ended.
Recorder = Callable[[Exchange], None]


@dataclass(frozen=True)
class Exchanger:
    """Sends calls through a binding: with a deadline, validated, recorded."""

    binding: Binding
    profile: Profile
    #: Seconds that a call may take where the call names no deadline of its own.
    deadline: float = 30.0

    def call(self, call: Call[Answer], record: Recorder) -> Outcome[Answer]:
        """Make one exchange and return its outcome; nothing the target does raises."""
        started = time.perf_counter()
        deadline = self.deadline if call.deadline is None else call.deadline
        reply = self.binding.send(call.rpc, call.sent, deadline, call.metadata)
        done = self._exchange(call, reply, time.perf_counter() - started)
        record(done)
        return Outcome(call, done, done.response)  # type: ignore[arg-type] # the RPC's own response type

    def _exchange(self, call: Call[Answer], reply: Reply, seconds: float) -> Exchange:
        response: Message | None = None
        broken: tuple[Violation, ...] = ()
        if reply.payload is not None and not call.rpc.startswith("/"):
            response, broken = wire_contract.parse(call.rpc, reply.payload, reply.details)
        if response is not None:
            broken = wire_contract.violations(call.rpc, response, self.profile)
        return Exchange(
            call.rpc, call.request, response, reply.code, reply.details, seconds, broken, call.payload, reply.via
        )
