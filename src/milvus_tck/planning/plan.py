"""Plan: a run before it begins: what would be judged, and why the rest would not; nothing is started for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from milvus_tck.planning.choice import Absent, SuiteTest, choose
from milvus_tck.spec.clause_files import clause as clause_of
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation, Level
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.check import Check
from milvus_tck.verdict.model.scope import Scope, scope_of
from milvus_tck.verdict.scheduling.assignment import Assignment
from milvus_tck.verdict.scheduling.skip_rules import Conditions, Skip, blocked_by, skip_of
from milvus_tck.verdict.session.options import CheckOptions

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


@dataclass(frozen=True)
class Plan:
    """What a run is made of, and why it leaves out the rest."""

    profile: Profile
    options: CheckOptions
    #: The tests that run: those that owe a check which is reported, and those that these need.
    jobs: tuple[Assignment, ...]
    #: The checks that are reported.
    checks: tuple[Check, ...]
    #: What is not judged, a clause at a time, each with its reason.
    absent: tuple[Absent, ...]
    #: Ids of every check of the profile over these bindings, asked for or not.
    known: frozenset[str]
    #: How many tests run, or would, although nobody asked for them, because what was asked for needs them.
    support: int

    @property
    def partial(self) -> bool:
        """Whether some checks are left out because nobody asked for them."""
        return {check.id for check in self.checks} != self.known

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """The checks by clause, in the order of the clauses."""
        wanted = {check.id for check in self.checks}
        runs: dict[str, list[tuple[Check, str]]] = {}
        for job in self.jobs:
            for check in job.checks:
                if check.id in wanted:
                    runs.setdefault(check.clause.id, []).append((check, job.node))
        return tuple(_planned(each, runs[name], self.profile) for name, each in clauses().items() if name in runs)

    @property
    def always(self) -> tuple[Clause, ...]:
        """Promises about every answer: judged in whatever is asked, one check for each RPC that answers."""
        return tuple(each for each in clauses().values() if each.rpc == "wire" and each.applies_to(self.profile))

    @property
    def scope(self) -> Scope:
        """The RPCs that would be judged, and the others; which are met on the way, only a run knows."""
        judged = {each.clause.rpc for each in self.planned}
        left_out = {each.clause.rpc for each in self.absent if each.checks}
        return scope_of(self.profile, judged, left_out)


def collect(
    tests: Iterable[SuiteTest], options: CheckOptions, line: Profile, conditions: Conditions | None = None
) -> Plan:
    """Plan a run of the suites in a profile; raises `SelectionError` where what is asked for cannot be read.

    With `conditions`, as far as they are known of a target, the tests that would not run there are left out; a
    run finds that out by itself.

        collect(known_tests(), CheckOptions("null", select="rpc=Search"), profile("2.6")).checks
    """
    choice = choose(tests, options, line)
    wanted = {check.id for check in choice.wanted}
    skips = {} if conditions is None else foretell(choice.chosen, conditions)
    left_out = Counter(
        (check.clause.id, skips[job.test])
        for job in choice.chosen
        if job.test in skips
        for check in job.checks
        if check.id in wanted
    )
    jobs = tuple(job for job in choice.chosen if job.test not in skips)
    owed = {check.id for job in jobs for check in job.checks}
    return Plan(
        line,
        options,
        jobs,
        tuple(check for check in choice.wanted if check.id in owed),
        (*_left_out(left_out), *choice.absent),
        choice.known,
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
