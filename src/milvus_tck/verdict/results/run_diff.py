"""Diff of two runs: regressions, fixes, and whatever else became of checks that both of them asked for.

    diff = diff_of(read_results(old), read_results(new))
    [each.check for each in diff.of(CheckChangeKind.REGRESSION)]

What a failure is, and whether two failures are the same one, is told as a baseline tells it. What one of the two did
not judge is no regression, and no fix.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.baseline import Entry
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.diff_file import (
    CheckChangesTable,
    CheckChangeTable,
    CircumstanceTable,
    DiffTables,
    RunTable,
    SlowerTestTable,
)
from milvus_tck.verdict.results.events import CheckEvent, Header
from milvus_tck.verdict.results.result_file import Results

__all__ = ["CheckChange", "CheckChangeKind", "Circumstance", "RunDiff", "SlowerTest", "diff_of", "is_comparable"]

#: A test is slower where it took so many times as long, and so many seconds more: below that it is noise.
_TIMES, _SECONDS = 2.0, 1.0
#: Checks of the form of answers have the time of no test.
_WIRE = "wire"


class CheckChangeKind(StrEnum):
    """What became of a check from one run to another."""

    #: It did not fail, and does.
    REGRESSION = "regression"
    #: It fails, and failed, in another way.
    OTHER_SIGNATURE = "other-signature"
    #: It breaks its promise just as released servers do, and did not before.
    NEWLY_DEVIATING = "newly-deviating"
    #: Its promise was kept or broken, and is neither now.
    NEWLY_UNVERIFIED = "newly-unverified"
    #: Its promise was neither kept nor broken, and is now.
    NEWLY_JUDGED = "newly-judged"
    #: Its promise was broken, and is kept.
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class CheckChange:
    """One check that both runs asked for, and that came to something else."""

    kind: CheckChangeKind
    old: CheckEvent
    new: CheckEvent

    @property
    def check(self) -> str:
        """The id of the check."""
        return self.new.check

    @property
    def decides(self) -> bool:
        """Whether it says anything for or against a target: what is only observed is found otherwise each time."""
        return self.old.decides or self.new.decides

    @property
    def words(self) -> str:
        """Say what it was and what it is: both states, and both signatures where there are any."""
        return f"{_words(self.old)} → {_words(self.new)}"

    @property
    def table(self) -> CheckChangeTable:
        """What a file says of it."""
        sides = (self.old.state, self.old.signature, self.new.state, self.new.signature)
        return CheckChangeTable(self.check, Level(self.new.level).value, self.new.rpc, *sides)


@dataclass(frozen=True, slots=True)
class SlowerTest:
    """A test that took longer; times in seconds, of the whole test."""

    test: str
    old: float
    new: float

    @property
    def words(self) -> str:
        """Say both figures."""
        return f"{self.old:.2f} s → {self.new:.2f} s"

    @property
    def table(self) -> SlowerTestTable:
        """What a file says of it."""
        return SlowerTestTable(self.test, self.old, self.new)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Something that makes two runs less comparable: another target, profile, release of the suite, selection."""

    what: str
    old: str
    new: str

    @property
    def words(self) -> str:
        """Say both sides."""
        return f"{self.what}: {self.old or 'none'} → {self.new or 'none'}"

    @property
    def table(self) -> CircumstanceTable:
        """What a file says of it."""
        return CircumstanceTable(self.what, self.old, self.new)


@dataclass(frozen=True)
class RunDiff:
    """Two runs, side by side."""

    old: Results
    new: Results
    circumstances: tuple[Circumstance, ...]
    changes: tuple[CheckChange, ...]
    slower: tuple[SlowerTest, ...]
    #: Checks that only one of the two asked for.
    only_old: tuple[CheckEvent, ...]
    only_new: tuple[CheckEvent, ...]
    #: Changes that decide nothing, where these were left out (see `deciding`).
    observed: int = 0

    def deciding(self) -> "RunDiff":
        """Leave out changes that decide nothing, and count them."""
        kept = tuple(each for each in self.changes if each.decides)
        return replace(self, changes=kept, observed=self.observed + len(self.changes) - len(kept))

    def of(self, kind: CheckChangeKind) -> list[CheckChange]:
        """Return the changes of a kind, the most binding first."""
        return [each for each in self.changes if each.kind is kind]

    @property
    def same(self) -> bool:
        """Whether every check of both runs came to the same."""
        return not (self.changes or self.only_old or self.only_new)

    @property
    def counts(self) -> dict[CheckChangeKind, int]:
        """How many changes there are of each kind, the gravest first."""
        return {kind: len(self.of(kind)) for kind in CheckChangeKind}

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of it, as `reports/schema/diff.schema.json` says."""
        found: dict[str, Any] = msgspec.to_builtins(
            DiffTables(
                schema=1,
                old=_named(self.old),
                new=_named(self.new),
                circumstances=[each.table for each in self.circumstances],
                changes=CheckChangesTable(*([each.table for each in self.of(kind)] for kind in CheckChangeKind)),
                slower=[each.table for each in self.slower],
                only_old=[each.check for each in self.only_old],
                only_new=[each.check for each in self.only_new],
            )
        )
        return found


def diff_of(old: Results, new: Results) -> RunDiff:
    """Hold a run against an earlier one; what was run only because others need it is not looked at."""
    before = {each.check: each for each in old.checks}
    after = {each.check: each for each in new.checks}
    pairs = [(each, after[name]) for name, each in before.items() if name in after]
    found = [CheckChange(kind, was, now) for was, now in pairs if (kind := _kind(was, now)) is not None]
    kinds, levels = list(CheckChangeKind), list(Level)
    found.sort(key=lambda it: (kinds.index(it.kind), levels.index(Level(it.new.level)), it.check))
    return RunDiff(
        old=old,
        new=new,
        circumstances=tuple(_circumstances(old, new)),
        changes=tuple(found),
        slower=tuple(_slower(old.checks, new.checks)),
        only_old=tuple(each for name, each in before.items() if name not in after),
        only_new=tuple(each for name, each in after.items() if name not in before),
    )


def is_comparable(old: Header, new: Header) -> bool:
    """Tell whether two runs asked the same target the same: its version, and the suite's, may be others."""

    def said(header: Header) -> tuple[object, ...]:
        held = (header.target.name, header.profile, header.strict, header.strict_protocol)
        return (*held, header.partial, header.asked)

    return bool(new.asked) and said(old) == said(new)


