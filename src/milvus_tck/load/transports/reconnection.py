"""What transports to one endpoint share: they wait, try again after a pause, and tell who waited in vain."""

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Final

import gevent
from gevent import getcurrent
from gevent.hub import Hub

from milvus_tck.load.transports.base import CODES, Answer, Done, Payload, Pending, TransportStats

__all__ = ["CANCELLED", "CLOSED", "CONNECT_SECONDS", "DEADLINE_EXCEEDED", "UNAVAILABLE", "Lasting", "Waiter"]

CANCELLED: Final = CODES.index("CANCELLED")
DEADLINE_EXCEEDED: Final = CODES.index("DEADLINE_EXCEEDED")
UNAVAILABLE: Final = CODES.index("UNAVAILABLE")
#: Seconds that connecting may take, with all that belongs to it.
CONNECT_SECONDS: Final = 20.0
CLOSED: Final = "the transport is closed"
#: Seconds after a failed attempt to connect before the next one: doubled each time, up to the second.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0


class Waiter:
    """A call that somebody waits for."""

    __slots__ = ("done",)
    #: Whom to tell; `None` once nobody waits. Whoever makes one sets it.
    done: Done | None

    def finish(self, code: int, details: str, body: bytes, on_error: Callable[[], None]) -> None:
        """Tell whoever waits; an exception of theirs goes to `on_error`, within its `except`."""
        done, self.done = self.done, None
        if done is not None:
            try:
                done(code, details, body)
            except Exception:  # noqa: BLE001 - others' answers must not suffer
                on_error()


class Lasting(ABC):
    """A `Transport` that outlives its connections; see `milvus_tck.load.transports.base` for what calls promise."""

    def __init__(self, address: str) -> None:
        """`address` is the endpoint's, for people."""
        self.address = address
        self._hub: Hub = gevent.get_hub()
        self._pause = _FIRST_PAUSE
        self._not_before = 0.0
        #: Why there is no connection.
        self._why = ""
        self._closed = False
        self._stats = TransportStats()

    @abstractmethod
    def submit(self, path: str, payload: Payload, deadline: float, done: Done) -> Pending:
        """Begin one call and return."""

    def call(self, path: str, payload: Payload, deadline: float) -> Answer:
        """Make one call and wait for its end."""
        pending = self.submit(path, payload, deadline, getcurrent().switch)
        try:
            answer: Answer = self._hub.switch()
        except BaseException:
            pending.cancel()
            raise
        return answer

    def stats(self) -> TransportStats:
        """Tell what happened to the connections so far."""
        return self._stats

    def _count(self, **more: int) -> None:
        self._stats += TransportStats(**more)

    @property
    def _may_dial(self) -> bool:
        """Whether the pause after the last failed attempt is over."""
        return time.monotonic() >= self._not_before

    def _refused(self) -> None:
        """Take note that no connection could be made."""
        self._count(refused=1)
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _opened(self) -> None:
        """Take note of a new connection."""
        self._count(opened=1)
        self._pause = _FIRST_PAUSE

    def _fail_soon(self, waiters: Iterable[Waiter], code: int, why: str) -> None:
        """Tell from the hub, in its next turn: whoever waits may not have begun to."""
        failed = list(waiters)
        if failed:
            self._hub.loop.run_callback(self._tell, failed, code, why)

    def _tell(self, waiters: Iterable[Waiter], code: int, why: str) -> None:
        for each in waiters:
            each.finish(code, why, b"", self._blame)

    def _blame(self) -> None:
        """Report an exception of whoever was told."""
        self._hub.handle_error(self, *sys.exc_info())
