"""Live progress on a terminal, plain lines elsewhere."""

import os
import time
from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from milvus_tck.spec.clauses import SDK
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header

__all__ = ["LiveProgress", "QuietConsole"]

#: Seconds between two plain lines.
_EVERY = 10.0


class QuietConsole(Console):
    """A console that falls silent when nobody reads it any more: a run goes on without."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


class LiveProgress:
    """Shows how far a run is, and every failure as it comes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._states: Counter[str] = Counter()
        self._planned = 0
        self._next = time.monotonic() + _EVERY
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("starting", total=None)

    def write(self, event: Header | CheckEvent | Footer) -> None:
        """Take in one event of the run."""
        if isinstance(event, Header):
            self._begin(event)
        elif isinstance(event, CheckEvent):
            if not event.support:
                self._check(event)
        else:
            self._bar.stop()

    def _begin(self, header: Header) -> None:
        target = header.target
        version = f" ({target.version})" if target.version else ""
        # What an SDK sends and does is judged by its cases alone.
        wire = "" if header.profile == SDK else " and the wire contract of every answer"
        self._console.print(
            f"{target.name}{version} at {target.address}, profile {header.profile}: {header.profile_reason}; "
            f"{header.planned} checks{wire}, seed {header.seed}",
            highlight=False,
        )
        self._planned = header.planned
        self._bar.update(self._task, total=header.planned)
        self._bar.start()

    def _check(self, event: CheckEvent) -> None:
        self._states[event.state] += 1
        done = min(sum(self._states.values()), self._planned)  # the wire contract is judged when all else is done
        failed = self._states[State.FAIL] + self._states[State.TARGET_CRASH]
        self._bar.update(self._task, completed=done, description=f"{failed} failed")
        if not self._console.is_terminal and time.monotonic() > self._next:
            self._next = time.monotonic() + _EVERY
            self._console.print(f"{done}/{self._planned} checks, {failed} failed", highlight=False)

    def close(self) -> None:
        """Take the bar off the terminal."""
        self._bar.stop()
