"""A call in a process of its own that begins as this one is: with everything imported and nothing of it changed here.

Only for processes that have opened no connection of gRPC: its threads do not survive a fork.
"""

import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__ = ["ForkError", "ForkedCall", "forked"]

Result = TypeVar("Result")

_CHUNK = 1 << 20


class ForkError(RuntimeError):
    """The process ended without a result."""


@dataclass
class ForkedCall:
    """A call that goes on."""

    body: Callable[[], Any]
    pid: int = 0
    started: float = field(default_factory=time.monotonic)
    _parts: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._read)
            _child(self.body, write)
        os.close(write)

    def fileno(self) -> int:
        """Where its result comes: `select` can wait for it."""
        return self._read

    def take(self) -> bool:
        """Read what has come; tells whether that was the end."""
        part = os.read(self._read, _CHUNK)
        self._parts.append(part)
        return not part

    def result(self) -> Any:  # noqa: ANN401 - what the body returned
        """Return what the body returned, when its end was read; raises `ForkError` where it returned nothing."""
        os.close(self._read)
        os.waitpid(self.pid, 0)
        told = b"".join(self._parts)
        if not told:
            raise ForkError(f"process {self.pid} ended without a result")
        worked, value = pickle.loads(told)  # noqa: S301 - from our own child
        if not worked:
            raise ForkError(value)
        return value

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        os.close(self._read)
        os.waitpid(self.pid, 0)


def forked(body: Callable[[], Result]) -> Result:
    """Make a call in a process of its own, and wait for what it returns; raises `ForkError` where it raised."""
    call = ForkedCall(body)
    while True:
        select.select([call], [], [])
        if call.take():
            found: Result = call.result()
            return found


def _child(body: Callable[[], Any], write: int) -> None:
    """Call, tell the result, and end, whatever happens, without any of the parent's own endings."""
    try:
        told = (True, body())
    except BaseException as error:  # noqa: BLE001 - told, and raised in the parent
        told = (False, f"{type(error).__name__}: {error}")
    try:
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(told, pipe)
    finally:
        os._exit(0)
