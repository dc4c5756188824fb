"""The context of a case: what a test knows of itself, and how it makes calls.

It stands on a caller, who makes calls and gives out names, and on a judge, who keeps the checks
and takes judgements. Neither knows the other.
"""

import random
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Self, TypeVar

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Exchange, Outcome
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.case.caller import Caller
from milvus_tck.verdict.case.judge import Judge
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.judgement import Check, Judgement
from milvus_tck.wire.call import Call

__all__ = ["CaseContext"]

Answer = TypeVar("Answer", bound=Message)
Step = TypeVar("Step")


class CaseContext:
    """What one test knows, and its calls."""

    def __init__(self, caller: Caller, checks: Sequence[Check]) -> None:
        """Let this caller make the calls of a test that owes these checks."""
        run = caller.run
        self._caller = caller
        self._judge = Judge(
            caller.test, checks, run.profile, caller.exchanges, strict=run.strict, compared=len(run.exchangers) > 1
        )

    @classmethod
    def of(cls, run: RunContext, test: str, checks: Sequence[Check], attempt: int = 1) -> Self:
        """Return the case of a test whose calls go to the target: `Case.of(run, "test_it", checks)`."""
        return cls(Caller(run, test, frozenset(check.clause.rpc for check in checks), attempt), checks)

    # -- what the engine knows of it, and a test need not ---------------------------------

    @property
    def run(self) -> RunContext:
        """The run that the test is a part of."""
        return self._caller.run

    @property
    def test(self) -> str:
        """The test, by a name that is unique within the run."""
        return self._caller.test

    @property
    def attempt(self) -> int:
        """Which run of the test this is, counted from 1."""
        return self._caller.attempt

    @property
    def exchanges(self) -> list[Exchange]:
        """What was said, as far as it proves anything."""
        return self._caller.exchanges

    @property
    def checks(self) -> Sequence[Check]:
        """What the test owes."""
        return self._judge.checks

    @property
    def judgements(self) -> Mapping[str, Judgement]:
        """What was judged so far, by check."""
        return self._judge.judgements

    def through(self, wrap: Callable[[Binding], Binding]) -> None:
        """Let calls travel through something that stands before the target, from now on."""
        self._caller.through(wrap)

    def close(self, stop: BaseException | None) -> list[Judgement]:
        """Give every check that is still open its state, and return all judgements in order."""
        return self._judge.close(stop)

    # -- what a test knows --------------------------------------------------------------

    @property
    def profile(self) -> Profile:
        """The profile that the target is held to."""
        return self._caller.profile

    @property
    def explore(self) -> float:
        """Seconds that explorations may take; 0 for as many as they take in every check."""
        return self._caller.run.explore

    @property
    def rpcs(self) -> frozenset[str]:
        """The RPCs that its clauses are about."""
        return self._caller.rpcs

    @property
    def random(self) -> random.Random:
        """A generator seeded by the run's seed and the test's name."""
        return self._caller.random

    def name(self, before: str = "", after: str = "") -> str:
        """Return a fresh name for an object of this run: `before` + prefix + number + `after`."""
        return self._caller.name(before, after)

    def foreign_name(self) -> str:
        """Return the name of something that nobody makes in this run."""
        return self._caller.foreign_name()

    def clause(self, of: str | None = None) -> Clause:
        """Return the clause of that id among those the test declares, or its only one."""
        return self._judge.clause(of)

    def owes(self, of: str, case: str = "") -> bool:
        """Tell whether this profile judges a clause that the test declares, in one of its cases."""
        return self._judge.owes(of, case)

    def holds(self, clause: str) -> bool:
        """Tell whether a clause that the test has judged is kept."""
        return self._judge.holds(clause)

    # -- calling; see `Caller` ------------------------------------------------------------

    def revive(self) -> bool:
        """Kill the target without warning, and start it again on its data; tell whether it came back.

        For what clauses read that are marked `revives`: these have an instance of the target for themselves.
        """
        return self._caller.revive()

    def call(
        self, call: Call[Answer], *, deadline: float | None = None, answers: Container[str] = ()
    ) -> Outcome[Answer]:
        """Make a call and return what the target said to it, whatever that is."""
        return self._caller.call(call, deadline=deadline, answers=answers)

    def ok(self, call: Call[Answer], *, deadline: float | None = None) -> Answer:
        """Make a call that has to succeed for the test to have a point, and return the answer."""
        return self._caller.ok(call, deadline=deadline)

    def told(self, call: Call[Answer]) -> Answer | None:
        """Ask something on the way: return the answer, or `None` where the target refuses in a Status."""
        return self._caller.told(call)

    def answered(self, call: Call[Answer], outcome: Outcome[Answer]) -> Answer:
        """Return the answer of a call that has to have succeeded; raises what ends the test where it has not."""
        return self._caller.answered(call, outcome)

    def undisturbed(self, step: Callable[[], Step]) -> Step:
        """Take a step that makes what it needs and judges nothing; again where the transport failed in it."""
        return self._caller.undisturbed(step)

    def until(self, call: Call[Answer], done: Callable[[Answer], bool], *, what: str, within: float = 120) -> Answer:
        """Repeat a call until its answer is as wanted; `what` names the condition."""
        return self.repeat(lambda: self.ok(call), done, rpc=call.rpc, what=what, within=within)

    def repeat(
        self, look: Callable[[], Step], done: Callable[[Step], bool], *, rpc: str, what: str, within: float = 120
    ) -> Step:
        """Look again and again until what is seen is as wanted; `what` names the condition, `rpc` who tells it."""
        return self._caller.repeat(look, done, rpc=rpc, what=what, within=within)

    def pause(self, seconds: float) -> None:
        """Wait between two looks, where a condition ends the waiting."""
        self._caller.pause(seconds)
