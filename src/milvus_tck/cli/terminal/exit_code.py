"""The end of the process: from the moment on that its exit code is known, a signal does not change it.

Python gives a signal back to the system while it ends. Whoever pressed Ctrl-C a second time just then would see the
process end by that signal, with a run of which everything is written, and a script would take it for a crash.
"""

import atexit
import os
import signal
from types import FrameType

__all__ = ["STOPS", "keep_exit_code"]

#: What asks a program to end. Whoever ignores one of them (nohup does) means it, so that one stays ignored.
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def keep_exit_code(code: int) -> None:
    """Let the process end with this code, whatever signal comes from here on: at once where it waits for a thread."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        os._exit(code)

    for number in STOPS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, leave)
    atexit.register(_ignore)  # after the threads, and before the system has its signals back


def _ignore() -> None:
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
