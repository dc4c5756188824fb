"""Driver process: a driver that runs, and answers in time or not at all.

with DriverProcess(["python", "driver.py"]) as driver:
    driver.hello.sdk
    driver.call("connect", {"uri": "http://127.0.0.1:19530"}, client="c1")

Every timeout is ours: a driver that does not answer hangs, one that ends before it answers crashed, and both are what
became of the operation. It is started anew for the next one.
"""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Self

import msgspec

from milvus_tck.sdk.driver_protocol import (
    VERSION,
    BadLineError,
    DriverAnswer,
    DriverError,
    DriverHello,
    DriverRequest,
    read_answer,
    request_line,
)

__all__ = ["WINDOW", "DriverFaultError", "DriverOutcome", "DriverProcess"]

#: Seconds that a driver may take to say who it is: it may install its SDK before.
HELLO = 300.0
#: Seconds that an operation may take, unless whoever asks says something else.
WINDOW = 15.0
#: Lines of noise, and of the error output, that are kept.
_KEPT = 40
#: The descriptor that a driver may answer on instead of its output, where its SDK prints there.
_DESCRIPTOR = "MTCK_OUT"
#: Waits for the end of its input, which comes with ours, however we end; then it ends the group of a driver.
_GUARD = ("/bin/sh", "-c", 'read -r line; kill -s KILL -- "-$0"')


class DriverFaultError(Exception):
    """The driver breaks its protocol: this says nothing of the SDK."""


@dataclass(frozen=True, slots=True)
class DriverOutcome:
    """What became of one operation."""

    #: `ok`, `error`, `skip`, `hang` or `crash`.
    kind: str
    result: Mapping[str, Any]
    error: DriverError | None
    seconds: float
    #: Why it was skipped, or how the driver ended.
    why: str = ""

    def __str__(self) -> str:
        if self.kind == "ok":
            return "ok"
        if self.error is None:
            return f"{self.kind}{f': {self.why}' if self.why else ''}"
        code = "" if self.error.code is None else f" {self.error.code}"
        return f"{self.error.kind} error{code} ({self.error.type}): {self.error.message[:200]}"


