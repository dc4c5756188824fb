"""What the model says to an operation: the right answers, each with what it changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from milvus_tck.wire.messages import Status

__all__ = ["Handlers", "NotYet", "RightAnswer", "RightAnswers", "nothing", "status_member", "succeeds"]

#: Says in words why a response is not the answer; empty where it is.
Predicate = Callable[[Any], str]
#: Changes the state of the model, given the response that a server chose.
Effect = Callable[[Any], None]


class NotYet(Exception):  # noqa: N818 - no fault: there is an answer, later
    """The answer is to come when the clock has reached a hybrid timestamp."""

    def __init__(self, timestamp: int) -> None:
        super().__init__(f"not before {timestamp}")
        self.timestamp = timestamp


def nothing(_response: Message) -> None:
    """Change nothing."""


def status_member(response: Message) -> Any:  # noqa: ANN401 - the type checker does not know our messages
    """Return the `Status` of a response, which may be the response itself; `None` where it has none."""
    return response if isinstance(response, Status) else getattr(response, "status", None)


def succeeds(response: Message) -> str:
    """Say why a response is no success."""
    status = status_member(response)
    if status is None or not (status.code or status.error_code):
        return ""
    return f"refused with code {status.code}, error_code {status.error_code}: {status.reason}"


@dataclass(frozen=True)
class RightAnswer:
    """One right answer: the response that the model itself gives, and how others are told right from wrong."""

    response: Message
    #: Holds for the model's own response, too.
    why_wrong: Predicate = succeeds
    effect: Effect = nothing
    #: The clause, or the row of `errors.toml`, that refuses; empty for a success.
    clause: str = ""


@dataclass(frozen=True)
class RightAnswers:
    """All right answers to an operation, that of the model itself first. Nothing has changed yet."""

    alternatives: tuple[RightAnswer, ...]

    @property
    def canonical(self) -> RightAnswer:
        """What the model itself answers."""
        return self.alternatives[0]

    def fitting(self, response: Message) -> RightAnswer | None:
        """Return the alternative that a response is; `None` where it is none."""
        return next((each for each in self.alternatives if not each.why_wrong(response)), None)

    def why_wrong(self, response: Message) -> str:
        """Say why a response is none of the right ones; empty where it is one."""
        if self.fitting(response) is not None:
            return ""
        return " / ".join(dict.fromkeys(each.why_wrong(response) for each in self.alternatives))

    def commit(self, response: Message) -> str:
        """Go on from what a server answered; returns why that is wrong, and then changes nothing."""
        found = self.fitting(response)
        if found is None:
            return self.why_wrong(response)
        found.effect(response)
        return ""


#: By RPC: decides on an operation, given the state and the request; changes nothing. Raises `RefusalError` or `NotYet`.
Handlers = Mapping[str, Callable[[Any, Any], RightAnswers]]
