"""HTTP/1 transport: a lasting way to one HTTP server: as many kept connections as there are requests in flight."""

import math
import time
from collections import deque
from typing import Any, Final

import gevent
from gevent import getcurrent

from milvus_tck.bindings.http.client import code_of
from milvus_tck.load.transports.base import CODES, Done, Payload
from milvus_tck.load.transports.http1.connection import Http1Connection, Http1Exchange
from milvus_tck.load.transports.http2.alarm import Alarm
from milvus_tck.load.transports.http2.wire import Dial
from milvus_tck.load.transports.reconnection import (
    CANCELLED,
    CLOSED,
    CONNECT_SECONDS,
    DEADLINE_EXCEEDED,
    UNAVAILABLE,
    Lasting,
)

__all__ = ["HttpTransport"]

_OK: Final = 200
#: Connections at most; more requests wait for one.
_MOST = 1024
#: Connections that are made at the same time.
_DIALLING = 16
#: Characters of a refusal that are kept.
_SHOWN = 500


class HttpTransport(Lasting):
    """A `Transport` whose payloads are whole requests; `path` says nothing, it stands in the request."""

    def __init__(self, dial: Dial, address: str) -> None:
        super().__init__(address)
        self._dial = dial
        self._alarm = Alarm(self._hub, self._expire)
        self._idle: list[Http1Connection] = []
        self._busy: set[Http1Connection] = set()
        self._waiting: deque[Http1Exchange] = deque()
        self._dialling: set[Any] = set()
        self._known: dict[bytes, tuple[int, int]] = {}

    def submit(self, path: str, payload: Payload, deadline: float, done: Done) -> Http1Exchange:  # noqa: ARG002
        """Send one request and return; `path` is that of the interface."""
        end = time.monotonic() + deadline
        if end < self._alarm.soonest:
            self._alarm.set(end)
        exchange = Http1Exchange(self, payload if isinstance(payload, bytes) else b"".join(payload), end, done)
        if self._idle and not self._waiting:
            connection = self._idle.pop()
            self._busy.add(connection)
            connection.begin(exchange)
        else:
            self._park(exchange)
        return exchange

    # -- where there is no connection ---------------------------------------------------------

    def _park(self, exchange: Http1Exchange) -> None:
        if self._closed:
            self._fail_soon([exchange], CANCELLED, CLOSED)
            return
        self._waiting.append(exchange)
        room = _MOST - len(self._busy) - len(self._idle) - len(self._dialling)
        if len(self._dialling) < min(_DIALLING, len(self._waiting)) and room > 0:
            self._dial_or_fail()

    def _dial_or_fail(self) -> None:
        if self._may_dial:
            self._dialling.add(gevent.spawn(self._connect))
        elif not self._dialling and not self._busy:
            self._fail_waiting(UNAVAILABLE, self._why)

    def _connect(self) -> None:
        made: Http1Connection | None = None
        self._why = f"{self.address} did not answer within {CONNECT_SECONDS:g} s"
        try:
            with gevent.Timeout(CONNECT_SECONDS, exception=False):  # type: ignore[arg-type] # it ends in silence
                made = Http1Connection(self._dial(), self._hub, self, self._known)
        except OSError as error:
            self._why = f"cannot connect to {self.address}: {error}"
        finally:
            self._dialling.discard(getcurrent())
        if made is None:
            self._refused()
            if not self._dialling:
                self._fail_waiting(UNAVAILABLE, self._why)
        elif self._closed:
            made.close()
        else:
            self._opened()
            self._free(made)
            if len(self._waiting) > len(self._dialling) and len(self._dialling) < _DIALLING:
                self._dial_or_fail()

    def _free(self, connection: Http1Connection) -> None:
        """Give a connection to whoever waits."""
        if self._waiting:
            self._busy.add(connection)
            connection.begin(self._waiting.popleft())
        else:
            self._idle.append(connection)

    # -- what connections tell ----------------------------------------------------------------

    def answered(self, connection: Http1Connection, exchange: Http1Exchange, status: int, body: bytes) -> None:
        """Tell whoever waits, and use the connection again."""
        self._busy.discard(connection)
        if connection.closed:
            self._refill()
        else:
            self._free(connection)
        if status == _OK:
            exchange.finish(0, "", body, self._blame)
        else:
            words = f"HTTP {status}: {body[:_SHOWN].decode(errors='replace')}"
            exchange.finish(CODES.index(code_of(status)), words, b"", self._blame)

    def lost(self, connection: Http1Connection, exchange: Http1Exchange | None, why: str) -> None:
        """Fail the exchange that has no reply now; nobody knows whether the server did what was asked."""
        self._busy.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if exchange is not None:
            self._count(lost=1)
            self._fail_soon([exchange], UNAVAILABLE, why)
        self._refill()

    def _refill(self) -> None:
        if self._waiting and not self._closed and len(self._dialling) < _DIALLING:
            self._dial_or_fail()

    def given_up(self, exchange: Http1Exchange) -> None:
        """Forget a request; the connection that carries it is of no use any more."""
        connection = exchange.connection
        if connection is None:
            self._waiting = deque(each for each in self._waiting if each is not exchange)
        elif connection.exchange is exchange:
            self._busy.discard(connection)
            connection.exchange = None
            connection.close()

    # -- ends -----------------------------------------------------------------------------------

    def _expire(self, now: float) -> float:
        overdue = [each for each in self._all() if each.end <= now]
        for each in overdue:
            self.given_up(each)
        self._fail_soon(overdue, DEADLINE_EXCEEDED, "Deadline Exceeded")
        self._refill()
        return min((each.end for each in self._all()), default=math.inf)

    def _all(self) -> list[Http1Exchange]:
        return [*self._waiting, *(each.exchange for each in self._busy if each.exchange is not None)]

    def _fail_waiting(self, code: int, why: str) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._fail_soon(list(waiting), code, why)

    def in_flight(self) -> int:
        """Count the requests that have begun and not ended."""
        return len(self._waiting) + len(self._busy)

    def close(self) -> None:
        """Give up every connection; what is in flight, and what comes later, ends with CANCELLED."""
        self._closed = True
        self._alarm.stop()
        for greenlet in self._dialling:
            greenlet.kill(block=False)
        flying = self._all()
        self._waiting.clear()
        for connection in (*self._busy, *self._idle):
            connection.close()
        self._busy.clear()
        self._idle.clear()
        self._fail_soon(flying, CANCELLED, CLOSED)
