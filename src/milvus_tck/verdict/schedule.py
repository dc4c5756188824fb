"""Which test runs when, on a target that may die.

Servers wait rather than work, so many tests are in flight at once. A test starts when
the clauses it needs are judged and the things it reads are prepared. Hostile tests run
last and alone.

When the target dies, all tests in flight are suspects: the target comes back with fresh
data, each suspect runs again alone, and whoever kills it again is to blame. The others
get the judgement of their second run.
"""

import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from milvus_tck.spec.data import SpecError
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.execute import Result, execute, spared
from milvus_tck.verdict.judgement import HOSTILE, Check
from milvus_tck.verdict.needs import Needs
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.shared import Preparations, Shared
from milvus_tck.verdict.states import State

__all__ = ["Job", "Scheduler"]


@dataclass(frozen=True)
class Job:
    """One test to run."""

    test: str
    checks: Sequence[Check]
    #: Runs the test in a case, with the prepared things in the order of `shared`.
    body: Callable[[Case, Sequence[Any]], object]
    shared: tuple[Shared[Any], ...] = ()

    @cached_property
    def hostile(self) -> bool:
        """Whether it is known to kill servers."""
        return any(check.clause.hostile for check in self.checks)

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Ids of the clauses it judges."""
        return frozenset(check.clause.id for check in self.checks)

    @cached_property
    def needed(self) -> frozenset[str]:
        """Ids of the clauses that have to hold before it is run."""
        return frozenset(each for check in self.checks for each in check.clause.needs) - self.clauses


@dataclass
class Scheduler:
    """Runs jobs and yields their results as they come."""

    run: Run
    preparations: Preparations
    #: How many tests are in flight at most.
    workers: int
    #: Brings a dead target back and gives the run its new connection; False where that can not be.
    recover: Callable[[], bool]
    #: Asks whether the target is there.
    alive: Callable[[], bool]
    #: Whether hostile tests may run on this target.
    hostile: bool = True
    #: RPCs that the target is known to lack.
    lacking: frozenset[str] = frozenset()
    #: The target is gone for good.
    lost: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._done: queue.SimpleQueue[tuple[Job, Result]] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="case")
        self._needs = Needs()
        self._fresh = False

    def results(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """Run every job once and yield each result once; the order is that of completion."""
        waiting = list(jobs)
        self._needs.expect(waiting)
        calm = [job for job in waiting if not job.hostile]
        hostile = [job for job in waiting if job.hostile]
        self._prepare(calm)
        yield from self._together(calm)
        for job in hostile:
            yield self._settle(job, self._alone(job) if self.hostile else _not_hostile(self._case(job)))

    def close(self) -> None:
        """Wait for what is in flight; nothing new starts."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    # -- many at once -------------------------------------------------------------------

    def _together(self, jobs: list[Job]) -> Iterator[Result]:
        waiting, flying, suspects = list(jobs), 0, list[Job]()
        while waiting or flying or suspects:
            if suspects and not flying:
                for job in suspects:
                    yield self._settle(job, self._alone(job))
                suspects = []
                self._prepare(waiting)
            elif not suspects:
                started, waiting = self._start(waiting, self.workers - flying)
                flying += started
            if not flying and not self._can_move(waiting):
                continue
            job, result = self._done.get()
            if job is _NOBODY:
                continue
            flying -= 1
            if result.died:
                suspects.append(job)
            else:
                yield self._settle(job, result)

    def _can_move(self, waiting: list[Job]) -> bool:
        """Tell whether something is under way that lets a waiting job start."""
        if any(not self._prepared(job) for job in waiting):
            return True
        stuck = [job.test for job in waiting if not self._needs.decided(job)]
        if stuck and len(stuck) == len(waiting):
            message = f"these tests wait for each other: {', '.join(stuck)}"
            raise SpecError(message)
        return False

    def _start(self, waiting: list[Job], room: int) -> tuple[int, list[Job]]:
        """Start what is ready, as far as there is room; return how many, and what still waits."""
        started, left = 0, []
        for job in waiting:
            if started < room and self._needs.decided(job) and self._prepared(job):
                self._submit(job)
                started += 1
            else:
                left.append(job)
        return started, left

    def _submit(self, job: Job) -> None:
        self._pool.submit(lambda: self._done.put((job, self._attempt(job))))

    def _prepared(self, job: Job) -> bool:
        return all(self.preparations.start(shared).done() for shared in job.shared)

    def _prepare(self, jobs: list[Job]) -> None:
        for job in jobs:
            for shared in job.shared:
                self.preparations.start(shared).add_done_callback(self._wake)

    def _wake(self, _future: Future[Any]) -> None:
        """A thing is prepared: let the loop look again at who can start."""
        self._done.put((_NOBODY, Result(_NOBODY.test, ())))

    # -- one at a time ------------------------------------------------------------------

    def _alone(self, job: Job) -> Result:
        """Run a job with nothing beside it; one that kills a fresh target is to blame."""
        if not self.lost and not self.alive():
            self._bring_back()
        if self.lost:
            return spared(self._case(job), State.NOT_RUN, "target-lost", "the target is gone")
        fresh, self._fresh = self._fresh, False
        result = self._attempt(job)
        if not result.died and self.alive():
            return result
        return _blamed(result) if fresh else self._alone(job)

    def _bring_back(self) -> None:
        """Restart the target; what was prepared on the old one is gone with it."""
        self.lost = not self.recover()
        self._fresh = not self.lost
        self.preparations.forget()
        self.run.ledger.forget()

    # -- one test -----------------------------------------------------------------------

    def _case(self, job: Job) -> Case:
        return Case(self.run, job.test, job.checks)

    def _attempt(self, job: Job) -> Result:
        case = self._case(job)
        if self.lost:
            return spared(case, State.NOT_RUN, "target-lost", "the target is gone")
        lacking = {check.clause.rpc for check in job.checks} & self.lacking
        if lacking and not any(identifier.endswith("/implemented") for identifier in job.clauses):
            rpc = min(lacking)
            return spared(case, State.UNSUPPORTED, f"unsupported:{rpc}", f"the target lacks {rpc}")
        failed = self._needs.failed(job)
        if failed:
            return spared(case, State.BLOCKED, f"needs:{failed}", f"{failed} does not hold", blocked_by=failed)
        return execute(case, lambda: job.body(case, [self.preparations.get(shared) for shared in job.shared]))

    def _settle(self, job: Job, result: Result) -> Result:
        self._needs.settle(job, result)
        return result


def _blamed(result: Result) -> Result:
    """The target died of this test: its first check crashed, the others could not be made."""
    first, *others = result.judgements
    last = first.exchanges[-1].rpc if first.exchanges else first.check.clause.rpc
    crash = replace(first, state=State.TARGET_CRASH, signature=f"crash:{last}", actual="the target died")
    blocked = [
        replace(each, state=State.BLOCKED, signature="crash", blocked_by=first.check.clause.id) for each in others
    ]
    return replace(result, judgements=(crash, *blocked), died=False)


def _not_hostile(case: Case) -> Result:
    why = "known to kill servers: runs only on a target that we started, or with --hostile"
    return spared(case, State.NOT_RUN, HOSTILE, why)


_NOBODY = Job("", (), lambda _case, _things: None)
