"""A call in a process of its own that begins as this one is: with everything imported and nothing of it changed here.

Only for processes that have opened no connection of gRPC: its threads do not survive a fork.
"""

import os
import pickle
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

__all__ = ["ForkError", "ForkedCall", "ProcessEndedError", "forked"]

Result = TypeVar("Result")

_CHUNK = 1 << 20
#: How a process ends that could not tell its result.
_UNTOLD = 70


class ForkError(RuntimeError):
    """The call raised, or its result could not be told: a fault of whoever wrote what is called."""


class ProcessEndedError(RuntimeError):
    """The process was ended, by a signal or by the time that it had, before its call came to an end."""


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
        """Return what the body returned, when its end was read.

        Raises `ForkError` where the body raised, and `ProcessEndedError` where a signal ended the process.
        """
        self._close()
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            raise ProcessEndedError(f"{signal.Signals(-code).name} ended process {self.pid}")
        if code:
            raise ForkError(f"process {self.pid} ended with {code} and without a result")
        worked, value = pickle.loads(b"".join(self._parts))  # noqa: S301 - from our own child
        if not worked:
            raise ForkError(value)
        return value

    def kill(self) -> None:
        """End it at once; nothing happens where it was ended before."""
        self._close()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def _close(self) -> None:
        if self._read >= 0:
            os.close(self._read)
        self._read = -1


def forked(body: Callable[[], Result]) -> Result:
    """Make a call in a process of its own, and wait for what it returns.

    Raises what `ForkedCall.result` raises; the process is ended where the wait is interrupted.
    """
    call = ForkedCall(body)
    try:
        while not call.take():
            pass
    except BaseException:
        call.kill()
        raise
    found: Result = call.result()
    return found


def _child(body: Callable[[], Any], write: int) -> None:
    """Call, tell the result, and end, whatever happens, without any of the parent's own endings."""
    try:
        told = (True, body())
    except BaseException as error:  # noqa: BLE001 - told, and raised in the parent
        told = (False, f"{type(error).__name__}: {error}")
    code = _UNTOLD
    try:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(pickle.dumps(told))
        code = 0
    finally:
        os._exit(code)
