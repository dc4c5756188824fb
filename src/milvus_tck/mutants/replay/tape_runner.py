"""Tape runner: runs tests on their tapes, each on its own, with or without a defect."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.replay.replay_binding import Missed, ReplayBinding, ReplayCaller, replay_run
from milvus_tck.mutants.replay.tape import ServerTapes, Take, Tape
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import execute
from milvus_tck.verdict.case.preparations import SharedFixture
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.judgement import Check
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, Stop
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["PlayedTest", "TapeRunner", "Wrap"]

#: Puts a defect in front of a binding.
Wrap = Callable[[Binding], Binding]


@dataclass(frozen=True, slots=True)
class PlayedTest:
    """What one test came to on its tape."""

    test: str
    #: State and signature by check.
    states: Mapping[str, tuple[State, str]]
    #: Wire clauses that an answer broke.
    broken: frozenset[str]
    #: The test asked what it had not asked in the good run, and ended there.
    missed: str = ""
    #: What it said where it ended with an error of its own.
    error: str = ""


@dataclass
class TapeRunner:
    """Runs tests on their tapes."""

    recording: ServerTapes
    _things: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.profile: Profile = profile(self.recording.profile)

    def tapes(self, job: Job) -> list[Tape]:
        """Return the tape of a test and those of what it reads; empty where it was not recorded."""
        take = self.recording.take_of(job.test)
        if take is None or job.test not in take.tests:
            return []
        shared = [take.preparations[each.name] for each in job.shared if each.name in take.preparations]
        return [take.tests[job.test], *shared]

    def play(self, job: Job, wrap: Wrap | None = None, touched: frozenset[str] | None = None) -> PlayedTest:
        """Run a test; `touched` are the RPCs whose answers `wrap` may change, all where it is `None`."""
        take = self.recording.take_of(job.test)
        if take is None or job.test not in take.tests:
            raise LookupError(f"{job.test} was not recorded")
        taped = _TapedTest(self, take, wrap, touched)
        case, run = taped.case(job.test, job.checks, take.tests[job.test], job.binding)
        result = execute(case, lambda: job.body(case, [taped.thing(shared) for shared in job.shared]))
        states = {each.check.id: (each.state, each.signature) for each in result.judgements}
        broken = frozenset(clause for clause, _ in run.contract.broken)
        missed = taped.missed or next((name for _, name in states.values() if name.startswith("missed:")), "")
        errors = [each.actual for each in result.judgements if each.state is State.HARNESS_ERROR]
        return PlayedTest(job.test, states, broken | taped.broken, missed, errors[0] if errors else "")


@dataclass
class _TapedTest:
    """One run of one test, with what it reads."""

    runner: TapeRunner
    take: Take
    wrap: Wrap | None
    touched: frozenset[str] | None
    broken: frozenset[str] = frozenset()
    missed: str = ""

    def case(self, test: str, checks: Sequence[Check], tape: Tape, over: str = GRPC) -> tuple[Case, RunContext]:
        """Return a case that stands on a tape."""
        source = ReplayBinding(tape, over)
        binding = source if self.wrap is None else self.wrap(source)
        run = replay_run(self.take.run, self.take.seed, self.runner.profile, binding)
        rpcs = frozenset(check.clause.rpc for check in checks)
        caller = ReplayCaller(run, test, rpcs, tape.attempt, repeated=lambda: source.repeated)
        return Case(caller, checks), run

    def thing(self, shared: SharedFixture[Any]) -> Any:  # noqa: ANN401 - whatever is prepared
        """Prepare what a test reads; what the defect cannot reach is prepared once for all."""
        tape = self.take.preparations.get(shared.name)
        if tape is None:
            raise Missed(f"missed:{shared.name}", f"{shared.name} was not recorded")
        reached = self.wrap is not None and (self.touched is None or bool(self.touched & tape.rpcs))
        if reached:
            return self._prepare(shared, tape)
        key = (self.take.run, shared.name)
        if key not in self.runner._things:  # noqa: SLF001 - its own
            clean = _TapedTest(self.runner, self.take, None, None)
            self.runner._things[key] = _kept(lambda: clean._prepare(shared, tape))  # noqa: SLF001
        return self.runner._things[key].result()  # noqa: SLF001

    def _prepare(self, shared: SharedFixture[Any], tape: Tape) -> Any:  # noqa: ANN401
        case, run = self.case(f"prepare_{shared.name}", (), tape)
        try:
            return shared.prepare(case)
        except Missed as missed:
            self.missed = missed.signature
            raise
        except Stop as stop:
            raise Blocked(f"prepare:{shared.name}:{stop.signature}", f"{shared.name}: {stop}") from stop
        finally:
            self.broken |= frozenset(clause for clause, _ in run.contract.broken)


def _kept(make: Callable[[], Any]) -> Future[Any]:
    """Make something once, and keep it or what was raised instead."""
    future: Future[Any] = Future()
    try:
        future.set_result(make())
    except Stop as stop:
        future.set_exception(stop)
    return future
