"""The event loop that every proxy and gateway of this process runs in.

grpc.aio has one poller for a process: several loops in several threads disturb each
other, so there is one, in a thread of its own, started when it is first needed.
"""

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

__all__ = ["ListenError", "event_loop", "run"]

Result = TypeVar("Result")


class ListenError(Exception):
    """What runs in the loop cannot listen where it was told to."""


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop; it runs until the process ends."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="milvus-tck-loop", daemon=True).start()
    return loop


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run work in the loop and wait for its result; never call it from within."""
    return asyncio.run_coroutine_threadsafe(work, event_loop()).result()
