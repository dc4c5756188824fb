"""One check run from beginning to end: target, run, events, verdict.

    session = Session(options)
    session.open()                     # the target is up, identified, probed
    session.plan(jobs, known)          # the header is written
    for result in session.results(): …
    summary = session.close()          # cleaned up, footer written, verdicts known

Whoever runs the tests (the pytest plugin, or a test of ours) drives it.
"""

import os
import platform
import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol

from milvus_tck import __version__
from milvus_tck.bindings.outcome import Exchange
from milvus_tck.extras import need
from milvus_tck.targets.base import Target
from milvus_tck.targets.capabilities import capability_rows, probe
from milvus_tck.targets.identity import Identity, choose_profile, identify
from milvus_tck.targets.resolve import resolve
from milvus_tck.targets.station import Station, needs_gateway
from milvus_tck.verdict.baseline import read_baseline
from milvus_tck.verdict.cleanup import clean_up
from milvus_tck.verdict.comparison import Comparison, compare
from milvus_tck.verdict.events import CheckEvent, Footer, Header, check_event
from milvus_tck.verdict.execute import Result
from milvus_tck.verdict.instances import Instances
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import Judgement, over
from milvus_tck.verdict.ledger import Ledger
from milvus_tck.verdict.options import IN_FLIGHT, CheckOptions
from milvus_tck.verdict.pace import Pace
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.scenes import believe
from milvus_tck.verdict.schedule import Scheduler
from milvus_tck.verdict.shared import Preparations
from milvus_tck.verdict.showing import exchange_json
from milvus_tck.verdict.skip import Conditions
from milvus_tck.verdict.states import State
from milvus_tck.verdict.summary import Summary, count, summarise
from milvus_tck.wire.redaction import command_words, scrub

__all__ = ["Consumer", "Session"]

_RUN_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Consumer(Protocol):
    """Somebody who is told of every event."""

    def write(self, event: Header | CheckEvent | Footer) -> None:
        """Take in one event."""


