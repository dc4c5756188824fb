"""One kept connection: a request goes out, its reply comes in, then the next one may."""

from typing import Protocol

from gevent.hub import Hub

from milvus_tck.load.transports.base import Done
from milvus_tck.load.transports.http1.reply import BrokenReplyError, ReplyReader
from milvus_tck.load.transports.http2.wire import Wire
from milvus_tck.load.transports.reconnection import Waiter

__all__ = ["ConnectionOwner", "Http1Connection", "Http1Exchange"]


class Http1Exchange(Waiter):
    """A request with whoever waits for its reply; made for each, so it holds no more than it must."""

    __slots__ = ("connection", "end", "owner", "request")

    def __init__(self, owner: "ConnectionOwner", request: bytes, end: float, done: Done) -> None:
        self.done = done
        self.owner = owner
        self.request = request
        #: When it is over, on the monotonic clock.
        self.end = end
        #: What carries it now; `None` while it waits for one.
        self.connection: Http1Connection | None = None

    def cancel(self) -> None:
        """Give it up; `done` is not called any more."""
        if self.done is not None:
            self.done = None
            self.owner.given_up(self)


class ConnectionOwner(Protocol):
    """The transport, as its connections and exchanges see it."""

    def given_up(self, exchange: Http1Exchange) -> None:
        """Nobody waits for it any more."""

    def answered(self, connection: "Http1Connection", exchange: Http1Exchange, status: int, body: bytes) -> None:
        """The reply is there; the connection is free unless it is closed."""

    def lost(self, connection: "Http1Connection", exchange: Http1Exchange | None, why: str) -> None:
        """The connection is closed; there is no reply if an exchange is named."""


class Http1Connection:
    """Requests over one wire, one after the other; everything happens in the hub or in `begin`."""

    def __init__(self, wire: Wire, hub: Hub, owner: ConnectionOwner, known: dict[bytes, tuple[int, int]]) -> None:
        self.exchange: Http1Exchange | None = None
        self.closed = False
        self._wire = wire
        self._owner = owner
        self._reply = ReplyReader(known)
        self._reader = hub.loop.io(wire.fileno(), 1)
        self._writer = hub.loop.io(wire.fileno(), 2)
        self._reader.start(self._readable)

    def begin(self, exchange: Http1Exchange) -> None:
        """Send a request; the connection has to be idle."""
        self.exchange = exchange
        exchange.connection = self
        self._reply.begin()
        try:
            if not self._wire.send([exchange.request], bulk=False):
                self._writer.start(self._writable)
        except OSError as error:
            self.lose(f"the connection was lost: {error}")

    def _writable(self) -> None:
        try:
            if self._wire.resume():
                self._writer.stop()
        except OSError as error:
            self.lose(f"the connection was lost: {error}")

    def _readable(self) -> None:
        if self.closed:
            return
        try:
            data = self._wire.recv()
        except BlockingIOError:
            return
        except OSError as error:
            self.lose(f"the connection was lost: {error}")
            return
        exchange = self.exchange
        if exchange is None:  # nothing was asked: it is the end, or more than we want to know
            self.lose("the server closed an idle connection")
            return
        try:
            found = self._reply.feed(data)
        except BrokenReplyError as broken:
            self.lose(str(broken))
            return
        if found is not None:
            self.exchange = None
            if self._reply.last:
                self.close()
            self._owner.answered(self, exchange, *found)
        elif not data:
            self.lose("the server closed the connection")

    def lose(self, why: str) -> None:
        """End it; the owner learns which exchange has no reply."""
        exchange, self.exchange = self.exchange, None
        self.close()
        self._owner.lost(self, exchange, why)

    def close(self) -> None:
        """Close the wire; nobody is told."""
        if not self.closed:
            self.closed = True
            for watcher in (self._reader, self._writer):
                watcher.stop()
                watcher.close()
            self._wire.close()
