"""Bringing a baseline up to date with a run: what people wrote into it stays.

An entry goes when all that it names was judged and passes. One that the run did not judge
stays as it is, and so do the reason, the issue, the owner and the day of one that still fails.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milvus_tck.verdict.baseline.baseline import Baseline, Entry, read_baseline
from milvus_tck.verdict.baseline.comparison import EntryIndex, stale_entries
from milvus_tck.verdict.baseline.text import BaselineText
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["Update", "prune_baseline", "write_baseline"]

_WIDTH = 160
#: How a reason begins that nobody wrote: as the reports tell a failure.
_DRAFT = re.compile(r"([\w.\[\]]+: )?expected .*, got ")


@dataclass(frozen=True, slots=True)
class Update:
    """What became of a baseline."""

    #: Checks that fail now and were not listed.
    added: tuple[str, ...]
    #: Entries whose checks all pass now.
    removed: tuple[str, ...]
    #: Checks that were listed and fail in another way now.
    changed: tuple[str, ...]
    #: Entries that stay because something they name fails.
    failing: tuple[str, ...]
    #: Entries that stay because this run did not judge what they name, or not all of it.
    unjudged: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        names = ("added", "removed", "changed", "failing", "unjudged")
        return {name: list(getattr(self, name)) for name in names}


def write_baseline(path: Path, profile: str, suite: str, checks: Iterable[CheckEvent], *, whole: bool = True) -> Update:
    """Write the failures of a run into a baseline, which may exist already.

    Raises `BaselineError` where the file is there and is none, `OSError` where it cannot be written.
    """
    judged = list(checks)
    before = read_baseline(path, profile) if path.exists() else Baseline(profile, ())
    text = BaselineText.parse(path.read_text(encoding="utf-8")) if path.exists() else BaselineText.new(profile, suite)
    plan = _Plan(before.entries, judged, whole=whole)
    text = text.by_suite(suite).changed(plan.row).with_entries([_row(check) for check in plan.new])
    write_whole(path, str(text).encode("utf-8", "replace"))
    return plan.update()


def prune_baseline(path: Path, profile: str, checks: Iterable[CheckEvent], *, whole: bool, dry_run: bool) -> Update:
    """Take out the entries whose checks were judged and pass, and nothing else."""
    before = read_baseline(path, profile)
    plan = _Plan(before.entries, list(checks), whole=whole, only_prune=True)
    if plan.removed and not dry_run:
        write_whole(path, str(BaselineText.parse(path.read_text(encoding="utf-8")).changed(plan.row)))
    return plan.update()


class _Plan:
    """What a run does to the entries of a baseline."""

    def __init__(
        self, entries: Sequence[Entry], judged: Sequence[CheckEvent], *, whole: bool, only_prune: bool = False
    ) -> None:
        self.entries = entries
        index = EntryIndex(entries)
        self._states = index.states(judged)
        self.removed = stale_entries(index, judged, whole=whole)
        self.new: list[CheckEvent] = []
        #: Entries that stand for another failure of their check now, by what they were.
        self.changed: dict[Entry, CheckEvent] = {}
        failing = () if only_prune else [check for check in judged if State(check.state).failed and check.decides]
        for check in sorted(failing, key=lambda each: each.check):
            self._place(check, index.of(check.check))

    def _place(self, check: CheckEvent, about: list[Entry]) -> None:
        """Find the entry that a failure belongs to: one that lists it, one that lists its check, or a new one."""
        if any(each.excuses(check.check, check.signature) for each in about):
            return
        own = [each for each in about if not each.is_pattern and each.flaky is None and each not in self.changed]
        if own:
            self.changed[own[0]] = check
        else:
            self.new.append(check)

    def row(self, number: int, row: dict[str, Any]) -> dict[str, Any] | None:
        """Say what becomes of an entry of the file."""
        entry = self.entries[number]
        if entry in self.removed:
            return None
        check = self.changed.get(entry)
        if check is None:
            return row
        drafted = _DRAFT.match(entry.reason) is not None
        return row | {"signature": check.signature} | ({"reason": _reason(check)} if drafted else {})

    def update(self) -> Update:
        """Say what became of the baseline."""
        stay = [each for each in self.entries if each not in self.removed]
        failing = [each for each in stay if any(State(state).broken for state in self._states.get(each, ()))]
        return Update(
            added=tuple(check.check for check in self.new),
            removed=tuple(each.check for each in self.removed),
            changed=tuple(each.check for each in self.changed),
            failing=tuple(each.check for each in failing),
            unjudged=tuple(each.check for each in stay if each not in failing),
        )


def _row(check: CheckEvent) -> dict[str, str]:
    return {"check": check.check, "signature": check.signature, "reason": _reason(check)}


def _reason(check: CheckEvent) -> str:
    """Draft a reason from what was seen: in one line, bounded."""
    if not check.expected:
        return check.text
    return check.contrast[:_WIDTH].replace("\n", " ")
