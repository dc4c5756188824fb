"""A run with its verdicts: what every report is made from."""

import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from milvus_tck.reporting.blocked_checks import Blocking, find_blocking
from milvus_tck.reporting.causes import Cause, root_causes, start_here
from milvus_tck.reporting.counterparts import Counterpart, counterparts, holds_over
from milvus_tck.reporting.scope import ScopeRow, scope_rows
from milvus_tck.reporting.sentence import Sentence, verdict_sentence
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.run_diff import RunDiff
from milvus_tck.verdict.results.summary import Summary, reaches

__all__ = ["JudgedRun"]

#: Options that say which checks are run, and where what they come to is kept.
_OF_A_RUN = frozenset({"--select", "--out", "--baseline", "--write-baseline", "--format"})
_MEANING = {
    Exit.OK: "nothing unexpected",
    Exit.UNEXPECTED: "something unexpected: a failure, or a baseline entry that no longer fails",
    Exit.UNDETERMINED: "must checks that were asked for are not verified",
    Exit.TARGET_LOST: "the target crashed, was lost, or became another one",
    Exit.NOTHING_RAN: "nothing ran, or a baseline entry names no check",
    Exit.OUR_BUG: "the harness failed: a bug of ours",
    Exit.INTERRUPTED: "the run was interrupted",
}


@dataclass(frozen=True)
class JudgedRun:
    """The events of a run, what they come to, and where they are kept."""

    results: Results
    summary: Summary
    #: The result folder as its user names it, for the commands that a report shows.
    folder: str = "."
    #: What changed since the last comparable run; `None` where there is none.
    since: RunDiff | None = None

    @property
    def header(self) -> Header:
        """How the run began."""
        return self.results.header

    @property
    def footer(self) -> Footer | None:
        """How the run ended; `None` where it was killed."""
        return self.results.footer

    @cached_property
    def sentence(self) -> Sentence:
        """The conformance verdict."""
        return verdict_sentence(self.results, self.summary, self.because)

    @property
    def because(self) -> str:
        """What keeps most of the open `must` checks from being judged, in words; empty where nothing stands out."""
        must = [event for event in self.results.checks if event.level == Level.MUST and State(event.state).unverified]
        return self.blocking.roots.because(must)

    @property
    def gate(self) -> str:
        """The gate verdict, with what it rests on."""
        code = self.summary.exit_code
        return f"Gate {self.summary.gate.value} (exit {int(code)}): {_MEANING.get(code, code.name)}."

    @property
    def scope(self) -> list[ScopeRow]:
        """The RPCs of the profile that were not judged, by name; nothing where nobody knows the profile."""
        return [] if self.summary.scope is None else scope_rows(self.summary.scope)

    @cached_property
    def known(self) -> frozenset[str]:
        """Ids of the failures that the baseline lists."""
        baseline = self.summary.baseline
        return frozenset() if baseline is None else frozenset(event.check for event in baseline.expected)

    def reason_of(self, check: CheckEvent) -> str:
        """Return why the baseline accepts a failure; empty where it does not, or does not say."""
        return "" if self.summary.baseline is None else self.summary.baseline.reasons.get(check.check, "")

    def gates(self, check: CheckEvent) -> bool:
        """Tell whether a check that failed is one that fails the gate: nobody expected it, and it binds enough."""
        return check.check not in self.known and reaches(check, Level(self.header.fail_on))

    @cached_property
    def blocking(self) -> Blocking:
        """Which failure keeps which check from being judged."""
        return find_blocking(self.results.checks, self.results.support)

    @cached_property
    def causes(self) -> list[Cause]:
        """Root causes; what the baseline knows is counted elsewhere, unless nothing else failed."""
        failing = [event for event in self.results.checks if State(event.state).failed]
        unexpected = [event for event in failing if event.check not in self.known]
        known = [event for event in failing if event.check in self.known and event.level == Level.MUST]
        support = {root.check: root for root in self.blocking.roots.failing.values() if root.support}
        return root_causes([*(unexpected or known), *support.values()], self.blocking)

    @property
    def only_known(self) -> bool:
        """Whether every failure is one that the baseline lists, so that these are shown first."""
        return bool(self.known) and all(cause.root or cause.example.check in self.known for cause in self.causes)

    @cached_property
    def start_here(self) -> list[Cause]:
        """The causes that are shown first."""
        return start_here(self.causes)

    def as_dict(self) -> dict[str, Any]:
        """Return `summary.json`."""
        return self.summary.as_dict(self.results) | {"start_here": [self.told(cause) for cause in self.start_here]}

    def told(self, cause: Cause) -> dict[str, Any]:
        """Return a cause as `summary.json` has it."""
        return {
            "what": cause.title,
            "level": cause.level.value,
            "rpc": cause.rpc,
            "check": cause.example.check,
            "expected": "" if cause.root else cause.example.expected,
            "actual": cause.example.actual,
            "witness": [] if cause.root else cause.example.witness,
            "mutants": None if cause.root else cause.example.mutants,
            "checks": 0 if cause.root else len(cause.checks),
            "blocks": cause.blocks,
            "alike": cause.alike,
            "known": self.reason_of(cause.example),
        }

    def start_line(self, cause: Cause) -> str:
        """Say in a line where to start: what, what came, and how much stands on it."""
        weight = f" ({cause.weight})" if cause.weight else ""
        unsafe = "unsafe: " if cause.unsafe else ""
        return f"{unsafe}{cause.title}{weight}: {cause.example.actual or cause.example.signature}"

    @cached_property
    def counterparts(self) -> dict[str, list[Counterpart]]:
        """Where the checks that fail over one binding pass over another."""
        return counterparts(self.results)

    def holds_over(self, check: CheckEvent) -> str:
        """Name the bindings over which a failing check passes; empty where it passes over none."""
        return holds_over(check, self.counterparts)

    def repro(self, check: CheckEvent) -> str:
        """Return the command that reproduces a check: of a server a script that replays its exchange.

        An SDK is asked again, through its driver.
        """
        if check.family == SDK:
            condition = CheckId.parse(check.check).condition
            words = self.header.command[2:]
            typed = words[1:] if words[:1] == ["run"] else words
            return shlex.join([*self.header.command[:2], "--select", condition, *_unselected(typed)])
        return shlex.join(["milvus-tck", "repro", self.folder, check.check])


def _unselected(words: list[str]) -> list[str]:
    """Leave out what a command selects, before the command of a driver begins."""
    end = words.index("--") if "--" in words else len(words)
    kept, skip = list[str](), False
    for word in words[:end]:
        option, equals, _ = word.partition("=")
        if skip or option in _OF_A_RUN:
            skip = not skip and not equals
        else:
            kept.append(word)
    return [*kept, *words[end:]]
