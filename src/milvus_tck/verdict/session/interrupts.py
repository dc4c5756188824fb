"""Ctrl-C: the first one ends a run in good order, the second one at once.

A run in good order drops what it created, writes the end of its result file and its
reports, and takes its servers down. Whoever cannot wait for that presses again: then
the process ends on the spot. Wardens end the servers then, and the ledger tells `sweep`
what was left on the target.

`timeout` and supervisors signal the process and its group, so that one request arrives twice:
what follows within a moment of the first is the same press.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Self

from milvus_tck.verdict.model.states import Exit

__all__ = ["SAME_PRESS", "Interrupts"]

#: What asks a program to end. Only those that end it by `KeyboardInterrupt` so far are ours to handle.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Seconds within which a second signal is the first one once more.
SAME_PRESS = 0.3
_LATER = b"\nending in good order; again: at once\n"
_AT_ONCE = b"\nleft at once; what the run created may still be there: milvus-tck sweep TARGET\n"
_SHOW_CURSOR = b"\x1b[?25h"


@dataclass
class Interrupts:
    """Handles interruptions for the length of a `with`; without one it knows of none."""

    pressed: bool = False
    _deferred: bool = False
    _held: bool = False
    #: Somebody pressed while something was held.
    _waits: bool = False
    _first: float = 0.0
    _before: dict[int, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Begin to handle them."""
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.default_int_handler:
                self._before[number] = signal.signal(number, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave them to whoever handled them before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def defer(self) -> None:
        """Take note of the first one only, from now on: what goes on is the ending already."""
        self._deferred = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Do the whole of something or nothing: whoever presses meanwhile is heard at its end."""
        outer, self._held = self._held, True
        try:
            yield
        finally:
            self._held = outer
        if self._waits and not self._deferred and not self._held:
            self._waits = False
            raise KeyboardInterrupt

    def _press(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.pressed:
            if now - self._first < SAME_PRESS:
                return
            _say(_AT_ONCE)
            os._exit(Exit.INTERRUPTED)
        self.pressed, self._first = True, now
        _say(_LATER)
        self._waits = self._held
        if not self._deferred and not self._held:
            raise KeyboardInterrupt


def _say(text: bytes) -> None:
    """Write without waiting for whoever writes at this moment: this is a signal handler."""
    try:
        os.write(2, text + (_SHOW_CURSOR if sys.stderr.isatty() else b""))
    except OSError:
        return
