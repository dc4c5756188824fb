"""One server process under a warden."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from milvus_tck.targets import warden
from milvus_tck.targets.owner import claim, owned_folder
from milvus_tck.targets.toolchain import environment

__all__ = ["ServerProcess"]

_STOP_SECONDS = 20


@dataclass
class ServerProcess:
    """A command that runs until we stop it, with a folder of its own and a log."""

    command: Sequence[str]
    #: Everything the server writes; removed when it ends.
    folder: Path
    #: Variables of the server alone: the warden must not see its library path.
    variables: Mapping[str, str] = field(default_factory=dict)
    #: Seconds to end in good order; 0 where nothing is worth keeping.
    grace: float = 0
    keep: bool = False
    #: Bytes of memory that it may hold; more would take the machine with it.
    memory: int = field(default_factory=lambda: psutil.virtual_memory().total // 3)

    def __post_init__(self) -> None:
        self.log = owned_folder("milvus-tck-log-") / "server.log"
        removed = "-" if self.keep else str(self.folder)
        # Servers write logs and more where temporary files go: all of that is to go with the folder.
        own = {"TMPDIR": str(self.folder), **self.variables}
        variables = [f"{key}={value}" for key, value in own.items()]
        command = ["/usr/bin/env", *variables, *self.command]
        with self.log.open("wb") as log:
            self._warden = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    warden.__file__,
                    str(self.grace),
                    str(self.memory),
                    removed,
                    str(self.log.parent),
                    *command,
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,
            )
        self._begin()

    def _begin(self) -> None:
        """Let the server start, now that its folder says whose it is; raises `OSError` where that can not be said."""
        try:
            claim(self.log.parent, os.getpid(), self._warden.pid)
            claim(self.folder, self._warden.pid)
        except BaseException:
            self.stop()
            raise
        if self._warden.stdin:
            with contextlib.suppress(OSError):  # a warden that ended is found out by whoever waits for the server
                self._warden.stdin.write(warden.GO)
                self._warden.stdin.flush()

    @property
    def pid(self) -> int:
        """The warden, which every process of the server is below."""
        return self._warden.pid

    @property
    def ended(self) -> bool:
        """Whether the server and its warden are gone."""
        return self._warden.poll() is not None

    def tail(self, lines: int = 20) -> str:
        """Return the last lines of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def variable(self, name: str) -> str:
        """Return a variable that the server runs with, whoever of its launchers set it; empty if none did."""
        with contextlib.suppress(psutil.Error):
            for each in reversed(psutil.Process(self._warden.pid).children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    found = each.environ().get(name)
                    if found:
                        return found
        return ""

    def stop(self) -> None:
        """End the server and everything it started."""
        if self._warden.stdin:
            with contextlib.suppress(OSError):
                self._warden.stdin.close()
        try:
            self._warden.wait(_STOP_SECONDS + self.grace)
        except subprocess.TimeoutExpired:
            self._warden.kill()
            self._warden.wait()
        shutil.rmtree(self.log.parent, ignore_errors=True)
