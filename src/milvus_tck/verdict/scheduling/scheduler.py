"""Scheduler: which test runs when, on a target that may die.

Servers wait rather than work, so many tests are in flight at once. A test goes through
these monitors:

    undecided   a clause that it needs is not judged yet
    preparing   what it reads is being made; nothing is made for a test that will not run
    ready       waits for room
    flying      runs, beside others

Hostile tests, and those that kill the target themselves, run alone: in lanes of their own where the
target can be started more than once (see `hostile_lanes`), or one after the other when everything else is through.

When the target dies, all tests in flight are suspects: it comes back with fresh data,
each suspect runs again alone, and who kills it again is to blame. The others get the
judgement of their second run.

A test that got no answer in time, among many others, runs again alone in the end: it may
have been the crowd. Where that does not help, an RPC is not waited for again.

A test whose transport failed runs again beside the others; one that failed is confirmed alone, when no
other is left for its instance, before anybody is told (see `trials`). What stands on it waits for that.
"""

import queue
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from milvus_tck.spec.clause_files import ROOT, clauses
from milvus_tck.spec.data import SpecError
from milvus_tck.verdict.case.execution import ExecutionResult, waited_in_vain
from milvus_tck.verdict.case.trials import ToldApart, confirmed, disturbed, doubtful, together
from milvus_tck.verdict.model.check import GRPC
from milvus_tck.verdict.model.obligations import is_bound
from milvus_tck.verdict.scheduling.hostile_lanes import LANES, HostileLanes
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.needs import Needs
from milvus_tck.verdict.scheduling.not_run import NotRun
from milvus_tck.verdict.scheduling.skip_rules import Conditions

__all__ = ["Scheduler"]

#: What failures may be confirmed for: seconds, or this share of the time that all other tests took.
_LEAST, _SHARE = 30.0, 0.5


