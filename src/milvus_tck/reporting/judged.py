"""A run with its verdicts: what every report is made from."""

import shlex
from dataclasses import dataclass
from functools import cached_property

from milvus_tck.reporting.across import Counterpart, counterparts, holds_over
from milvus_tck.reporting.blocking import Blocking, find_blocking
from milvus_tck.reporting.causes import Cause, root_causes
from milvus_tck.reporting.scope import ScopeRow, scope_rows
from milvus_tck.reporting.sentence import Sentence, verdict_sentence
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.events import CheckEvent, Footer, Header
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.states import Exit
from milvus_tck.verdict.summary import Summary, reaches

__all__ = ["JudgedRun"]

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
        return verdict_sentence(self.results, self.summary)

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
        return find_blocking(self.results.checks)

    @cached_property
    def causes(self) -> list[Cause]:
        """Root causes; what the baseline knows is counted elsewhere, not shown."""
        unexpected = (event for event in self.results.checks if event.check not in self.known)
        return root_causes(unexpected, self.blocking)

    @cached_property
    def counterparts(self) -> dict[str, list[Counterpart]]:
        """Where the checks that fail over one binding pass over another."""
        return counterparts(self.results)

    def holds_over(self, check: CheckEvent) -> str:
        """Name the bindings over which a failing check passes; empty where it passes over none."""
        return holds_over(check, self.counterparts)

    def repro(self, check: CheckEvent) -> str:
        """Return the command that prints a script which replays the check's exchange."""
        return shlex.join(["milvus-tck", "repro", self.folder, check.check])
