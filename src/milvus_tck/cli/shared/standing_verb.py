"""Verbs that stand until somebody ends them: `proxy`, `gateway` and `serve`."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["until_stopped"]

_STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def until_stopped() -> Iterator[Callable[[], None]]:
    """End the block in good order, without an error, by Ctrl-C, SIGINT or SIGTERM; gives what waits for that.

    A shell lets what it puts in the background ignore SIGINT; whoever sends it to such a verb by its number means it.
    """
    woken, waking = socket.socketpair()
    waking.setblocking(False)
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOPS}
    told_before = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    try:
        yield lambda: _wait(woken)
    except KeyboardInterrupt:
        pass
    finally:
        signal.set_wakeup_fd(told_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        woken.close()
        waking.close()


def _wait(woken: socket.socket) -> None:
    """Wait for a signal; its handler raises `KeyboardInterrupt`.

    One that comes just before a wait for a lock, or that another thread takes, does not end that wait. It always
    writes here.
    """
    while True:
        woken.recv(1)
