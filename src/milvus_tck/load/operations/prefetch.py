"""Requests made ahead of time, so that making them delays none that is due.

numpy lets go of the interpreter while it draws random numbers, so a native thread makes the
next requests while the hub sends others.
"""

from collections import deque
from collections.abc import Callable

import gevent

from milvus_tck.load.transports.base import Payload
from milvus_tck.wire.wire_format import size_of

__all__ = ["Prefetch"]

#: Bytes of requests that wait to be sent, in one worker and for one operation.
_BUDGET = 48 << 20
#: Requests that wait at most, however small.
_MOST = 512
_PAUSE = 0.005


class Prefetch:
    """Makes requests of ascending numbers; `take` gives one away."""

    def __init__(self, make: Callable[[int], Payload], first: int, step: int, end: int) -> None:
        """Make those of numbers from `first` by `step` below `end`."""
        self._make = make
        self._next, self._step, self._end = first, step, end
        self._ready: deque[tuple[int, Payload, int]] = deque()
        self._bytes = 0
        #: Requests that were made when they were due.
        self.late = 0
        while self._room():
            self._add(self._make(self._next))
        self._filler = gevent.spawn(self._fill)

    def _room(self) -> bool:
        return self._next < self._end and self._bytes < _BUDGET and len(self._ready) < _MOST

    def _add(self, payload: Payload) -> None:
        size = len(payload) if isinstance(payload, bytes) else size_of(payload)
        self._ready.append((self._next, payload, size))
        self._bytes += size
        self._next += self._step

    def _fill(self) -> None:
        pool = gevent.get_hub().threadpool
        while self._next < self._end:
            if not self._room():
                gevent.sleep(_PAUSE)
                continue
            number = self._next
            payload = pool.apply(self._make, (number,))
            if number == self._next:
                self._add(payload)

    def take(self, number: int) -> Payload:
        """Return the request of that number."""
        while self._ready and self._ready[0][0] <= number:
            made, payload, size = self._ready.popleft()
            self._bytes -= size
            if made == number:
                return payload
        self.late += 1
        self._next = max(self._next, number + self._step)
        return self._make(number)

    def close(self) -> None:
        """Make no more."""
        self._filler.kill(block=False)
        self._ready.clear()
