"""Channel: a lasting way to one endpoint: one connection at a time, made again when it is lost."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import gevent
from gevent.event import Event

from milvus_tck.load.transports.base import Done, Payload
from milvus_tck.load.transports.http2.alarm import Alarm
from milvus_tck.load.transports.http2.blocks import Blocks
from milvus_tck.load.transports.http2.connection import Http2Connection
from milvus_tck.load.transports.http2.limits import PeerLimits
from milvus_tck.load.transports.http2.stream import Stream
from milvus_tck.load.transports.http2.wire import Dial
from milvus_tck.load.transports.reconnection import (
    CANCELLED,
    CLOSED,
    CONNECT_SECONDS,
    DEADLINE_EXCEEDED,
    UNAVAILABLE,
    Lasting,
)

__all__ = ["Channel", "ChannelEndpoint"]


@dataclass(frozen=True, slots=True)
class ChannelEndpoint:
    """Where a channel leads, and what it brings along."""

    dial: Dial
    #: Makes the header blocks of a new connection.
    blocks: Callable[[], Blocks]
    #: `host:port`, for people.
    address: str


class Channel(Lasting):
    """A `Transport` over one connection; see `milvus_tck.load.transports.base` for what calls promise."""

    def __init__(self, endpoint: ChannelEndpoint, limits: PeerLimits) -> None:
        super().__init__(endpoint.address)
        self._endpoint = endpoint
        self._limits = limits
        self._alarm = Alarm(self._hub, self._expire)
        #: The connection that takes new streams.
        self._connection: Http2Connection | None = None
        #: Every connection that still has streams, that one included.
        self._living: set[Http2Connection] = set()
        #: Calls without a stream: there is no connection yet, or no room on it.
        self._waiting: deque[Stream] = deque()
        self._dialling: gevent.Greenlet[[], None] | None = None
        self._greeted = Event()

    def submit(self, path: str, payload: Payload, deadline: float, done: Done) -> Stream:
        """Begin one call and return."""
        end = time.monotonic() + deadline
        if end < self._alarm.soonest:
            self._alarm.set(end)
        stream = Stream(path, payload, deadline, end, done)
        connection = self._connection
        if connection is None or self._waiting or not connection.begin(stream):
            self._park(stream)
        return stream

    def _park(self, stream: Stream) -> None:
        """Let a call wait for a connection, or for room on it; begin to connect if nobody does."""
        if self._closed:
            self._forsake([stream], CANCELLED, CLOSED)
            return
        stream.holder = self
        self._waiting.append(stream)
        if self._connection is None and self._dialling is None:
            self._dial_or_fail()

    def _dial_or_fail(self) -> None:
        if self._may_dial:
            self._dialling = gevent.spawn(self._connect)
        else:
            self._fail_waiting(UNAVAILABLE, self._why)

    def drop(self, stream: Stream) -> None:
        """Forget a waiting call that was given up."""
        self._waiting = deque(each for each in self._waiting if each is not stream)

    def _connect(self) -> None:
        """Make a connection; in a greenlet of its own."""
        self._why = f"{self._endpoint.address} did not answer within {CONNECT_SECONDS:g} s"
        self._greeted = Event()
        made: Http2Connection | None = None
        try:
            with gevent.Timeout(CONNECT_SECONDS, exception=False):  # type: ignore[arg-type] # it ends in silence
                wire = self._endpoint.dial()
                made = Http2Connection(wire, self._hub, self, self._endpoint.blocks(), self._limits)
                self._greeted.wait()
        except OSError as error:
            self._why = f"cannot connect to {self._endpoint.address}: {error}"
        finally:
            self._dialling = None
            if made is not None and not made.greeted:
                made.shut()
        if made is None or made.closed:
            self._no_connection()

    def _no_connection(self) -> None:
        self._refused()
        self._fail_waiting(UNAVAILABLE, self._why)

    def ready(self, connection: Http2Connection) -> None:
        """Take a new connection into use."""
        if self._closed:
            connection.shut()
            return
        self._opened()
        self._connection = connection
        self._living.add(connection)
        self._greeted.set()

    def roomy(self, connection: Http2Connection) -> None:
        """Give waiting calls the room that there is."""
        while self._waiting and connection is self._connection:
            stream = self._waiting.popleft()
            if not connection.begin(stream):
                self._waiting.appendleft(stream)
                return

    def again(self, stream: Stream) -> None:
        """Send a call once more that the server never began."""
        self._count(retried=1)
        stream.fresh()
        self._park(stream)

    def drained(self, connection: Http2Connection) -> None:
        """Use a connection no more, except for what is in flight on it."""
        self._count(drained=1)
        self._retire(connection)

    def _retire(self, connection: Http2Connection) -> None:
        if connection is self._connection:
            self._connection = None

    def lost(self, connection: Http2Connection, why: str, orphans: list[Stream]) -> None:
        """Fail what was in flight, and connect again if somebody waits."""
        known = connection in self._living
        self._living.discard(connection)
        self._retire(connection)
        self._why = why
        self._greeted.set()
        self._forsake(orphans, UNAVAILABLE, why)
        if not known:
            return
        if not connection.draining:
            self._count(lost=1)
        if connection.next == 1:
            # It never carried anything; to connect at once again might go on for ever.
            self._fail_waiting(UNAVAILABLE, why)
        elif self._waiting and self._connection is None and self._dialling is None:
            self._dial_or_fail()

    def _fail_waiting(self, code: int, why: str) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._forsake(waiting, code, why)

    def _forsake(self, streams: Iterable[Stream], code: int, why: str) -> None:
        """Tell from the hub, in its next turn: whoever waits may not have begun to."""
        failed = list(streams)
        for stream in failed:
            stream.holder = None
        self._fail_soon(failed, code, why)

    def _expire(self, now: float) -> float:
        """End the calls whose deadline has passed, and say when the next one will."""
        overdue = [each for each in self._waiting if each.end <= now]
        if overdue:
            self._waiting = deque(each for each in self._waiting if each.end > now)
        for connection in self._living:
            late = [each for each in connection.streams.values() if each.end <= now]
            overdue += late
            for stream in late:
                connection.drop(stream)
        ends = [each.end for each in self._all()]
        self._forsake(overdue, DEADLINE_EXCEEDED, "Deadline Exceeded")
        return min(ends, default=math.inf)

    def _all(self) -> Iterable[Stream]:
        yield from self._waiting
        for connection in self._living:
            yield from connection.streams.values()

    def in_flight(self) -> int:
        """Count the calls that have begun and not ended."""
        return len(self._waiting) + sum(len(each.streams) for each in self._living)

    def close(self) -> None:
        """Give up every connection; what is in flight, and what comes later, ends with CANCELLED."""
        self._closed = True
        self._alarm.stop()
        if self._dialling is not None:
            self._dialling.kill(block=False)
        self._fail_waiting(CANCELLED, CLOSED)
        for connection in list(self._living):
            self._forsake(connection.shut(), CANCELLED, CLOSED)
        self._living.clear()
        self._connection = None
