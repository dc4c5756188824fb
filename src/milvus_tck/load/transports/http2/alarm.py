"""Deadline alarm: one timer for many deadlines.

A timer for each call would cost as much as the call. Deadlines of a load run are nearly all
alike, so a later call seldom ends sooner than an earlier one: the alarm is set for the soonest,
and when it rings, whoever is overdue is looked for among all calls in flight.
"""

import math
import time
from collections.abc import Callable

from gevent.hub import Hub

__all__ = ["Alarm"]


class Alarm:
    """Calls `ring(now)` at the soonest of the times that it was set for; `ring` returns the next one."""

    def __init__(self, hub: Hub, ring: Callable[[float], float]) -> None:
        self._hub = hub
        self._ring = ring
        self._timer = hub.loop.timer(0)
        #: When it rings, on the monotonic clock; look here before calling `set`.
        self.soonest = math.inf

    def set(self, when: float) -> None:
        """Ring then, if not sooner."""
        if when < self.soonest:
            self.soonest = when
            self._timer.stop()
            self._timer.close()
            # The loop counts in milliseconds: rather one late than one too early, and so in vain.
            self._timer = self._hub.loop.timer(max(0.0, when - time.monotonic()) + 0.001)
            self._timer.start(self._rings, update=True)

    def _rings(self) -> None:
        now = time.monotonic()
        if now < self.soonest:
            again, self.soonest = self.soonest, math.inf
        else:
            self.soonest = math.inf
            again = self._ring(now)
        self.set(again)

    def stop(self) -> None:
        """Ring no more."""
        self._timer.stop()
        self.soonest = -math.inf