class DriverProcess:
    """Runs the command of a driver, again and again where it must."""

    def __init__(
        self,
        command: Sequence[str],
        hello_within: float = HELLO,
        held: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self.command = list(command)
        #: Wraps what an interruption must not leave half done.
        self._held = held
        #: Since it was last started: lines on its output that were none of the protocol, the end of its error output.
        self.noise: deque[str] = deque(maxlen=_KEPT)
        self.errors: deque[str] = deque(maxlen=_KEPT)
        self._within = hello_within
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._number = 0
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and ask who it is; raises `DriverFaultError` where it does not say so, and leaves nothing then."""
        try:
            with self._held():
                self._start()
            self.hello = self._introduced()
        except BaseException:  # also whoever cannot wait for hello: nobody else knows of it yet
            self.stop()
            raise

    def _start(self) -> None:
        self._number, self._lines = 0, queue.Queue()
        self.noise.clear()
        self.errors.clear()
        out, into = os.pipe()
        try:
            # What it starts ends with it: the group is its own.
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=(into,),
                env={**os.environ, _DESCRIPTOR: str(into)}, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            os.close(out)
            raise DriverFaultError(f"{self.command[0]} cannot be started: {error.strerror}") from error
        finally:
            os.close(into)
        self._guard = subprocess.Popen((*_GUARD, str(self._process.pid)), stdin=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        assert self._process.stderr is not None  # noqa: S101 - the same
        own = os.fdopen(out, "rb")
        self._threads = []
        for thread in (
            threading.Thread(target=self._read, args=(self._process.stdout, own, self._lines), daemon=True),
            threading.Thread(target=self._drain, args=(self._process.stderr,), daemon=True),
        ):
            thread.start()
            self._threads.append(thread)

    def _introduced(self) -> DriverHello:
        found = self.call("hello", within=self._within, again=False)
        if found.kind != "ok":
            tail = "\n".join(self.errors)
            raise DriverFaultError(f"it does not answer hello: {found}" + (f"\n{tail}" if tail else ""))
        try:
            return msgspec.convert(found.result, DriverHello)
        except msgspec.ValidationError as error:
            raise DriverFaultError(f"its answer to hello: {error}") from error

    def _read(self, output: Any, own: Any, lines: "queue.Queue[bytes | None]") -> None:  # noqa: ANN401 - two pipes
        """Take in what it says on either descriptor, until both are closed."""
        other = threading.Thread(target=_pass_on, args=(own, lines), daemon=True)
        other.start()
        _pass_on(output, lines)
        other.join()
        lines.put(None)

    def _drain(self, errors: Any) -> None:  # noqa: ANN401 - a pipe
        for line in errors:
            self.errors.append(line.decode(errors="replace").rstrip())
        errors.close()

    def call(
        self,
        op: str,
        args: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        client: str = "",
        within: float = WINDOW,
        again: bool = True,
    ) -> DriverOutcome:
        """Let it do an operation; raises `DriverFaultError` where its answer is none.

        A driver that hangs is killed after `within` seconds. `again` starts one that ended before; it has no clients.
        """
        if self._process is None and again:
            self.start()
        self._number += 1
        begun = time.monotonic()
        request = DriverRequest(VERSION, self._number, op, client, dict(args or {}), dict(options or {}))
        self._send(request_line(request))
        try:
            answer = self._answer(begun + within)
        except BadLineError as error:
            self.stop()
            raise DriverFaultError(f"its answer to {op} is none: {error}") from error
        seconds = time.monotonic() - begun
        if answer is None:
            return self._ended(seconds, within)
        kind = "ok" if answer.ok else "skip" if answer.skip else "error"
        if answer.error is not None and answer.error.kind == "driver":
            raise DriverFaultError(f"{op}: {answer.error.type}: {answer.error.message}")
        return DriverOutcome(kind, answer.result, answer.error, seconds, answer.skip)

    def _send(self, line: bytes) -> None:
        assert self._process is not None  # noqa: S101 - it was started
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(OSError):  # it ended: its output tells
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _answer(self, until: float) -> DriverAnswer | None:
        """Wait for the answer to the last request; `None` where it ended, or the time is over."""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                self._lines.put(None)
                return None
            found = read_answer(line)
            if found is None:
                self.noise.append(line[:500].decode(errors="replace").rstrip())
            elif found.id == self._number:
                return found
            else:
                raise BadLineError(f"it answers {found.id}, and {self._number} was asked")

    def _ended(self, seconds: float, within: float) -> DriverOutcome:
        assert self._process is not None  # noqa: S101 - it was started
        process = self._process
        # One that ended may have left a child behind that keeps its output open.
        hangs = seconds >= within and process.poll() is None
        self.stop()
        if hangs:
            return DriverOutcome("hang", {}, None, seconds, f"no answer in {within:g} s")
        tail = f", {self.errors[-1]}" if self.errors else ""
        return DriverOutcome("crash", {}, None, seconds, f"it ended with {process.returncode}{tail}")

    def stop(self) -> None:
        """End it with all that it started; calling it again does nothing."""
        with self._held():
            self._stop()

    def _stop(self) -> None:
        guard, self._guard = self._guard, None
        process, self._process = self._process, None
        if guard is not None:  # before the number of the group can be another's
            guard.kill()
            guard.communicate()
        if process is None:
            return
        with contextlib.suppress(OSError):
            assert process.stdin is not None  # noqa: S101 - it was asked for
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for thread in self._threads:
            thread.join(timeout=5)


def _pass_on(pipe: Any, lines: "queue.Queue[bytes | None]") -> None:  # noqa: ANN401 - a pipe
    with pipe:
        for line in pipe:
            lines.put(line)
