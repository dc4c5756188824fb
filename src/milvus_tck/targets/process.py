"""One server process under a warden."""

import contextlib
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from milvus_tck.targets import warden
from milvus_tck.targets.owner import claim
from milvus_tck.targets.toolchain import environment

__all__ = ["ServerCommand", "ServerProcess"]

_STOP_SECONDS = 20
_NAME_BYTES = 8


@dataclass(frozen=True, slots=True)
class ServerCommand:
    """What starts a server."""

    arguments: Sequence[str]
    #: Variables of the server alone: the warden must not see its library path.
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ServerProcess:
    """A warden, a folder for a server and one for its log, and the server once `run` was called.

    The warden is there before the folders: at whatever moment we are killed, it removes them. Making one raises
    `OSError` where they cannot be made.
    """

    #: What the name of the folder begins with.
    prefix: str
    #: Seconds to end in good order; 0 where nothing is worth keeping.
    grace: float = 0
    #: Bytes of memory that it may hold; more would take the machine with it.
    memory: int = field(default_factory=lambda: psutil.virtual_memory().total // 3)

    def __post_init__(self) -> None:
        #: Everything the server writes; removed when it ends.
        self.folder = _fresh_path(self.prefix)
        self.log = _fresh_path("milvus-tck-log-") / warden.LOG_FILE
        script = [sys.executable, "-I", warden.__file__]
        self._warden = subprocess.Popen(
            [*script, str(self.grace), str(self.memory), str(self.folder), str(self.log.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        try:
            self.folder.mkdir(mode=0o700)
            claim(self.folder, self._warden.pid)
            self.log.parent.mkdir(mode=0o700)
            claim(self.log.parent, os.getpid(), self._warden.pid)
        except BaseException:
            self.stop()
            raise

    def run(self, command: ServerCommand) -> None:
        """Start the server; once more, kill it without warning and start another one on what it left."""
        # Servers write logs and more where temporary files go: all of that is to go with the folder.
        variables = {"TMPDIR": str(self.folder), **command.variables}
        line = ["/usr/bin/env", *(f"{key}={value}" for key, value in variables.items()), *command.arguments]
        if self._warden.stdin:
            with contextlib.suppress(OSError):  # a warden that ended is found out by whoever waits for the server
                self._warden.stdin.write(json.dumps(line).encode() + b"\n")
                self._warden.stdin.flush()

    @property
    def pid(self) -> int:
        """The warden, which every process of the server is below."""
        return self._warden.pid

    @property
    def ended(self) -> bool:
        """Whether the server is gone, and what it wrote."""
        pipe = self._warden.stdout
        if pipe is None or pipe.closed:
            return True
        look = select.poll()
        look.register(pipe, select.POLLIN)
        return bool(look.poll(0))

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
        if self._warden.stdout:
            self._warden.stdout.close()
        for each in (self.folder, self.log.parent):
            shutil.rmtree(each, ignore_errors=True)


def _fresh_path(prefix: str) -> Path:
    """Name a folder among the temporary files that nobody has: the warden removes it even if we never make it."""
    return Path(tempfile.gettempdir()) / f"{prefix}{secrets.token_hex(_NAME_BYTES)}"
