"""`milvus-tck` as a process of its own, in a place of its own, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from milvus_tck.verdict.results.result_file import FILE, Results, read_results
from milvus_tck.verdict.session.interrupts import SAME_PRESS

__all__ = ["PASSING", "Done", "Place", "Running", "eventually", "listener"]

#: A few checks that lite 2.5.1 passes under profile 2.3: what a run comes to is not its doing.
PASSING = " or ".join(
    f"clause={name}"
    for name in (
        "has-collection/existing",
        "service/base-ignored",
        "service/deadline",
        "service/invalid-utf-8",
        "service/unknown-field",
    )
)
#: Seconds within which anything here is over, on however busy a machine; no test waits for it unless it fails.
_PATIENCE = 120.0


def eventually(condition: Callable[[], object], within: float = _PATIENCE) -> bool:
    """Wait for a condition; False if it does not come."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def listener(address: str) -> int:
    """Return the process that listens on an address."""
    port = int(address.rpartition(":")[2])
    for each in psutil.net_connections("tcp"):
        if each.status == "LISTEN" and each.laddr and each.laddr.port == port and each.pid is not None:
            return each.pid
    message = f"nobody listens on {address}"
    raise AssertionError(message)


@dataclass(frozen=True)
class Done:
    """A run that has ended."""

    code: int
    #: What it said, on both channels.
    text: str
    folder: Path

    @property
    def results(self) -> Results:
        """What its result file tells."""
        return read_results(self.folder)

    @property
    def states(self) -> dict[str, str]:
        """What became of each check."""
        return {each.check: each.state for each in self.results.checks}

    @property
    def summary(self) -> dict[str, Any]:
        """Its `summary.json`."""
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        return found


@dataclass(frozen=True)
class Running:
    """A run that goes on."""

    process: "subprocess.Popen[str]"
    folder: Path

    @property
    def lines(self) -> list[str]:
        """Whole lines of its result file so far."""
        file = self.folder / FILE
        return file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []

    def has_judged(self, checks: int = 1) -> bool:
        """Wait until so many checks are on the disk."""
        return eventually(lambda: len(self.lines) > checks or self.process.poll() is not None)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def interrupt_again(self) -> None:
        """Press Ctrl-C a second time, as late as a hand does it: not as a part of the first press."""
        time.sleep(2 * SAME_PRESS)
        self.interrupt()

    def end(self, within: float = _PATIENCE) -> Done:
        """Wait until it has ended."""
        text, _ = self.process.communicate(timeout=within)
        return Done(self.process.returncode, text, self.folder)


@dataclass
class Place:
    """Where a run writes: its results, its ledger, its temporary files."""

    path: Path
    _started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        for folder in (self.temporary, self.state):
            folder.mkdir(parents=True)

    @property
    def temporary(self) -> Path:
        """Where servers keep their data."""
        return self.path / "tmp"

    @property
    def state(self) -> Path:
        """Where the ledgers are."""
        return self.path / "state"

    def begin(self, *arguments: str, out: Path | None = None, **variables: str) -> Running:
        """Start `milvus-tck` with arguments as they are typed."""
        folder = out or self.path / "out"
        command = [sys.executable, "-m", "milvus_tck.cli.main", *arguments]
        command += ["--out", str(folder)] if arguments[0] == "check" else []
        own = {"TMPDIR": str(self.temporary), "MILVUS_TCK_STATE": str(self.state), **variables}
        process = subprocess.Popen(
            command,
            cwd=self.path,
            env=os.environ | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return Running(process, folder)

    def run(self, *arguments: str, out: Path | None = None, **variables: str) -> Done:
        """Run `milvus-tck` to its end."""
        return self.begin(*arguments, out=out, **variables).end()

    def check(self, target: str, *arguments: str, select: str = PASSING) -> Done:
        """Judge a target by a few clauses of 2.3."""
        return self.run("check", target, "--profile", "2.3", "--select", select, *arguments)

    def close(self) -> None:
        """End what a failing test left running."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    # -- what is left -------------------------------------------------------------------

    def processes(self) -> list[str]:
        """Command lines of the processes that know of this place: servers, wardens."""
        found = []
        for each in psutil.process_iter(["cmdline", "status"]):
            line = " ".join(each.info["cmdline"] or ())
            if str(self.temporary) in line and each.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(line)
        return found

    def is_clean(self) -> bool:
        """Wait until no process and no temporary file is left."""
        return eventually(lambda: not self.processes() and not any(self.temporary.iterdir()))
