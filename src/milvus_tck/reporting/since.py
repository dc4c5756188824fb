"""Since the last run: which run that is, and what changed, for the first screen of every report."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from milvus_tck.reporting.text import plural
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_header, read_results
from milvus_tck.verdict.results.run_diff import CheckChangeKind, RunDiff, diff_of, is_comparable
from milvus_tck.verdict.results.runs_folder import RUNS

__all__ = ["COUNT_WORDS", "since_last_run", "since_line"]

#: Runs whose beginning is read to find one that is comparable.
_LOOKED_AT = 200
COUNT_WORDS: dict[CheckChangeKind, Callable[[int], str]] = {
    CheckChangeKind.REGRESSION: lambda number: "regression" if number == 1 else "regressions",
    CheckChangeKind.OTHER_SIGNATURE: lambda number: f"{_verb(number)} in another way",
    CheckChangeKind.NEWLY_DEVIATING: lambda number: f"newly {_deviates(number)} as released servers do",
    CheckChangeKind.NEWLY_UNVERIFIED: lambda _number: "newly unverified",
    CheckChangeKind.NEWLY_JUDGED: lambda _number: "newly judged",
    CheckChangeKind.FIX: lambda number: "fix" if number == 1 else "fixes",
}


def _verb(number: int) -> str:
    return "fails" if number == 1 else "fail"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _deviates(number: int) -> str:
    return "deviates" if number == 1 else "deviate"


def since_last_run(folder: Path, results: Results) -> RunDiff | None:
    """Hold a run against the last one before it of the same target, profile and selection; `None` where there is none.

    Runs are looked for beside `folder` where that is one of `tck-out`. One that was cut short is no measure.
    """
    place = folder.resolve()
    if place.parent.name != RUNS:
        return None
    for _, other in _earlier(place, results):
        with suppress(ResultFileError):
            last = read_results(other)
            if last.complete:
                return diff_of(last, results).deciding()
    return None


def _earlier(place: Path, results: Results) -> list[tuple[str, Path]]:
    """List the folders of comparable runs that began before, the newest first, by when they began."""
    found = list[tuple[str, Path]]()
    folders = [each for each in place.parent.iterdir() if each.is_dir() and not each.is_symlink() and each != place]
    for each in sorted(folders, reverse=True)[:_LOOKED_AT]:
        with suppress(ResultFileError):
            header = read_header(each)
            if header.started <= results.header.started and is_comparable(header, results.header):
                found.append((header.started, each))
    return sorted(found, reverse=True)


def since_line(diff: RunDiff) -> str:
    """Say in a line what changed since the last run, and what else is another: a version of the target, say."""
    when = diff.old.header.started[:16].replace("T", " ")
    counts = [f"{number} {COUNT_WORDS[kind](number)}" for kind, number in diff.counts.items() if number]
    only = [f"{plural(len(diff.only_new), 'check')} new"] * bool(diff.only_new)
    gone = [f"{plural(len(diff.only_old), 'check')} gone"] * bool(diff.only_old)
    slower = [f"{plural(len(diff.slower), 'test')} slower"] * bool(diff.slower)
    other = [f"another {each.words}" for each in diff.circumstances]
    said = [*counts, *only, *gone] or ["no check changed"]
    idle = [f"{diff.observed} changed that {_is(diff.observed)} only observed"] * bool(diff.observed)
    return f"Since the last run ({when}): {'; '.join([', '.join([*said, *idle, *slower]), *other])}."
