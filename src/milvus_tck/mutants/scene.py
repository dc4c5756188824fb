"""What an operator sees: one exchange, and what the case has been told before."""

from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from milvus_tck.bindings.outcome import Reply

__all__ = ["Arguments", "Memory", "Scene"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a mutant tells its operator."""

    #: A place in the answer, see `places`.
    path: str = ""
    #: A value to write, or a number to count with.
    value: Any = None


@dataclass(slots=True)
class Memory:
    """What one case was told by the RPC of the mutant, as the good server answered."""

    #: Answers by request, the oldest first.
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
        self.answers.setdefault(sent, []).append(answer)


@dataclass(slots=True)
class Scene:
    """One exchange; an operator writes into `response`, or returns a reply of its own."""

    rpc: str
    sent: bytes
    request: Message
    reply: Reply
    #: A copy of the answer, to be changed.
    response: Message
    memory: Memory
