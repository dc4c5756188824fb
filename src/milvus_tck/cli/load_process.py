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

from rich.console import Console

from milvus_tck.load.plan.job import Job
from milvus_tck.verdict.interrupts import Interrupts
from milvus_tck.wire.redaction import scrub

__all__ = ["LoadProcess"]

#: Seconds that an interrupted run may take to end in good order.
_ENDING = 60.0


@dataclass(frozen=True)
class LoadProcess:
    """Runs one job."""

    job: Job

    def run(self, console: Console, interrupts: Interrupts) -> int:
        """Run it to its end, and show its words; returns its exit code."""
        command = [sys.executable, "-m", "milvus_tck.load"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
        )
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


def _listen(process: "subprocess.Popen[str]", console: Console) -> None:
    """Show what it says until it says no more."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    for line in process.stdout:
        try:
            console.print(f"  {scrub(json.loads(line)['say'])}", markup=False)
        except ValueError:
            console.print(scrub(line.rstrip()), markup=False)
