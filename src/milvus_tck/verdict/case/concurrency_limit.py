"""Concurrency limit: how many tests may be in flight on a target that slows down.

A server under more load than it can bear answers everybody late, and in the end nobody in
time. So calls that take a good part of their deadline lower the number of tests in flight,
and prompt ones raise it again, as network protocols do with packets.
"""

import threading
import time
from dataclasses import dataclass, field

__all__ = ["AdaptiveLimit"]

#: Parts of the deadline: calls that take longer are slow, calls that take less are prompt.
_SLOW, _PROMPT = 1 / 4, 1 / 16
_FALL = 0.7


@dataclass
class AdaptiveLimit:
    """The number of tests in flight, between `least` and `most`; `deadline` in seconds is what a call may take."""

    most: int
    deadline: float
    least: int = 4
    _limit: float = field(init=False)
    _fell: float = field(default=float("-inf"), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.least = min(self.least, self.most)
        self._limit = self.most

    @property
    def limit(self) -> int:
        """How many tests may be in flight now."""
        return int(self._limit)

    def note(self, seconds: float) -> None:
        """Take in how long a call took."""
        with self._lock:
            if seconds > self.deadline * _SLOW:
                self._fall(time.monotonic())
            elif seconds < self.deadline * _PROMPT:
                self._limit = min(self.most, self._limit + 1 / self._limit)

    def _fall(self, now: float) -> None:
        """Lower the limit; calls that were slow together count once."""
        if now - self._fell > self.deadline * _SLOW:
            self._fell = now
            self._limit = max(self.least, self._limit * _FALL)
