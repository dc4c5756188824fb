"""Baselines: the failures that a target's owner already knows.

A baseline lives in the target's own repository. It decides the gate verdict and never
the conformance verdict: a known failure is still a failure.

    schema = 1
    profile = "2.3"

    [[expect]]
    check = "insert/num-rows-zero:code@grpc"    # a check, or a pattern with * and ?
    signature = "code:65535!=1100"
    reason = "#1234: our parameter errors have no code yet"
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import tomli_w

from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State
from milvus_tck.verdict.whole_file import write_whole

__all__ = ["Baseline", "BaselineError", "Comparison", "Entry", "compare", "read_baseline", "write_baseline"]

_SCHEMA = 1
_KEYS = {"check", "signature", "reason", "issue"}
_WIDTH = 160
_HEAD = "# Failures that are known. Each needs a reason that the next reader understands.\n\n"


class BaselineError(Exception):
    """A baseline can not be used."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known failure: which check, how it fails, and why that is accepted for now."""

    check: str
    signature: str
    reason: str
    issue: str = ""

    def names(self, check: str) -> bool:
        """Tell whether the entry is about that check."""
        return fnmatchcase(check, self.check)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known failures of one target in one profile."""

    profile: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run held against a baseline."""

    #: Failures that the baseline lists, with that very signature.
    expected: list[CheckEvent]
    #: Failures that it does not list, or lists with another signature.
    unexpected: list[CheckEvent]
    #: Entries whose checks pass now.
    stale: list[Entry]
    #: Entries that name no check of the suite.
    unmatched: list[Entry]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison for `summary.json`."""
        return {
            "expected": [check.check for check in self.expected],
            "unexpected": [check.check for check in self.unexpected],
            "stale": [entry.check for entry in self.stale],
            "unmatched": [entry.check for entry in self.unmatched],
        }


def read_baseline(path: Path, profile: str) -> Baseline:
    """Read a baseline and hold it against the run's profile; raises `BaselineError`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BaselineError(f"{path} can not be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{path} is no TOML: {error}") from error
    if raw.get("schema") != _SCHEMA:
        raise BaselineError(f"{path} has schema {raw.get('schema')}, this version reads {_SCHEMA}")
    if raw.get("profile") != profile:
        raise BaselineError(f"{path} is for profile {raw.get('profile')}, this run is for {profile}")
    return Baseline(profile, tuple(_entry(row, path) for row in raw.get("expect", ())))


def _entry(row: dict[str, Any], path: Path) -> Entry:
    missing = {"check", "signature", "reason"} - row.keys()
    unknown = row.keys() - _KEYS
    if missing or unknown:
        trouble = f"lacks {sorted(missing)}" if missing else f"has unknown keys {sorted(unknown)}"
        raise BaselineError(f"{path}: the entry for {row.get('check', '?')!r} {trouble}")
    return Entry(**row)


def compare(baseline: Baseline, checks: Iterable[CheckEvent], known: Iterable[str]) -> Comparison:
    """Hold checks against a baseline; `known` are all checks of the suite, asked for or not."""
    judged = list(checks)
    failing = [check for check in judged if State(check.state).failed]
    listed = [check for check in failing if _listed(baseline, check)]
    ids = {check.check for check in judged} | set(known)
    return Comparison(
        expected=listed,
        unexpected=[check for check in failing if check not in listed],
        stale=[entry for entry in baseline.entries if _is_stale(entry, judged)],
        unmatched=[entry for entry in baseline.entries if not any(entry.names(each) for each in ids)],
    )


def _listed(baseline: Baseline, check: CheckEvent) -> bool:
    return any(entry.names(check.check) and entry.signature == check.signature for entry in baseline.entries)


def _is_stale(entry: Entry, judged: list[CheckEvent]) -> bool:
    """An entry is stale when what it names ran and passed, all of it."""
    states = [check.state for check in judged if entry.names(check.check)]
    return bool(states) and all(state == State.PASS for state in states)


def write_baseline(path: Path, profile: str, suite: str, checks: Iterable[CheckEvent]) -> int:
    """Write the failures of a run as a baseline; return how many there are."""
    failing = sorted((check for check in checks if State(check.state).failed), key=lambda check: check.check)
    entries = [{"check": check.check, "signature": check.signature, "reason": _reason(check)} for check in failing]
    content = {"schema": _SCHEMA, "profile": profile, "suite": suite, "expect": entries}
    write_whole(path, _HEAD + tomli_w.dumps(content))
    return len(entries)


def _reason(check: CheckEvent) -> str:
    if not check.expected:
        return check.text
    return f"expected {check.expected}, got {check.actual}"[:_WIDTH].replace("\n", " ")
