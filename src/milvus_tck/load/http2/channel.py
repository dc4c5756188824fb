"""A lasting way to one endpoint: one connection at a time, made again when it is lost."""

import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import gevent
from gevent import getcurrent
from gevent.event import Event
from gevent.hub import Hub

from milvus_tck.load.http2.alarm import Alarm
from milvus_tck.load.http2.blocks import Blocks
from milvus_tck.load.http2.connection import Connection
from milvus_tck.load.http2.limits import Limits
from milvus_tck.load.http2.stream import Stream
from milvus_tck.load.http2.wire import Dial
from milvus_tck.load.transport import CODES, Answer, Done, Payload, TransportStats

__all__ = ["Channel", "Endpoint"]

_CANCELLED: Final = CODES.index("CANCELLED")
_DEADLINE_EXCEEDED: Final = CODES.index("DEADLINE_EXCEEDED")
_UNAVAILABLE: Final = CODES.index("UNAVAILABLE")
#: Seconds after a failed attempt to connect before the next one: doubled each time, up to the second.
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0
#: Seconds that connecting may take, with TLS and the server's first settings.
_CONNECT_SECONDS = 20.0
_CLOSED = "the transport is closed"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a channel leads, and what it brings along."""

    dial: Dial
    #: Makes the header blocks of a new connection.
    blocks: Callable[[], Blocks]
    #: `host:port`, for people.
    address: str


class Channel:
    """A `Transport` over one connection; see `milvus_tck.load.transport` for what calls promise."""

    def __init__(self, endpoint: Endpoint, limits: Limits) -> None:
        self._endpoint = endpoint
        self._limits = limits
        self._hub: Hub = gevent.get_hub()
        self._alarm = Alarm(self._hub, self._expire)
        #: The connection that takes new streams.
        self._connection: Connection | None = None
        #: Every connection that still has streams, that one included.
        self._living: set[Connection] = set()
        #: Calls without a stream: there is no connection yet, or no room on it.
        self._waiting: deque[Stream] = deque()
        self._dialling: gevent.Greenlet[[], None] | None = None
        self._greeted = Event()
        self._pause = _FIRST_PAUSE
        self._not_before = 0.0
        self._why = ""
        self._closed = False
        self._stats = TransportStats()

    def call(self, path: str, payload: Payload, deadline: float) -> Answer:
        """Make one call and wait for its end."""
        stream = self.submit(path, payload, deadline, getcurrent().switch)
        try:
            answer: Answer = self._hub.switch()
        except BaseException:
            stream.cancel()
            raise
        return answer

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
            self._fail_soon([stream], _CANCELLED, _CLOSED)
            return
        stream.holder = self
        self._waiting.append(stream)
        if self._connection is None and self._dialling is None:
            self._dial_or_fail()

    def _dial_or_fail(self) -> None:
        if time.monotonic() < self._not_before:
            self._fail_waiting(_UNAVAILABLE, self._why)
        else:
            self._dialling = gevent.spawn(self._connect)

    def drop(self, stream: Stream) -> None:
        """Forget a waiting call that was given up."""
        self._waiting = deque(each for each in self._waiting if each is not stream)

    def _connect(self) -> None:
        """Make a connection; in a greenlet of its own."""
        self._why = f"{self._endpoint.address} did not answer within {_CONNECT_SECONDS:g} s"
        self._greeted = Event()
        made: Connection | None = None
        try:
            with gevent.Timeout(_CONNECT_SECONDS, exception=False):  # type: ignore[arg-type] # it ends in silence
                wire = self._endpoint.dial()
                made = Connection(wire, self._hub, self, self._endpoint.blocks(), self._limits)
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
        self._count(refused=1)
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        self._fail_waiting(_UNAVAILABLE, self._why)

    def ready(self, connection: Connection) -> None:
        """Take a new connection into use."""
        if self._closed:
            connection.shut()
            return
        self._count(opened=1)
        self._pause = _FIRST_PAUSE
        self._connection = connection
        self._living.add(connection)
        self._greeted.set()

    def roomy(self, connection: Connection) -> None:
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

    def drained(self, connection: Connection) -> None:
        """Use a connection no more, except for what is in flight on it."""
        self._count(drained=1)
        self._retire(connection)

    def _retire(self, connection: Connection) -> None:
        if connection is self._connection:
            self._connection = None

    def lost(self, connection: Connection, why: str, orphans: list[Stream]) -> None:
        """Fail what was in flight, and connect again if somebody waits."""
        known = connection in self._living
        self._living.discard(connection)
        self._retire(connection)
        self._why = why
        self._greeted.set()
        self._fail_soon(orphans, _UNAVAILABLE, why)
        if not known:
            return
        if not connection.draining:
            self._count(lost=1)
        if connection.next == 1:
            # It never carried anything; to connect at once again might go on for ever.
            self._fail_waiting(_UNAVAILABLE, why)
        elif self._waiting and self._connection is None and self._dialling is None:
            self._dial_or_fail()

    def _fail_waiting(self, code: int, why: str) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._fail_soon(waiting, code, why)

    def _fail_soon(self, streams: Iterable[Stream], code: int, why: str) -> None:
        """Tell from the hub, in its next turn: whoever waits may not have begun to."""
        failed = list(streams)
        for stream in failed:
            stream.holder = None
        if failed:
            self._hub.loop.run_callback(self._tell, failed, code, why)

    def _tell(self, streams: Iterable[Stream], code: int, why: str) -> None:
        for stream in streams:
            stream.finish(code, why, b"", lambda: self._hub.handle_error(self, *sys.exc_info()))

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
        self._fail_soon(overdue, _DEADLINE_EXCEEDED, "Deadline Exceeded")
        return min(ends, default=math.inf)

    def _all(self) -> Iterable[Stream]:
        yield from self._waiting
        for connection in self._living:
            yield from connection.streams.values()

    def in_flight(self) -> int:
        """Count the calls that have begun and not ended."""
        return len(self._waiting) + sum(len(each.streams) for each in self._living)

    def stats(self) -> TransportStats:
        """Tell what happened to the connections so far."""
        return self._stats

    def _count(self, **more: int) -> None:
        self._stats += TransportStats(**more)

    def close(self) -> None:
        """Give up every connection; what is in flight, and what comes later, ends with CANCELLED."""
        self._closed = True
        self._alarm.stop()
        if self._dialling is not None:
            self._dialling.kill(block=False)
        self._fail_waiting(_CANCELLED, _CLOSED)
        for connection in list(self._living):
            self._fail_soon(connection.shut(), _CANCELLED, _CLOSED)
        self._living.clear()
        self._connection = None