@dataclass
class Session:
    """One check run."""

    options: CheckOptions
    consumers: list[Consumer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.target: Target = resolve(self.options.target, self.options.credentials, urls=self.options.urls)
        #: Read before anything is started: what is wrong with it is known now.
        self._baseline = read_baseline(self.options.baseline) if self.options.baseline is not None else None
        self.seed = self.options.seed if self.options.seed is not None else secrets.randbelow(1 << 32)
        self._started = time.monotonic()
        self._events: list[CheckEvent] = []
        #: What nobody asked for, and was run because others need it.
        self._support: list[CheckEvent] = []
        #: What decided the passes of a run over several bindings.
        self._decided: dict[str, Exchange] = {}
        self._wanted: frozenset[str] = frozenset()
        self._known: frozenset[str] = frozenset()
        self._ended = False
        self._lost = False
        self.opened = False
        #: Whether the header is written, so that there is something to close.
        self.planned = False

    # -- the target ---------------------------------------------------------------------

    def open(self) -> None:
        """Bring the target up, find out who it is and what it is held to.

        Raises `TargetError` where it can not be had, `UnknownProfileError` where nothing
        tells its profile, `MissingExtraError` where a part of ours that it takes is not installed,
        `BaselineError` where the baseline is for another profile.
        """
        if needs_gateway(self.target, self.options.bindings):
            need("gateway", f"{', '.join(self.options.bindings)} on {self.target.name}")
        self.target.start()
        try:
            self.station = Station(self.target, self.options.timeout, bindings=self.options.bindings)
            self._instances = Instances(self.options, self.target, self.station)
            self.identity = identify(self.station.binding, self.options.timeout)
            self.profile, self.reason = choose_profile(self.options.profile, self.identity, self.target.declared)
            if self._baseline is not None:
                self._baseline.held_to(self.profile.name)
            run = "".join(secrets.choice(_RUN_LETTERS) for _ in range(6))
            self.probes = probe(self.station.binding, f"tck_{run}_probe", self.options.timeout)
            self.run = self._new_run(run)
            self.opened = True
        except BaseException:
            self.target.stop()
            raise

    def _new_run(self, run: str) -> Run:
        exchanger = self.station.exchanger(self.profile)
        ledger = Ledger(run, self.target.address)
        others, strict = self.station.others(self.profile), self.options.strict
        return Run(run, self.profile, exchanger, self.station, ledger, self.seed, strict=strict, others=others)

    # -- the tests ----------------------------------------------------------------------

    def plan(self, jobs: Sequence[Job], wanted: Iterable[str], known: Iterable[str], *, partial: bool) -> None:
        """Take in what will run: `wanted` checks are reported, `known` ones exist at all."""
        self._jobs = self._shuffled(jobs)
        self._wanted = frozenset(wanted)
        self._known = frozenset(known)
        self._tests = {job.test: job for job in jobs}
        believe(self.run, self.options.bindings)
        self.preparations = Preparations(self.run)
        self._scheduler = self._new_scheduler()
        self._header = self._make_header(partial=partial)
        self._tell(self._header)
        self.planned = True

    def _new_scheduler(self) -> Scheduler:
        ours = self.target.throwaway and self.target.restartable
        workers = self.options.workers or self.target.declared.in_flight or IN_FLIGHT
        self.run.pace = Pace(workers, self.options.timeout)
        return Scheduler(
            self._instances.main(self.run, self.preparations),
            workers,
            beside=(lambda: self._instances.beside(self.run)) if ours else None,
            conditions=Conditions(
                hostile=self.options.may_be_hostile(throwaway=self.target.throwaway),
                lacking=self.probes.lacking,
                without=self.target.declared.lacks,
            ),
        )

    def _shuffled(self, jobs: Sequence[Job]) -> list[Job]:
        """Put tests in an order that only the seed decides: none may depend on another's place."""
        shuffled = list(jobs)
        random.Random(self.seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
        return shuffled

    def results(self) -> Iterator[Result]:
        """Run every planned test and yield what each came to."""
        return self._scheduler.results(self._jobs)

    def single(self, job: Job) -> Result:
        """Run one test by itself, for those who bring tests one by one."""
        return self._scheduler.single(job)

    def take(self, result: Result) -> None:
        """Report what a test came to, and whether that was asked for."""
        job = self._tests[result.test]
        shared = [each.name for each in job.shared]
        for judgement in result.judgements:
            if judgement.state is State.PASS and judgement.deciding is not None:
                self._decided[judgement.check.id] = judgement.deciding
            self._report(judgement, job.node, shared, support=judgement.check.id not in self._wanted)

    def _report(self, judgement: Judgement, test: str, shared: list[str], *, support: bool = False) -> None:
        event = check_event(judgement, test, judgement.check.clause.sentence(self.profile), shared, support=support)
        self._tell(event)
        (self._support if support else self._events).append(event)

    def abort(self) -> None:
        """Let everything in flight end now: Ctrl-C."""
        if self.run.ending.is_set():
            return
        self.run.ending.set()
        self.station.incidents.append("the run was interrupted")
        self._instances.hang_up()

    # -- the end ------------------------------------------------------------------------

    def close(self, *, complete: bool = True, interrupted: Callable[[], bool] = lambda: False) -> Summary:
        """Clean up, write the footer, and come to the verdicts; the target is down after this.

        `interrupted` tells whether somebody pressed Ctrl-C, which may also happen meanwhile.
        """
        try:
            self._scheduler.close()
            self.preparations.close()
            leftovers = self._clean_up()  # first of all: the rest needs space on a disk
            for judgement in self._wire_judgements():
                self._report(judgement, "wire", [])
            footer = self._make_footer(leftovers, complete=complete and not interrupted())
            self._tell(footer)
            return self._summarise(footer)
        finally:
            self.stop()

    def stop(self) -> None:
        """Take the target down, whatever happened before."""
        if not self._ended:
            self._ended = True
            if self.opened:
                self._instances.close()
                self.run.ledger.close(clean=self.target.throwaway or not self.run.ledger.things)
            else:
                self.target.stop()

    def _wire_judgements(self) -> list[Judgement]:
        return [
            judgement
            for binding in self.options.bindings
            for judgement in self.run.over(binding).contract.judgements(
                self.profile, binding, believed=not self.run.over(binding).standing.floor()
            )
        ]

    def _make_header(self, *, partial: bool) -> Header:
        return Header(
            suite=__version__,
            profile=self.profile.name,
            profile_reason=self.reason,
            target=self._target_dict(),
            run=self.run.id,
            seed=self.seed,
            command=list(command_words(self.options.command)),
            environment=_environment(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            planned=len(self._wanted),
            strict=self.options.strict,
            partial=partial,
            fail_on=self.options.fail_on.value,
        )

    def _target_dict(self) -> dict[str, Any]:
        return {
            "name": scrub(self.target.name),
            "version": self.identity.version or self.identity.build,
            "address": scrub(self.target.address),
            "identity": self.identity.as_dict(),
            "reliable": self.probes.reliable,
        }

    def _make_footer(self, leftovers: list[str], *, complete: bool) -> Footer:
        identity = self._identity_now()
        self._lost = self._lost or self._scheduler.lost
        if identity is not None and identity != self.identity:
            self._lost = True
            self.station.incidents.append(f"the target is another one now: {identity.as_dict()}")
        if not self.probes.reliable:
            self.station.incidents.append("the target does not refuse an RPC that nobody has: not a reliable witness")
        times = os.times()
        return Footer(
            complete=complete and not self._scheduler.lost and not self.run.ending.is_set(),
            totals=count(self._events),
            identity={} if identity is None else identity.as_dict(),
            leftovers=leftovers,
            incidents=[scrub(each) for each in self.station.incidents],
            seconds=round(time.monotonic() - self._started, 2),
            cpu_seconds=round(times.user + times.system, 2),
            waited_seconds=round(self.run.waited, 2),
            capabilities=capability_rows(
                self.target.declared, self.probes, self.run.lacking, self.run.contract.answered
            ),
            preparations=self._preparations(),
            counterparts=self._counterparts(),
            lost=self._lost,
            calls=self.run.waiting.calls,
            faults=dict(self.run.waiting.faults),
        )

    def _identity_now(self) -> Identity | None:
        if self.station.down or self.run.ending.is_set():
            return None
        try:
            return identify(self.station.binding, self.options.timeout)
        except Exception:  # noqa: BLE001 - whatever it is, the target can not be asked
            self._lost = True
            return None

    def _clean_up(self) -> list[str]:
        """Drop what the run created, unless all of it goes with the target."""
        if self.target.throwaway:
            self.run.ledger.close(clean=True)
            return []
        self._scheduler.ground.stands()  # whoever ran last may have killed it
        fresh = Station(self.target, self.options.timeout)
        try:
            ledger, seconds = self.run.ledger, self.options.timeout
            left = clean_up(fresh.binding, ledger.things, seconds, unanswered=ledger.unanswered)
        finally:
            fresh.close()
        self.run.ledger.close(clean=not left)
        return [str(each) for each in left]

    def _preparations(self) -> dict[str, list[dict[str, Any]]]:
        read = {name for event in self._events for name in event.shared}
        made = self.preparations.exchanges
        return {name: [exchange_json(each) for each in made.get(name, ())] for name in sorted(read)}

    def _counterparts(self) -> dict[str, list[dict[str, Any]]]:
        """Return what decided the passes of checks that fail over another binding."""
        failed = [each for each in self._events if State(each.state).failed]
        others = {over(each.check, binding) for each in failed for binding in self.options.bindings}
        return {name: [exchange_json(self._decided[name])] for name in sorted(others & self._decided.keys())}

    def _summarise(self, footer: Footer) -> Summary:
        results = Results(self._header, self._events, footer, self._support)
        comparison: Comparison | None = None
        if self._baseline is not None:
            whole = footer.complete and not self._header.partial
            comparison = compare(self._baseline, self._events, self._known, whole=whole)
        return summarise(results, comparison, self.options.fail_on, lost=self._lost)

    def _tell(self, event: Header | CheckEvent | Footer) -> None:
        for consumer in self.consumers:
            consumer.write(event)


def _environment() -> dict[str, str]:
    libraries = {name: version(name) for name in ("grpcio", "protobuf", "numpy", "pytest")}
    return {"python": platform.python_version(), "platform": platform.platform(), **libraries}
