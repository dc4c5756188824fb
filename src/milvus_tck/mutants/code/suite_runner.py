"""Suite runner: tests of the suites against a model in this process, one after the other, without a connection.

runner = SuiteRunner(ModelBinding(ModelCopy.load(), profile("3.0")))
for job in jobs:
    runner.run(job).states  # {"search/nearest-l2:holds@grpc": (State.PASS, "")}
"""

import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any, TypeVar

from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.mutants.replay.replay_binding import replay_run
from milvus_tck.spec.reach import out_of_reach
from milvus_tck.verdict.case.caller import Caller
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import execute
from milvus_tck.verdict.case.preparations import SharedFixture
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, Never, Stop
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["EXPLORED", "SuiteRunner", "TestRun", "TooLongError"]

Seen = TypeVar("Seen")

#: Looks at something that does not come: the model never takes its time.
_LOOKS = 3
#: Seconds that explorations may take: as `milvus-tck check --explore 60` has it, which asks what some servers die of.
EXPLORED = 60.0
#: Name and seed of every run, so that each is the same.
_RUN, _SEED = "model0", 7


class TooLongError(BaseException):
    """A test took longer than it was given: whoever catches faults of ours must not catch this."""


@dataclass(frozen=True, slots=True)
class TestRun:
    """What a test came to."""

    test: str
    #: State and signature by check; promises of the wire that an answer broke stand beside the test's own.
    states: Mapping[str, tuple[State, str]]
    seconds: float
    #: What the model raised that is no answer, at any time of the test.
    crash: str = ""


@dataclass
class _Impatient(Caller):
    """A caller that looks a few times at what does not come, without waiting."""

    def repeat(
        self, look: Callable[[], Seen], done: Callable[[Seen], bool], *, rpc: str, what: str, within: float = 120
    ) -> Seen:
        """Look until what is seen is as wanted, a few times."""
        for _ in range(_LOOKS):
            before = len(self.exchanges)
            seen = look()
            if done(seen):
                return seen
            del self.exchanges[before:]
        look()
        raise Never(rpc, what, within)


@dataclass
class SuiteRunner:
    """Runs tests against one model, which remembers what they did."""

    binding: ModelBinding
    #: Told before anything is prepared, and after: by the name of the thing, and then by an empty one.
    preparing: Callable[[str], None] = lambda _name: None
    _things: dict[str, Future[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._run = replace(replay_run(_RUN, _SEED, self.binding.profile, self.binding), explore=EXPLORED)

    def run(self, job: Job, within: float | None = None) -> TestRun:
        """Run a test; raises `TooLongError` where it works more than `within` seconds, in the main thread alone."""
        started = time.perf_counter()
        self.binding.crash = ""
        broken = len(self._run.contract.broken)
        with _Limit(within):
            case = Case(_Impatient(self._run, job.test, job.rpcs), job.checks)
            result = execute(case, lambda: job.body(case, [self._thing(shared) for shared in job.shared]))
        known = [each for each in result.judgements if each.check.clause.id not in out_of_reach()]
        states = {each.check.id: (each.state, each.signature) for each in known}
        for clause, signature in list(self._run.contract.broken)[broken:]:
            states[f"{clause}:holds@grpc"] = (State.FAIL, str(signature))
        return TestRun(job.test, states, time.perf_counter() - started, self.binding.crash)

    def _thing(self, shared: SharedFixture[Any]) -> Any:  # noqa: ANN401 - whatever is prepared
        if shared.name not in self._things:
            self._things[shared.name] = future = Future[Any]()
            self.preparing(shared.name)
            try:
                future.set_result(self._prepared(shared))
            except Exception as error:  # noqa: BLE001 - whoever reads the thing gets it
                future.set_exception(error)
            finally:
                self.preparing("")
        return self._things[shared.name].result()

    def _prepared(self, shared: SharedFixture[Any]) -> Any:  # noqa: ANN401 - the same
        case = Case(_Impatient(self._run, f"prepare_{shared.name}"), ())
        try:
            return shared.prepare(case)
        except Stop as stop:
            raise Blocked(f"prepare:{shared.name}:{stop.signature}", f"{shared.name}: {stop}") from stop


class _Limit:
    """Ends what works too long, by a signal: seconds of the process's own work, whatever else the machine does."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        if self._seconds is not None:
            signal.signal(signal.SIGPROF, _ring)
            signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def __exit__(self, *_: object) -> None:
        if self._seconds is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError
