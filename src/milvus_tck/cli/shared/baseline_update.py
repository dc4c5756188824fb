"""The baseline that a run writes, and what it leaves open."""

from pathlib import Path

from rich.console import Console

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.terminal.baseline_changes import say_update
from milvus_tck.cli.terminal.errors import complain
from milvus_tck.verdict.baseline.baseline import BaselineError, read_baseline
from milvus_tck.verdict.baseline.comparison import compare
from milvus_tck.verdict.baseline.update import write_baseline
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.unexplained_checks import unexplained

__all__ = ["kept_baseline"]


def kept_baseline(results: Results, path: Path | None, console: Console) -> Exit:
    """Write the failures of a run into the baseline that was asked for, if any."""
    if path is None:
        return Exit.OK
    whole = results.complete and not results.header.partial
    try:
        header = results.header
        update = write_baseline(path, header.profile, header.suite, results.checks, whole=whole)
    except (BaselineError, OSError) as error:
        complain("the baseline could not be written", str(error), again("--write-baseline", "FILE"))
        return Exit.UNDETERMINED
    say_update(console, path, update)
    _foretell(results, path, console, whole=whole)
    return Exit.OK


def _foretell(results: Results, path: Path, console: Console, *, whole: bool) -> None:
    """Say what the baseline that was just written leaves open: the next run would come to no verdict by that."""
    baseline = read_baseline(path, results.header.profile)
    comparison = compare(baseline, results.checks, (), support=results.support, whole=whole)
    for note in unexplained(results, comparison).notes():
        console.print(f"note: with this baseline, {note}" if note[0].isdigit() else f"note: {note}", markup=False)
