"""A run before it begins: what would be judged, and why the rest would not; nothing is started for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from milvus_tck.planning.choice import Absent, SuiteTest, choose
from milvus_tck.spec.clause_files import clause as clause_of
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation, Level
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.assignment import Assignment
from milvus_tck.verdict.check import Check
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.scope import Scope, scope_of
from milvus_tck.verdict.skip import Conditions, Skip, blocked_by, skip_of

__all__ = ["Plan", "Planned", "Reached", "collect", "foretell"]


@dataclass(frozen=True, slots=True)
class Reached:
    """What is known of the target that the plan is for."""

    target: str
    profile: Profile
    #: Why that profile, in words.
    reason: str
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Planned:
    """One clause that would be judged."""

    clause: Clause
    expectation: Expectation
    text: str
    checks: tuple[Check, ...]
    #: Node ids of the tests that judge it.
    tests: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Whether it promises a success or a refusal."""
        return "success" if self.expectation.ok else "refusal"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would become of every clause."""

    reached: Reached
    options: CheckOptions
    #: The tests that would run.
    jobs: tuple[Assignment, ...]
    planned: tuple[Planned, ...]
    absent: tuple[Absent, ...]
    #: Promises about every answer: judged in whatever is asked, one check for each RPC that answers.
    always: tuple[Clause, ...]
    #: Tests that run although nobody asked for them, because what was asked for needs them.
    support: int

    @property
    def checks(self) -> list[Check]:
        """Every check that would run."""
        return [check for each in self.planned for check in each.checks]

    @property
    def scope(self) -> Scope:
        """The RPCs that would be judged, and the others; which are met on the way, only a run knows."""
        judged = {each.clause.rpc for each in self.planned}
        left_out = {each.clause.rpc for each in self.absent if each.checks}
        return scope_of(self.reached.profile, judged, left_out)


def collect(tests: Iterable[SuiteTest], options: CheckOptions, reached: Reached) -> Plan:
    """Say what of the suites would run against what was reached."""
    choice = choose(tests, options, reached.profile)
    wanted = {check.id for check in choice.wanted}
    skips = foretell(choice.chosen, reached.conditions)
    runs: dict[str, list[tuple[Check, str]]] = {}
    left_out: Counter[tuple[str, Skip]] = Counter()
    for job in choice.chosen:
        for check in job.checks:
            if check.id in wanted and job.test in skips:
                left_out[check.clause.id, skips[job.test]] += 1
            elif check.id in wanted:
                runs.setdefault(check.clause.id, []).append((check, job.node))
    return Plan(
        reached,
        options,
        tuple(job for job in choice.chosen if job.test not in skips),
        tuple(_planned(clause_of(name), runs[name], reached.profile) for name in clauses() if name in runs),
        (*_left_out(left_out), *choice.absent),
        tuple(each for each in clauses().values() if each.rpc == "wire" and each.applies_to(reached.profile)),
        sum(not any(check.id in wanted for check in job.checks) for job in choice.chosen),
    )


def foretell(jobs: Sequence[Assignment], conditions: Conditions) -> dict[str, Skip]:
    """Say which tests would not run, and why, by the rules of the scheduler.

    What a test needs counts as broken as soon as one `must` check of it is not made.
    """
    skips: dict[str, Skip] = {}
    broken: set[str] = set()
    new = {job.test: skip for job in jobs if (skip := skip_of(job, conditions)) is not None}
    while new:
        skips |= new
        broken.update(check.key for job in jobs if job.test in new for check in job.checks if check.level is Level.MUST)
        new = {
            job.test: blocked_by(min(job.needed & broken))
            for job in jobs
            if job.test not in skips and not job.needed.isdisjoint(broken)
        }
    return skips


def _planned(clause: Clause, found: Sequence[tuple[Check, str]], profile: Profile) -> Planned:
    checks = tuple(check for check, _ in found)
    tests = tuple(dict.fromkeys(test for _, test in found))
    return Planned(clause, clause.expectation(profile), clause.sentence(profile), checks, tests)


def _left_out(found: Counter[tuple[str, Skip]]) -> Iterator[Absent]:
    return (Absent(clause_of(name), skip.absence, skip.why, checks) for (name, skip), checks in found.items())
