"""Waking up at a moment, to some ten microseconds: gevent's own timers are a millisecond late."""

import ctypes
import math
import os
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from gevent.hub import Hub

__all__ = ["Pacer"]

_MONOTONIC = 1
_ABSOLUTE = 1
_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC
_SPEC = struct.Struct("qqqq")
_LINUX = sys.platform == "linux"
_BILLION = 1_000_000_000


class Pacer:
    """Calls `ring()` in the hub at the moment that it was set for, on the monotonic clock."""

    def __init__(self, hub: Hub, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._hub = hub
        self._descriptor = _timer() if _LINUX else -1
        self._watcher = hub.loop.io(self._descriptor, 1) if _LINUX else hub.loop.timer(0)
        if _LINUX:
            self._watcher.start(self._rings)

    def set(self, when: float) -> None:
        """Ring then; at once where that has passed. A moment set before is forgotten."""
        if math.isinf(when):
            return
        if _LINUX:
            nanoseconds = max(1, int(when * _BILLION))
            spec = _SPEC.pack(0, 0, nanoseconds // _BILLION, nanoseconds % _BILLION)
            _library().timerfd_settime(self._descriptor, _ABSOLUTE, spec, None)
            return
        self._watcher.stop()
        self._watcher.close()
        self._watcher = self._hub.loop.timer(max(0.0, when - time.monotonic()))
        # Counted from now: the loop's own clock stands still while greenlets run.
        self._watcher.start(self._ring, update=True)

    def _rings(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._descriptor, 8)
            self._ring()

    def close(self) -> None:
        """Ring no more."""
        self._watcher.stop()
        self._watcher.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _timer() -> int:
    """Make a timer that can be waited for like a socket; Python has it itself from 3.13 on."""
    made: int = _library().timerfd_create(_MONOTONIC, _FLAGS)
    if made < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return made
