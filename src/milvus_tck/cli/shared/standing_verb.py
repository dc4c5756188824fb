"""Verbs that stand until somebody ends them: `proxy`, `gateway` and `serve`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["until_stopped"]

_STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def until_stopped() -> Iterator[None]:
    """End the block in good order, without an error, by Ctrl-C, SIGINT or SIGTERM.

    A shell lets what it puts in the background ignore SIGINT; whoever sends it to such a verb by its number means it.
    """
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOPS}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
