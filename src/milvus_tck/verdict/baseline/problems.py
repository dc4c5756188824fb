"""Problems: what is wrong with a baseline: by itself, and by what runs say of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil
from pathlib import Path

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import SDK
from milvus_tck.spec.profiles import profiles
from milvus_tck.spec.sdk_clauses import sdk_clauses
from milvus_tck.verdict.baseline.baseline import Baseline, Entry, problems_of, read_baseline, read_baseline_file
from milvus_tck.verdict.baseline.comparison import EntryIndex, stale_entries
from milvus_tck.verdict.model.known_checks import KnownChecks, matches, nearest
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.result_file import Results

__all__ = ["BaselineProblem", "ProblemKind", "Weight", "findings_of"]


class Weight(StrEnum):
    """Whether something has to be mended."""

    ERROR = "error"
    WARNING = "warning"


class ProblemKind(StrEnum):
    """What is wrong."""

    FORM = "form"
    PROFILE = "profile"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    TWICE = "twice"
    STALE = "stale"
    FLAKY = "too-often"
    REASON = "no-reason"


@dataclass(frozen=True, slots=True)
class BaselineProblem:
    """One thing that is wrong."""

    weight: Weight
    kind: ProblemKind
    #: The entry's check or pattern; empty for the file as a whole.
    check: str
    text: str

    def as_dict(self) -> dict[str, str]:
        """Return it as JSON."""
        return {"weight": self.weight.value, "kind": self.kind.value, "check": self.check, "text": self.text}


def findings_of(path: Path, runs: Sequence[Results], day: date) -> list[BaselineProblem]:
    """Look through a baseline; raises `BaselineError` where it cannot be read, or runs are of another profile."""
    form = [BaselineProblem(Weight.ERROR, ProblemKind.FORM, "", each) for each in problems_of(read_baseline_file(path))]
    if form:
        return form  # whoever mends it sees the rest then
    baseline = read_baseline(path)
    for run in runs:
        baseline.held_to(run.header.profile)
    return [*_by_itself(baseline, day), *_by_runs(baseline, runs)]


def _by_itself(baseline: Baseline, day: date) -> Iterator[BaselineProblem]:
    names = [*(each.name for each in profiles()), SDK]
    if baseline.profile not in names:
        text = f"there is no profile {baseline.profile!r}; there are {', '.join(names)}"
        yield BaselineProblem(Weight.ERROR, ProblemKind.PROFILE, "", text)
    times = Counter((each.check, each.signature) for each in baseline.entries)
    suite = KnownChecks()
    for entry in baseline.entries:
        if not (_of_an_sdk(entry) if baseline.profile == SDK else suite.can_exist(entry.check)):
            yield BaselineProblem(Weight.ERROR, ProblemKind.UNKNOWN, entry.check, _unknown(entry))
        if entry.expired(day):
            whose = f" (owner: {entry.owner})" if entry.owner else ""
            yield BaselineProblem(
                Weight.ERROR, ProblemKind.EXPIRED, entry.check, f"it excuses nothing since {entry.expires}{whose}"
            )
        if not entry.reason.strip():
            yield BaselineProblem(
                Weight.WARNING, ProblemKind.REASON, entry.check, "no reason says why that is accepted"
            )
    for (check, signature), number in times.items():
        if number > 1:
            yield BaselineProblem(
                Weight.ERROR, ProblemKind.TWICE, check, f"it stands there {number} times with {signature!r}"
            )


def _of_an_sdk(entry: Entry) -> bool:
    """Tell whether a clause of SDKs is meant; which cases there are depends on the SDK."""
    return any(matches(each, CheckId.parse(entry.check).clause) for each in sdk_clauses())


def _unknown(entry: Entry) -> str:
    parts = CheckId.parse(entry.check)
    if parts.clause in clauses():
        return f"{parts.clause} has no such check: milvus-tck explain {parts.clause}"
    near = nearest(parts.clause, [*clauses(), *sdk_clauses()])
    return f"no clause is called {parts.clause!r}" + (f"; the nearest are {', '.join(near)}" if near else "")


def _by_runs(baseline: Baseline, runs: Sequence[Results]) -> Iterator[BaselineProblem]:
    """Say what the last run found stale, and what is flaky more often than it may be."""
    index = EntryIndex(baseline.entries)
    if runs:
        last = max(runs, key=lambda run: run.header.started)
        whole = last.complete and not last.header.partial
        for entry in stale_entries(index, last.checks, whole=whole):
            yield BaselineProblem(
                Weight.ERROR, ProblemKind.STALE, entry.check, "it passes now: milvus-tck baseline prune"
            )
    for entry in baseline.entries:
        if entry.flaky is not None and entry.flaky < 1:
            yield from _too_often(entry, runs)


def _too_often(entry: Entry, runs: Sequence[Results]) -> Iterator[BaselineProblem]:
    """Count the runs in which a check was judged, and those in which it failed, once or always."""
    judged: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for run in runs:
        for check in run.checks:
            state = State(check.state)
            if entry.names(check.check) and (state is State.PASS or state.broken or state is State.FLAKY):
                judged[check.check] += 1
                failed[check.check] += state is not State.PASS
    for name, number in judged.items():
        if entry.flaky is not None and failed[name] > ceil(entry.flaky * number):  # one failure of one run says nothing
            text = f"it failed in {failed[name]} of {number} runs, and may in {entry.flaky:g} of them"
            yield BaselineProblem(Weight.ERROR, ProblemKind.FLAKY, name, text)
