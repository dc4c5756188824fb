"""A running check: the planned tests of a run, from the header to the footer."""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from milvus_tck.targets.base import given_by, lacking, revivable
from milvus_tck.targets.monitor import TargetMonitor
from milvus_tck.verdict.case.concurrency_limit import AdaptiveLimit
from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.case.preparations import Preparations
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.known_deviations import known_deviations
from milvus_tck.verdict.results.events import Header
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.scheduler import Scheduler
from milvus_tck.verdict.scheduling.skip_rules import Conditions
from milvus_tck.verdict.session.event_log import EventLog
from milvus_tck.verdict.session.finished_check import FinishedCheck
from milvus_tck.verdict.session.open_target import OpenTarget
from milvus_tck.verdict.session.options import IN_FLIGHT
from milvus_tck.verdict.session.run_events import footer_of, header_of
from milvus_tck.verdict.witnesses.reference_objects import believe

__all__ = ["RunningCheck", "start"]


def start(
    target: OpenTarget,
    jobs: Sequence[Job],
    wanted: Iterable[str],
    known: Iterable[str],
    *,
    partial: bool,
    good: bool = False,
) -> "RunningCheck":
    """Begin a run of these jobs and tell its header: `wanted` checks are reported, `known` ones exist at all.

    The witnesses of a target that is known to be `good` are believed untried.
    Raises `OSError` where the header cannot be written.
    """
    if not good:
        believe(target.run, target.options.bindings)
    preparations = Preparations(target.run)
    asked = frozenset(wanted)
    log = EventLog(target.setup.consumers, target.profile, asked)
    header = header_of(target, planned=len(asked), partial=partial)
    scheduler = _scheduler(target, preparations)
    log.tell(header)
    order = {each.test: each for each in _shuffled(jobs, target.setup.seed)}
    return RunningCheck(target, order, frozenset(known), header, log, preparations, scheduler)


def _scheduler(target: OpenTarget, preparations: Preparations) -> Scheduler:
    options, run, server = target.options, target.run, target.target
    workers = options.workers or server.declared.in_flight or IN_FLIGHT
    run.pace = AdaptiveLimit(workers, options.timeout)
    several = server.throwaway and server.restartable
    return Scheduler(
        target.instances.main(run, preparations),
        workers,
        beside=(lambda: target.instances.beside(run)) if several else None,
        revival=(lambda: target.instances.beside(run, to_be_killed=True)) if several else None,
        conditions=Conditions(
            hostile=options.may_be_hostile(throwaway=server.throwaway),
            revivable=revivable(server),
            lacking=target.probes.lacking,
            without=lacking(server.declared, given_by(server.credentials)),
            beyond=server.declared.beyond,
        ),
        told_apart=partial(_told_apart, target),
    )


def _told_apart(target: OpenTarget, judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Tell what released servers break from what the target breaks, unless nobody wants that."""
    return tuple(judgements if target.options.strict_protocol else known_deviations(judgements, target.profile))


def _shuffled(jobs: Sequence[Job], seed: int) -> list[Job]:
    """Put tests in an order that only the seed decides: none may depend on another's place."""
    shuffled = list(jobs)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    return shuffled


@dataclass(frozen=True)
class RunningCheck:
    """A run whose tests are planned."""

    target: OpenTarget
    #: By their tests, in the order in which they are begun.
    jobs: Mapping[str, Job]
    #: Every check that exists in the profile.
    known: Collection[str]
    header: Header
    log: EventLog
    preparations: Preparations
    scheduler: Scheduler

    def results(self) -> Iterator[ExecutionResult]:
        """Run every planned test and yield what each came to."""
        return map(self._told_apart, self.scheduler.results(self.jobs.values()))

    def single(self, job: Job) -> ExecutionResult:
        """Run one test by itself, for those who bring tests one by one."""
        return self._told_apart(self.scheduler.single(job))

    def _told_apart(self, result: ExecutionResult) -> ExecutionResult:
        return replace(result, judgements=_told_apart(self.target, result.judgements))

    def take(self, result: ExecutionResult) -> None:
        """Report what a test came to, and whether that was asked for."""
        job = self.jobs[result.test]
        shared = [each.name for each in job.shared]
        for judgement in result.judgements:
            self.log.judged(judgement, job.node, shared)

    def finish(self, *, complete: bool = True, interrupted: Callable[[], bool] = lambda: False) -> FinishedCheck:
        """Clean up, write the footer, and come to the verdicts; the target is down after this.

        `interrupted` tells whether somebody pressed Ctrl-C, which may also happen meanwhile.
        """
        try:
            self.scheduler.close()
            self.preparations.close()
            leftovers = self._clean_up()  # first of all: the rest needs space on a disk
            for judgement in _told_apart(self.target, self._wire_judgements()):
                self.log.of_wire(judgement)
            lost = self.scheduler.lost
            whole = complete and not interrupted() and not lost
            footer = footer_of(self.target, self.log, self.preparations, leftovers, complete=whole, lost=lost)
            self.log.tell(footer)
        finally:
            self.target.stop()
        results = Results(self.header, self.log.events, footer, self.log.support)
        return FinishedCheck.of(self.target.options, results, self.target.setup.baseline, self.known)

    def _wire_judgements(self) -> list[Judgement]:
        run = self.target.run
        return [
            judgement
            for binding in self.target.options.bindings
            for judgement in run.for_binding(binding).contract.judgements(
                self.target.profile, binding, believed=not run.for_binding(binding).standing.floor()
            )
        ]

    def _clean_up(self) -> list[str]:
        """Drop what the run created, unless all of it goes with the target."""
        server, ledger, seconds = self.target.target, self.target.run.ledger, self.target.options.timeout
        if server.throwaway:
            ledger.close(clean=True)
            return []
        self.scheduler.instance.stands()  # whoever ran last may have killed it
        fresh = TargetMonitor(server, seconds)
        try:
            left = clean_up(fresh.binding, ledger.things, seconds, unanswered=ledger.unanswered)
        finally:
            fresh.close()
        ledger.close(clean=not left)
        return [str(each) for each in left]
