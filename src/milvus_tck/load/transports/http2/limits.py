"""Limits and callbacks: what a connection and its surroundings know of each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from milvus_tck.load.transports.http2.stream import Stream
from milvus_tck.wire import http2_frames as frames

if TYPE_CHECKING:
    from milvus_tck.load.transports.http2.connection import Http2Connection

__all__ = ["PeerLimits", "ProtocolError", "StreamOwner"]


class ProtocolError(Exception):
    """The peer broke the rules of HTTP/2 in a way that ends the connection."""

    def __init__(self, error: int, why: str) -> None:
        super().__init__(why)
        #: The number that a GOAWAY says it with.
        self.error = error


@dataclass(frozen=True, slots=True)
class PeerLimits:
    """What we allow a server."""

    #: Bytes that it may send ahead, on each stream and on the connection.
    window: int = frames.MAX_WINDOW
    #: Bytes of one frame; larger ones cost less each, and more memory.
    longest: int = 1 << 18
    #: Bytes of one reply.
    reply: int = 300 << 20

    def __post_init__(self) -> None:
        """Refuse with `ValueError` what HTTP/2 does not allow."""
        if not frames.START_WINDOW <= self.window <= frames.MAX_WINDOW:
            message = f"a window of {self.window} bytes; {frames.START_WINDOW} to {frames.MAX_WINDOW} are possible"
            raise ValueError(message)
        if not frames.SHORTEST_FRAME <= self.longest <= frames.LONGEST_FRAME:
            message = f"frames of {self.longest} bytes; {frames.SHORTEST_FRAME} to {frames.LONGEST_FRAME} are possible"
            raise ValueError(message)


class StreamOwner(Protocol):
    """Whoever made a connection; told in the hub."""

    def ready(self, connection: "Http2Connection") -> None:
        """The peer has greeted: streams may begin."""

    def roomy(self, connection: "Http2Connection") -> None:
        """There may be room for streams that wait."""

    def again(self, stream: Stream) -> None:
        """The peer turned a stream away before it did anything about it."""

    def drained(self, connection: "Http2Connection") -> None:
        """The peer takes no new streams."""

    def lost(self, connection: "Http2Connection", why: str, orphans: list[Stream]) -> None:
        """It ended, with these streams unanswered."""
