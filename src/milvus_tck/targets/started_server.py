"""Servers that we start: real Milvus standalone and milvus-lite, from PyPI."""

import contextlib
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.targets.network import LOOPBACK, free_ports, is_taken
from milvus_tck.targets.process import ServerCommand, ServerProcess
from milvus_tck.targets.readiness import ready
from milvus_tck.targets.unknown_release import is_unknown, unknown_release

__all__ = ["StartedServer"]

_START_SECONDS = 120.0
_ATTEMPTS = 3
_POLL = 0.05


@dataclass
class StartedServer(ABC):
    """A server in a process group of ours, on loopback, with data that nobody keeps."""

    name: str
    version: str
    declared: Declared = field(default_factory=Declared)
    credentials: Credentials = field(default_factory=Credentials)
    #: Where it listens; 0 takes a free port, a new one for every start.
    port: int = 0
    restartable: bool = True
    throwaway: bool = True
    _process: ServerProcess | None = None
    _port: int = 0
    _given_up: bool = False
    #: Whether it is going to be killed and started again.
    _to_be_killed: bool = False

    @property
    def address(self) -> str:
        """Where it listens since the last start."""
        return f"{LOOPBACK}:{self._port}"

    def url(self, port: str) -> str:  # noqa: ARG002 - part of the protocol
        """It speaks no HTTP, unless it says otherwise."""
        return ""

    @property
    def pid(self) -> int:
        """The process that all of the server's are below; 0 while it does not run."""
        return 0 if self._process is None else self._process.pid

    @abstractmethod
    def launch(self, folder: Path, port: int) -> ServerCommand:
        """Prepare the folder, and say what starts the server."""

    def start(self) -> None:
        """Start it and wait until it serves; a port that was taken meanwhile costs another try."""
        if self.port and is_taken(self.port):
            then = f"milvus-tck serve {self.name}"
            raise TargetError(f"{self.name} cannot listen on port {self.port}", "somebody else does already", then)
        for attempt in range(1, _ATTEMPTS + 1):
            self._port = self.port or free_ports(1)[0]
            try:
                self._launch()
                self._await_ready()
            except TargetError as error:
                self.stop()
                if is_unknown(error.why):
                    raise unknown_release(self.name) from error
                if attempt == _ATTEMPTS or self.port or self._given_up:
                    raise
            except BaseException:
                self.stop()
                raise
            else:
                return

    def _launch(self) -> None:
        """Start it in a folder of its own, which says whose it is from the beginning."""
        try:
            self._process = ServerProcess(f"milvus-tck-{self.name.partition('@')[0]}-")
            self._process.run(self.launch(self._process.folder, self._port))
        except OSError as error:
            raise TargetError(f"{self.name} could not be started", str(error), "milvus-tck doctor") from error

    def _await_ready(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while self._given_up or self.gone() or not ready(self.address, self.credentials):
            if self._given_up:
                raise self._failure("nobody waits for it any more")
            if self.gone():
                raise self._failure("it ended while starting")
            if time.monotonic() > end:
                raise self._failure(f"it does not serve after {_START_SECONDS:g} s")
            time.sleep(_POLL)

    def _failure(self, why: str) -> TargetError:
        tail = self.log_tail()
        return TargetError(f"{self.name} could not be started", f"{why}\n{tail}".strip(), "milvus-tck doctor")

    def gone(self) -> bool:
        """Tell whether its process has ended."""
        return self._process is None or self._process.ended

    def give_up(self) -> None:
        """Let a start that goes on in another thread fail soon, and any later one."""
        self._given_up = True

    def stop(self) -> None:
        """End its whole process group and remove its data."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def restart(self) -> None:
        """Start it again on fresh data: a log that killed it once would do so again."""
        self.stop()
        self.start()

    def expect_revival(self) -> None:
        """Learn, before it is started, that it will be killed."""
        self._to_be_killed = True

    def revive(self) -> None:
        """Kill it without warning and start it again on the data that it left; raises `TargetError`.

        It listens on another port then: who asks there asks the new process and nobody else.
        """
        if self._process is None:
            raise self._failure("it does not run")
        self._port = free_ports(1)[0]
        self._process.run(self.launch(self._process.folder, self._port))
        self._await_ready()

    def log_tail(self, lines: int = 20) -> str:
        """Return the end of its log."""
        return "" if self._process is None else self._process.tail(lines)


def link_tree(source: Path, target: Path) -> None:
    """Offer the files of a folder in another place without copying them."""
    with contextlib.suppress(FileExistsError):
        target.symlink_to(source, target_is_directory=True)
