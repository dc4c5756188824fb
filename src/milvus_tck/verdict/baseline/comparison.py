"""Comparison: a run held against a baseline: what was expected, what was not, and which entries have had their time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from milvus_tck.verdict.baseline.baseline import Baseline, Entry
from milvus_tck.verdict.model.known_checks import KnownChecks, is_wire
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["Comparison", "EntryIndex", "compare", "stale_entries", "today"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run held against a baseline."""

    #: Failures that the baseline lists, with that very signature.
    expected: list[CheckEvent]
    #: Failures that it does not list, lists with another signature, or listed until some day.
    unexpected: list[CheckEvent]
    #: Entries whose checks pass now.
    stale: list[Entry]
    #: Entries that can name no check of the suite, whatever is run.
    unmatched: list[Entry]
    #: Entries that excused a failure of this run until some day.
    expired: list[Entry] = field(default_factory=list)
    #: Why each expected failure is accepted, by check.
    reasons: dict[str, str] = field(default_factory=dict)
    #: Checks that failed, and did not when they ran again, of which an entry says that they fail.
    flaky: frozenset[str] = frozenset()
    #: Checks that nobody asked for, and that fail as an entry says.
    support: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for `summary.json`."""
        return {
            "expected": [check.check for check in self.expected],
            "unexpected": [check.check for check in self.unexpected],
            "stale": [entry.check for entry in self.stale],
            "unmatched": [entry.check for entry in self.unmatched],
            "expired": [entry.check for entry in self.expired],
        }


def today() -> date:
    """Return the day by which entries expire: the same one everywhere."""
    return datetime.now(UTC).date()


def compare(
    baseline: Baseline,
    checks: Iterable[CheckEvent],
    known: Iterable[str],
    *,
    support: Iterable[CheckEvent] = (),
    whole: bool = True,
    day: date | None = None,
) -> Comparison:
    """Hold checks against a baseline.

    `known` are the checks of the suite that the run could have judged, asked for or not;
    `support` are those that were run because others need them: an entry is told of nothing by them.
    `whole` says that the run judged all of them, and was not cut short.
    """
    judged = list(checks)
    on = day or today()
    failing = [check for check in judged if State(check.state).failed]
    index = EntryIndex(baseline.entries)
    excuses = {check.check: [each for each in index.of(check.check) if _excuses(each, check)] for check in failing}
    reasons = {
        name: next(each.reason for each in found if not each.expired(on))
        for name, found in excuses.items()
        if not all(each.expired(on) for each in found)
    }

    def excused(check: CheckEvent) -> bool:
        return any(_excuses(each, check) and not each.expired(on) for each in index.of(check.check))

    unexpected = [check for check in failing if check.check not in reasons]
    over = {id(entry) for check in unexpected for entry in excuses[check.check]}
    suite = KnownChecks(frozenset({check.check for check in judged}.union(known)))
    return Comparison(
        expected=[check for check in failing if check.check in reasons],
        unexpected=unexpected,
        stale=stale_entries(index, judged, whole=whole),
        unmatched=[entry for entry in baseline.entries if not suite.can_exist(entry.check)],
        expired=[entry for entry in baseline.entries if id(entry) in over],
        reasons=reasons,
        flaky=frozenset(check.check for check in judged if check.state == State.FLAKY and excused(check)),
        support=frozenset(check.check for check in support if State(check.state).failed and excused(check)),
    )


def _excuses(entry: Entry, check: CheckEvent) -> bool:
    return entry.excuses(check.check, check.signature)


class EntryIndex:
    """Entries by the checks that they name: there may be thousands of both."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._named: defaultdict[str, list[Entry]] = defaultdict(list)
        self._patterns: list[Entry] = []
        for entry in self.entries:
            (self._patterns if entry.is_pattern else self._named[entry.check]).append(entry)

    def of(self, check: str) -> list[Entry]:
        """Return the entries about a check: those that name it, then patterns."""
        return [*self._named.get(check, ()), *(each for each in self._patterns if each.names(check))]

    def states(self, checks: Iterable[CheckEvent]) -> dict[Entry, list[str]]:
        """Return what became of the checks that each entry names."""
        found: defaultdict[Entry, list[str]] = defaultdict(list)
        for check in checks:
            for entry in self.of(check.check):
                found[entry].append(check.state)
        return found


def stale_entries(index: EntryIndex, judged: Sequence[CheckEvent], *, whole: bool) -> list[Entry]:
    """List the entries of which all that they name was judged, and passed.

    A run of a part of the suite, or of some bindings, cannot tell of a pattern, for the
    rest may fail; nor of `wire/*`, which is judged by every call that a whole run makes.
    What is known to be flaky may pass, and so may what is only observed.
    """
    states = index.states(check for check in judged if check.decides)
    over = {check.binding for check in judged}
    suite = KnownChecks()

    def is_stale(entry: Entry) -> bool:
        if entry.flaky is not None or (not whole and (entry.is_pattern or is_wire(entry.check))):
            return False
        if not states.get(entry) or any(state != State.PASS for state in states[entry]):
            return False
        return not entry.is_pattern or suite.bindings(entry.check) <= over

    return [entry for entry in index.entries if is_stale(entry)]
