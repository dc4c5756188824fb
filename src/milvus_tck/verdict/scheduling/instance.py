"""An instance of the target that tests run on, with what was prepared there.

A test runs beside others (`attempt`) or with nothing beside it (`alone`). Only who runs
alone on a fresh instance, and kills it, is to blame for that.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import ExecutionResult, execute, not_run
from milvus_tck.verdict.case.preparations import Preparations
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.wire.descriptors import HTTP

__all__ = ["TargetInstance"]


@dataclass
class TargetInstance:
    """One instance of the target."""

    run: RunContext
    preparations: Preparations
    #: Brings a dead instance back and gives the run its new connection; False where that cannot be.
    recover: Callable[[], bool]
    #: Asks whether the instance is there.
    alive: Callable[[], bool]
    #: Nothing has run on it since it was started.
    fresh: bool = False
    #: The instance is gone for good.
    lost: bool = False
    #: How often each test was begun here.
    _begun: Counter[str] = field(default_factory=Counter)

    def case(self, job: Job, attempt: int = 1) -> Case:
        """Return a new case for a test."""
        run = self.run.for_binding(job.binding, itself=job.rpcs == {HTTP})
        return Case.of(run, job.test, job.checks, attempt)

    def attempt(self, job: Job) -> ExecutionResult:
        """Run a test among others."""
        if self.run.ending.is_set():
            return not_run(self.case(job), State.NOT_RUN, "interrupted", "the run was interrupted")
        if self.lost:
            return not_run(self.case(job), State.NOT_RUN, "target-lost", "the target is gone")
        self._begun[job.test] += 1
        case = self.case(job, self._begun[job.test])
        return execute(case, lambda: job.body(case, [self.preparations.get(shared) for shared in job.shared]))

    def alone(self, job: Job) -> ExecutionResult:
        """Run a test with nothing beside it; one that kills a fresh instance is to blame."""
        if not self.stands():
            return self.attempt(job)  # which says why it cannot be made
        fresh, self.fresh = self.fresh, False
        result = self.attempt(job)
        if self.run.ending.is_set() or (not result.died and self.alive()):
            return result
        return _blamed(result) if fresh else self.alone(job)

    def stands(self) -> bool:
        """Tell whether the instance is there, now that a dead one was brought back if that can be."""
        if not self.lost and not self.run.ending.is_set() and not self.alive():
            self.lost = not self.recover()
            self.fresh = not self.lost
            self.preparations.forget()
        return not self.lost and not self.run.ending.is_set()


def _blamed(result: ExecutionResult) -> ExecutionResult:
    """The target died of this test: its first check crashed, the others could not be made."""
    first, *others = result.judgements
    blocked = [
        replace(each, state=State.BLOCKED, signature="crash", blocked_by=first.check.clause.id) for each in others
    ]
    return replace(result, judgements=(_crash(first), *blocked), died=False)


def _crash(judgement: Judgement) -> Judgement:
    last = judgement.exchanges[-1].rpc if judgement.exchanges else judgement.check.clause.rpc
    return replace(judgement, state=State.TARGET_CRASH, signature=f"crash:{last}", actual="the target died")
