"""Check sequence: runs of `check` one after the other, each a process of its own, and stored results between them."""

import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.cli.terminal.errors import complain, fail, fail_target
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.names import understand
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_results

__all__ = ["CheckSequence", "MatrixEntry", "read_entry"]

#: What a run ends with that leaves results, whatever these came to.
_JUDGED = {Exit.OK, Exit.UNEXPECTED, Exit.UNDETERMINED}
_FILE = re.compile(r"\.(ndjson|gz|json)$|[/\\]")


@dataclass(frozen=True, slots=True)
class MatrixEntry:
    """A column to be: a stored result, or a target that is run."""

    word: str
    results: Results | None = None


def read_entry(word: str) -> MatrixEntry:
    """Read a stored result, or understand a target; ends the verb, before anything is run, where it is neither."""
    if Path(word).exists() or (_FILE.search(word) and "://" not in word):
        try:
            return MatrixEntry(word, read_results(Path(word)))
        except ResultFileError as error:
            fail(Exit.USAGE, f"{word} is no result", str(error), "milvus-tck check --out FOLDER")
    try:
        understand(word)
    except TargetError as error:
        fail_target(error)
    return MatrixEntry(word)


class CheckSequence:
    """Runs targets and remembers what kept one from being judged."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self._folder = folder
        self._options = tuple(options)
        #: What the verb ends with: that of a run which left no verdict, the gravest where there are several.
        self.code = Exit.OK
        self._stopped = False

    def results(self, entries: Sequence[MatrixEntry]) -> list[Results]:
        """Return the results in the order of the entries; a target that could not be judged is told, and left out."""
        found = []
        for place, entry in enumerate(entries):
            if self._stopped and entry.results is None:
                continue
            results = entry.results or self._judged(entry.word, place)
            if results is not None:
                found.append(results)
        return found

    def _judged(self, target: str, place: int) -> Results | None:
        """Run a target into a folder of its own."""
        name = re.sub(r"[^\w.@+-]+", "-", target)
        folder = self._folder / f"{place + 1:02}-{name}"
        (folder / "results.ndjson").unlink(missing_ok=True)  # that of an earlier run is none of this one
        words = ("check", target, "--out", str(folder), *self._options)
        code = _run((sys.executable, "-m", "milvus_tck.cli.main", *words))
        self._stopped = self._stopped or code is Exit.INTERRUPTED
        if code not in _JUDGED:
            self.code = Exit.first((self.code, code))
        try:
            return read_results(folder)
        except ResultFileError:
            complain(f"{target} has no column", f"its check ended with {int(code)} and left no results")
            return None


def _run(command: Sequence[str]) -> Exit:
    """Run a check to its end; a request to stop is passed on, and its results until then are waited for."""
    process = subprocess.Popen(command)
    try:
        return _code(process.wait())
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
        return Exit.INTERRUPTED


def _code(code: int) -> Exit:
    try:
        return Exit(code)
    except ValueError:
        return Exit.OUR_BUG  # killed, or a code that is none of ours
