"""The engine of a load run as a child process.

Locust runs on gevent, which patches a whole process; this one has threads, wardens and signal
handlers that know nothing of it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console

from milvus_tck.cli.terminal.errors import complain
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.interrupts import Interrupts
from milvus_tck.wire.redaction import scrub

__all__ = ["LoadProcess"]

#: Seconds that an interrupted run may take to end in good order.
_ENDING = 60.0
#: What the engine complains of that is of no use on a terminal; it is there only where something was written.
_LOG = "engine.log"
#: Exit codes that the engine ends with by itself.
_CODES = {Exit.OK, Exit.UNDETERMINED, Exit.TARGET_LOST, Exit.OBJECTIVE_MISSED, Exit.OUR_BUG, Exit.INTERRUPTED}


@dataclass(frozen=True)
class LoadProcess:
    """Runs one job."""

    job: LoadJob

    def run(self, console: Console, interrupts: Interrupts) -> int:
        """Run it to its end, and show its words; returns its exit code."""
        log = Path(self.job.out) / _LOG
        with log.open("wb") as errors:
            code = self._run(console, interrupts, errors)
        return _known(code, log)

    def _run(self, console: Console, interrupts: Interrupts, errors: IO[bytes]) -> int:
        command = [sys.executable, "-m", "milvus_tck.load"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True, text=True,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
        assert process.stdin is not None  # noqa: S101 - it was asked for
        try:
            process.stdin.write(self.job.to_json() + "\n")
            process.stdin.flush()
            _listen(process, console)
        except KeyboardInterrupt:
            self._end(process, console)
        finally:
            interrupts.defer()
            with contextlib.suppress(OSError):
                process.stdin.close()  # it ends then, whatever it does
        return process.wait()

    @staticmethod
    def _end(process: "subprocess.Popen[str]", console: Console) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
        _listen(process, console)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING)


def _known(code: int, log: Path) -> int:
    """Return the exit code; what the engine did not end with by itself is a bug of ours, whose details are kept."""
    said = log.stat().st_size > 0
    if not said:
        log.unlink()
    if code in _CODES:
        return code
    last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2] if said else f"exit {code}"
    complain(f"a bug of milvus-tck: {last}", f"the details are in {log}" if said else "", "report it with that file")
    return int(Exit.OUR_BUG)


def _listen(process: "subprocess.Popen[str]", console: Console) -> None:
    """Show what it says until it says no more."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    for line in process.stdout:
        try:
            console.print(f"  {scrub(json.loads(line)['say'])}", markup=False)
        except ValueError:
            console.print(scrub(line.rstrip()), markup=False)
