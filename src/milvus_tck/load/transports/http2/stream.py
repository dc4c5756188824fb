"""Stream: one call, from the moment it was asked for to its answer."""

from typing import Protocol

from milvus_tck.load.transports.base import Done, Payload
from milvus_tck.load.transports.reconnection import Waiter

__all__ = ["Holder", "Stream"]


class Holder(Protocol):
    """Whoever has a stream now: the queue of a channel, or a connection."""

    def drop(self, stream: "Stream") -> None:
        """Forget a stream that nobody waits for any more."""


class Stream(Waiter):
    """A call; made for each request, so it holds no more than it must."""

    __slots__ = (
        "body", "deadline", "end", "holder", "number", "open", "outcome", "parts", "path", "payload",
        "retried", "size", "unacknowledged",
    )  # fmt: skip

    def __init__(self, path: str, payload: Payload, deadline: float, end: float, done: Done) -> None:
        self.path = path
        self.payload = payload
        #: Seconds, as asked for.
        self.deadline = deadline
        #: When it is over, on the monotonic clock.
        self.end = end
        self.done = done
        self.holder: Holder | None = None
        #: Number of the HTTP/2 stream; 0 before it is sent.
        self.number = 0
        #: Whether the headers of the reply are there, so that data may follow.
        self.open = False
        #: What came of it if the end brings no status of its own: an HTTP error, for example.
        self.outcome: tuple[int, str] | None = None
        #: The content of the first DATA frame.
        self.body = b""
        #: The contents of all, if there is more than one.
        self.parts: list[bytes] | None = None
        #: Bytes of `parts`.
        self.size = 0
        #: Bytes that the peer has not been allowed again.
        self.unacknowledged = 0
        #: Whether it was turned away once, unprocessed, and is on its second way.
        self.retried = False

    def cancel(self) -> None:
        """Give it up; `done` is not called any more."""
        if self.done is not None:
            self.done = None
            if self.holder is not None:
                self.holder.drop(self)

    def fresh(self) -> None:
        """Forget all of a first attempt."""
        self.number = 0
        self.open = False
        self.outcome = self.parts = self.holder = None
        self.body = b""
        self.size = self.unacknowledged = 0
        self.retried = True
