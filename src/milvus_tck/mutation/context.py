"""Context: what an operator sees: one exchange, and what the case has been told before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply

__all__ = ["Arguments", "Change", "Memory", "OperatorContext"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a mutant, or a rule, tells its operator."""

    #: A place in the answer, see `places`.
    path: str = ""
    #: A value to write, or a number to count with.
    value: Any = None


@dataclass(slots=True)
class Memory:
    """What a client was told by an RPC so far, as the good server answered."""

    #: Answers by request: the first, and the last where there was another.
    answers: dict[bytes, list[bytes]] = field(default_factory=dict)
    #: The answer to the last request that was another one, and that request.
    last: tuple[bytes, bytes] | None = None
    other: bytes | None = None
    #: RPCs that succeeded so far.
    succeeded: set[str] = field(default_factory=set)

    def note(self, sent: bytes, answer: bytes) -> None:
        """Take in an answer of the good server."""
        if self.last is not None and self.last[0] != sent:
            self.other = self.last[1]
        self.last = (sent, answer)
        self.answers.setdefault(sent, [])[1:] = [answer]


@dataclass(slots=True)
class OperatorContext:
    """One exchange; an operator writes into `message`, or returns a reply of its own."""

    rpc: str
    sent: bytes
    request: Message
    reply: Reply
    #: A copy of the answer, to be changed; of the request, where that is changed on its way to the server.
    message: Message
    memory: Memory


#: What an operator does: it changes `message`, or returns the reply that is given in place of it. Where it finds
#: nothing to change it changes nothing, and was not applied.
Change = Callable[[OperatorContext, Arguments], Reply | None]