def _kind(old: CheckEvent, new: CheckEvent) -> CheckChangeKind | None:
    """Say what became of a check; `None` where it is as it was."""
    was, now = State(old.state), State(new.state)
    if was.unverified or now.unverified:
        return _verified(was, now)
    if now is State.PASS:
        return None if was is State.PASS else CheckChangeKind.FIX
    if was.failed == now.failed and was is not State.PASS:
        same = Entry(old.check, old.signature).excuses(new.check, new.signature)
        return None if same else CheckChangeKind.OTHER_SIGNATURE
    return CheckChangeKind.REGRESSION if now.failed else CheckChangeKind.NEWLY_DEVIATING


def _verified(was: State, now: State) -> CheckChangeKind | None:
    if was.unverified == now.unverified:
        return None
    return CheckChangeKind.NEWLY_JUDGED if was.unverified else CheckChangeKind.NEWLY_UNVERIFIED


def _slower(old: Iterable[CheckEvent], new: Iterable[CheckEvent]) -> list[SlowerTest]:
    """List the tests of both runs that took longer, those that took most of it first."""
    before, after = _seconds(old), _seconds(new)
    pairs = [SlowerTest(name, before[name], after[name]) for name in before.keys() & after.keys()]
    slower = [it for it in pairs if it.old > 0 and it.new >= _TIMES * it.old and it.new - it.old >= _SECONDS]
    return sorted(slower, key=lambda it: (it.old - it.new, it.test))


def _seconds(checks: Iterable[CheckEvent]) -> dict[str, float]:
    """Return how long each test took: every check of one has the time of the whole; it runs over each binding."""
    found: dict[str, float] = {}
    for check in checks:
        if check.test != _WIRE:
            name = check.test if check.binding == GRPC else f"{check.test} over {check.binding}"
            found[name] = max(found.get(name, 0.0), check.seconds)
    return found


def _circumstances(old: Results, new: Results) -> Iterator[Circumstance]:
    before, after = dict(_held(old.header)), dict(_held(new.header))
    for what, was in before.items():
        if was != after[what]:
            yield Circumstance(what, was, after[what])
    yield from _asked(old.header, new.header)
    for word, run in (("old", old), ("new", new)):
        if not run.complete:
            yield Circumstance(f"the {word} run", "", "cut short")


def _held(header: Header) -> Iterator[tuple[str, str]]:
    yield "target", header.target.name
    yield "version of the target", header.target.version
    yield "profile", header.profile
    yield "release of the profile", header.release or header.profile
    yield "release of the suite", header.suite
    yield "--strict", _yes(header.strict)
    yield "--strict-protocol", _yes(header.strict_protocol)


def _asked(old: Header, new: Header) -> Iterator[Circumstance]:
    """Say what was asked for otherwise; files of earlier suites tell only whether it was a part."""
    if not (old.asked and new.asked):
        if old.partial != new.partial:
            yield Circumstance("selection", _part(old), _part(new))
        return
    for name in dict.fromkeys([*old.asked, *new.asked]):
        if old.asked.get(name) != new.asked.get(name):
            yield Circumstance(f"--{name}", old.asked.get(name, ""), new.asked.get(name, ""))


def _part(header: Header) -> str:
    return "a part of the suite" if header.partial else "the whole suite"


def _yes(given: bool) -> str:  # noqa: FBT001 - a value, no switch
    return "given" if given else ""


def _words(event: CheckEvent) -> str:
    return f"{event.state} ({event.signature})" if event.signature else event.state


def _named(results: Results) -> RunTable:
    header = results.header
    return RunTable(
        target=header.target.name,
        version=header.target.version,
        profile=header.profile,
        release=header.release or header.profile,
        suite=header.suite,
        started=header.started,
        run=header.run,
        complete=results.complete,
    )