@dataclass
class Scheduler:
    """Runs jobs and yields their results as they come."""

    instance: TargetInstance
    #: How many tests are in flight at most.
    workers: int
    #: Starts another instance for hostile tests; `None` where there is only one.
    beside: Callable[[], TargetInstance] | None = None
    #: Starts one for tests that kill it and look at what comes back; `None` as well.
    revival: Callable[[], TargetInstance] | None = None
    #: What is known of the target that decides which tests run on it.
    conditions: Conditions = field(default_factory=Conditions)
    #: Which failures are known of released servers, and need not be confirmed.
    told_apart: ToldApart = tuple

    _undecided: list[Job] = field(default_factory=list, init=False)
    _preparing: set[Job] = field(default_factory=set, init=False)
    _ready: deque[Job] = field(default_factory=deque, init=False)
    _flying: int = field(default=0, init=False)
    _suspects: list[Job] = field(default_factory=list, init=False)
    #: The runs of each test that is not settled yet.
    _runs: defaultdict[Job, list[ExecutionResult]] = field(default_factory=lambda: defaultdict(list), init=False)
    #: Tests that got no answer in time, and the calls that nobody answers.
    _late: deque[Job] = field(default_factory=deque, init=False)
    _hopeless: set[str] = field(default_factory=set, init=False)
    #: Tests that failed, and the seconds that were spent on confirming others.
    _failing: list[Job] = field(default_factory=list, init=False)
    _spent: float = field(default=0.0, init=False)
    _began: float = field(default=0.0, init=False)
    #: Hostile tests: how many are in a lane, and which wait for the end.
    _aside: int = field(default=0, init=False)
    _last: deque[Job] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        #: A test with what it came to, or with `None` where something it reads is prepared.
        self._news: queue.SimpleQueue[tuple[Job, ExecutionResult | None]] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="case")
        self._lanes = self._aside_of(self.beside, LANES)
        #: What kills the target and looks at what comes back has an instance that nothing else has poisoned.
        self._revival = self._aside_of(self.revival, 1)
        self._needs = Needs()
        self._not_run = NotRun(self._needs, self.conditions, self._floor)

    def _aside_of(self, beside: Callable[[], TargetInstance] | None, lanes: int) -> HostileLanes | None:
        if beside is None:
            return None
        return HostileLanes(beside, lambda job, result: self._news.put((job, result)), lanes, self.told_apart)

    def _confirmed(self, job: Job, runs: Sequence[ExecutionResult] = ()) -> ExecutionResult:
        return confirmed(self.instance, job, runs, told_apart=self.told_apart)

    def _floor(self, job: Job) -> str:
        """Say why nothing can be judged over a test's binding: its own, where a collection can be created over that."""
        run = self.instance.run
        own = ROOT in clauses() and is_bound(clauses()[ROOT], "", job.binding, run.profile)
        return run.for_binding(job.binding if own else GRPC).standing.floor(of_itself=job.of_itself)

    @property
    def lost(self) -> bool:
        """Whether the target is gone for good."""
        return self.instance.lost

    def results(self, jobs: Iterable[Job]) -> Iterator[ExecutionResult]:
        """Run every job once and yield each result once; the order is that of completion.

        What is known to take long starts first, beside the rest, so that nothing waits for it at the end.
        """
        self._undecided, self._began = sorted(jobs, key=lambda job: not job.slow), time.monotonic()
        self._needs.expect(self._undecided)
        yield from self._decide()
        while self._busy or self._late or self._failing:
            # Hostile tests have instances of their own: they are not beside what is confirmed alone.
            if self._busy and (self._calm or not self._failing or not self._news.empty()):
                yield from self._round()
            else:
                yield from self._confirm() if self._failing else self._again()
        self._complain_of_circles()
        for job in self._last:
            yield self._settle(job, self._confirmed(job))

    def single(self, job: Job) -> ExecutionResult:
        """Run one test by itself, for those who bring tests one by one."""
        self._needs.expect([job])
        return self._settle(job, self._not_run.of(self.instance.case(job), job) or self._confirmed(job))

    def close(self) -> None:
        """Wait for what is in flight; nothing new starts."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for lanes in (self._lanes, self._revival):
            if lanes is not None:
                lanes.close()

    @property
    def _busy(self) -> bool:
        return self._calm or bool(self._aside)

    @property
    def _calm(self) -> bool:
        """Whether there are tests for the main instance, none of which is hostile."""
        return bool(self._flying or self._preparing or self._ready or self._suspects)

    # -- one round ----------------------------------------------------------------------

    def _round(self) -> Iterator[ExecutionResult]:
        """Start what can be started, and take in one piece of news."""
        if self._suspects and not self._flying:
            yield from self._question()
            return
        if not self._suspects:
            self._start()
        job, result = self._news.get()
        if result is None:
            self._prepare(job)
            return
        self._landed(job)
        if result.died:
            self._suspects.append(job)
        elif job.hostile:  # its lane has run it as often as it takes
            yield self._settle(job, result)
            yield from self._decide()
        else:
            yield from self._weigh(job, result)

    def _weigh(self, job: Job, result: ExecutionResult) -> Iterator[ExecutionResult]:
        """Take in what a run of a test came to, and find out whether it runs again, and where."""
        runs = self._runs[job]
        runs.append(result)
        if disturbed(runs):
            self._ready.append(job)
        elif waited_in_vain(result):
            self._late.append(job)
        elif doubtful(runs, self.told_apart):
            self._failing.append(job)
        else:
            yield self._settle(job, together(runs))
            yield from self._decide()

    def _landed(self, job: Job) -> None:
        if job.hostile:
            self._aside -= 1
        else:
            self._flying -= 1

    def _question(self) -> Iterator[ExecutionResult]:
        """Run each suspect alone."""
        suspects, self._suspects = self._suspects, []
        for job in suspects:
            yield self._settle(job, self._confirmed(job))
        if self._undecided or self._preparing or self._ready:
            self.instance.stands()  # who was blamed last left it dead: the others would be suspects for nothing
        yield from self._decide()

    def _again(self) -> Iterator[ExecutionResult]:
        """Run a test alone that got no answer in time, if there is hope that this helps."""
        job = self._late.popleft()
        runs = self._runs[job]
        if not waited_in_vain(runs[-1]) & self._hopeless:
            runs.append(self.instance.alone(job))
            self._hopeless |= waited_in_vain(runs[-1])
        if doubtful(runs, self.told_apart):
            self._failing.append(job)
            return
        yield self._settle(job, together(runs))
        yield from self._decide()

    def _confirm(self) -> Iterator[ExecutionResult]:
        """Confirm a failure alone, the quickest first; when the time for that is up, it is told as it is."""
        job = min(self._failing, key=self._seconds)
        self._failing.remove(job)
        runs, now = self._runs[job], time.monotonic()
        others = now - self._began - self._spent
        result = self._confirmed(job, runs) if self._spent < max(_LEAST, others * _SHARE) else together(runs)
        self._spent += time.monotonic() - now
        yield self._settle(job, result)
        yield from self._decide()

    def _seconds(self, job: Job) -> float:
        return max((each.seconds for each in self._runs[job][-1].judgements), default=0.0)

    # -- from monitor to monitor --------------------------------------------------------

    def _decide(self) -> Iterator[ExecutionResult]:
        """Let the tests move on whose needs are judged; those that need not run end here."""
        moved = True
        while moved:
            decided = [job for job in self._undecided if self._needs.decided(job)]
            if decided:
                admitted = set(decided)
                self._undecided = [job for job in self._undecided if job not in admitted]
            moved = False
            for job in decided:
                not_run = self._not_run.of(self.instance.case(job), job)
                if not_run is not None:
                    moved = True
                    yield self._settle(job, not_run)
                else:
                    self._admit(job)

    def _admit(self, job: Job) -> None:
        if not job.hostile:
            self._prepare(job)
            return
        lanes = self._revival if job.revives else self._lanes
        if lanes is not None:
            self._aside += 1
            lanes.submit(job)
        elif job.revives:
            self._last.appendleft(job)
        else:
            self._last.append(job)

    def _prepare(self, job: Job) -> None:
        """Have made what a test reads; whenever a part of it is made, the loop comes back here."""
        self._preparing.add(job)
        for shared in job.shared:
            future = self.instance.preparations.start(shared)
            if not future.done():
                future.add_done_callback(lambda _future: self._news.put((job, None)))
                return
        self._preparing.discard(job)
        if job.slow:
            self._ready.appendleft(job)
        else:
            self._ready.append(job)

    def _start(self) -> None:
        pace = self.instance.run.pace
        while self._ready and self._flying < (self.workers if pace is None else pace.limit):
            self._flying += 1
            self._submit(self._ready.popleft())

    def _submit(self, job: Job) -> None:
        self._pool.submit(lambda: self._news.put((job, self.instance.attempt(job))))

    def _settle(self, job: Job, result: ExecutionResult) -> ExecutionResult:
        self._needs.settle(job, result)
        self._runs.pop(job, None)
        return result

    def _complain_of_circles(self) -> None:
        if self._undecided:
            message = f"these tests wait for each other: {', '.join(job.test for job in self._undecided)}"
            raise SpecError(message)
