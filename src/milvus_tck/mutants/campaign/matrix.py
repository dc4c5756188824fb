"""The kill matrix: what became of every mutant, and what that says of the clauses and checks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from milvus_tck import __version__
from milvus_tck.mutants.campaign.fates import Fate, MutantResult
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["THRESHOLD", "Matrix", "judged_clauses"]

#: Share of mutants that have to be killed by their own clause.
THRESHOLD = 0.97


def judged_clauses(line: Profile) -> list[str]:
    """List the clauses that a mutant has to prove: testable, and a `must` of the profile."""
    return [
        each.id for each in clauses().values() if each.level is Level.MUST and each.testable and each.applies_to(line)
    ]


@dataclass(frozen=True)
class Matrix:
    """What a campaign came to."""

    target: str
    version: str
    profile: Profile
    verdicts: Sequence[MutantResult]
    seconds: float
    jobs: Mapping[str, Job]
    #: Not all mutants there are: a sample, or a selection.
    partial: bool = False

    @cached_property
    def totals(self) -> Counter[Fate]:
        """How many mutants came to what."""
        return Counter(each.fate for each in self.verdicts)

    @cached_property
    def counted(self) -> list[MutantResult]:
        """Mutants that the score is made of."""
        return [each for each in self.verdicts if each.counts]

    @property
    def score(self) -> float:
        """Share of what counts that was killed by its own clause; 0 where nothing counts."""
        killed = sum(each.fate is Fate.OWN for each in self.counted)
        return killed / len(self.counted) if self.counted else 0.0

    @property
    def open(self) -> list[MutantResult]:
        """Survivors that nobody has explained."""
        return [each for each in self.verdicts if each.open]

    @property
    def faulty(self) -> dict[str, str]:
        """Mutants whose operator ended with an error, each with what it said."""
        return {each.mutant.id: each.trouble for each in self.verdicts if each.fate is Fate.FAULTY}

    @property
    def per_minute(self) -> float:
        """Mutants that were judged in a minute."""
        return len(self.verdicts) / self.seconds * 60 if self.seconds else 0.0

    @cached_property
    def unproven(self) -> dict[str, str]:
        """Clauses that have to be proven and are not, each with what its mutants came to."""
        proven = {each.mutant.clause for each in self.verdicts if each.fate is Fate.OWN}
        fates: dict[str, list[str]] = {}
        for each in self.verdicts:
            if not (self.partial and each.explained):  # a sample may hold nothing else of a clause
                fates.setdefault(each.mutant.clause, []).append(each.fate.value)
        open_ = [name for name in judged_clauses(self.profile) if name not in proven]
        found = {name: ", ".join(sorted(set(fates.get(name, ["no mutant"])))) for name in open_}
        return {name: what for name, what in found.items() if name in fates or not self.partial}

    @property
    def excused(self) -> frozenset[str]:
        """Clauses that this server breaks itself, or that were not judged on it: no mutant can prove them here."""
        return frozenset(name for name, fates in self.unproven.items() if fates == Fate.INVALID.value)

    @cached_property
    def never_killed(self) -> list[str]:
        """`must` checks that pass, and that no mutant made fail."""
        fates: dict[str, set[Fate]] = {}
        for verdict in self.verdicts:
            for cell in verdict.cells:
                fates.setdefault(cell.check, set()).add(cell.fate)
        musts = {check.id for job in self.jobs.values() for check in job.checks if check.level is Level.MUST}
        killed = {Fate.OWN, Fate.ELSEWHERE}
        return sorted(
            name for name, seen in fates.items() if name in musts and not seen & killed and Fate.INVALID not in seen
        )

    @cached_property
    def faults(self) -> dict[str, str]:
        """Tests that ended with an error of their own under some mutant."""
        return {test: error for each in self.verdicts for test, error in each.errors.items()}

    @property
    def good(self) -> bool:
        """Whether the suite notices enough, and nothing is left to be explained."""
        return self.score >= THRESHOLD and not self.open and not self.faulty and not set(self.unproven) - self.excused

    def as_dict(self) -> dict[str, Any]:
        """Write the matrix as JSON."""
        return {
            "schema": 1,
            "suite": __version__,
            "target": self.target,
            "version": self.version,
            "profile": self.profile.name,
            "partial": self.partial,
            "seconds": round(self.seconds, 1),
            "mutants_per_minute": round(self.per_minute),
            "score": round(self.score, 4),
            "counted": len(self.counted),
            "good": self.good,
            "totals": {fate.value: self.totals[fate] for fate in Fate},
            "faulty": self.faulty,
            "open": [each.mutant.id for each in self.open],
            "unproven": self.unproven,
            "never_killed": self.never_killed,
            "faults": self.faults,
            "mutants": [_row(each) for each in self.verdicts],
        }


def _row(verdict: MutantResult) -> dict[str, Any]:
    mutant = verdict.mutant
    row = {
        **_mutant(mutant),
        "fate": verdict.fate.value,
        "tests": verdict.tests,
        "live": verdict.live,
        "cells": [
            {"check": cell.check, "test": cell.test, "fate": cell.fate.value, "signature": cell.signature}
            for cell in verdict.cells
        ],
    }
    if verdict.trouble:
        row["trouble"] = verdict.trouble
    if verdict.missed:
        row["missed"] = verdict.missed
    if verdict.fate is Fate.SURVIVED:
        row["triage"] = {"state": "equivalent", "reason": mutant.equivalent} if mutant.equivalent else {"state": "open"}
    return row


def _mutant(mutant: Mutant) -> dict[str, Any]:
    return {
        "id": mutant.id,
        "clause": mutant.clause,
        "rpc": mutant.rpc,
        "sentence": mutant.sentence,
        "operator": mutant.operator,
        "seen": mutant.seen,
    }
