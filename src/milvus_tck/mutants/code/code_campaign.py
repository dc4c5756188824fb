"""A campaign: mutants of the model's code, each against the tests that execute what it changes."""

import resource
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.fork_pool import ForkEnd, ForkPool
from milvus_tck.mutants.code.generator import model_trees, mutated
from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.mutants.code.suite_runner import SuiteRunner, TestRun, TooLongError
from milvus_tck.mutants.code.trial_order import Suite, TrialOrder
from milvus_tck.verdict.model.states import State

__all__ = ["CodeCampaign", "CodeFate", "CodeResult", "noticed"]

#: Seconds of work that a test may take under a mutant: this, and so many times what it takes without.
_SECONDS, _TIMES = 4.0, 10.0
#: Seconds after which a process is ended from outside, whatever it is at; as many as a full run may take.
_HARD = 240.0
#: Bytes that a process may have more than its parent.
_MEMORY = 8 << 30
_SIZE = Path("/proc/self/statm")


class CodeFate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    #: A test took far longer than it does: told apart, for no check failed.
    TIMEOUT = "killed by timeout"
    SURVIVED = "survived"
    #: No test executes it.
    UNREACHED = "never reached"
    #: The module cannot even be imported with it.
    BROKEN = "does not load"
    #: The harness raised: nothing is known of the mutant.
    FAULT = "a fault of ours"


@dataclass(frozen=True, slots=True)
class CodeResult:
    """A mutant with what became of it."""

    mutant: CodeMutant
    fate: CodeFate
    #: The check that failed first, and in which profile; the test, where it took too long; what was raised by us.
    check: str = ""
    profile: str = ""
    #: The model raised something that is no answer: any test would have noticed.
    crash: bool = False
    tests: int = 0
    #: What it took of a processor.
    seconds: float = 0.0


@dataclass
class CodeCampaign:
    """Judges mutants in processes that begin as this one is."""

    suites: Sequence[Suite]
    #: So many tests of the first suite are tried at most.
    most: int = 150
    #: The profile and the check by which mutants were noticed in an earlier run, by `same_of`.
    earlier: Mapping[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = TrialOrder(self.suites, self.most, earlier=self.earlier)

    def judge(self, mutants: Sequence[CodeMutant], processes: int = 2) -> Generator[CodeResult, None, None]:
        """Judge mutants side by side, and yield what became of each as it is known."""
        unreached: list[CodeResult] = []
        with closing(ForkPool(processes, _HARD).ended(self._calls(mutants, unreached))) as ended:
            for mutant, end in ended:
                result = _judged(mutant, end)
                self._learn(result)
                yield result
                while unreached:  # told at once: a run that is ended in the middle must not be without them
                    yield unreached.pop()
        yield from unreached

    def _calls(
        self, mutants: Sequence[CodeMutant], unreached: list[CodeResult]
    ) -> Iterator[tuple[CodeMutant, Callable[[], CodeResult]]]:
        """Make a call of each mutant in its turn, with what was learnt by then; set apart what no test executes."""
        for mutant in mutants:
            order = self.order.of(mutant)
            if order:
                yield mutant, partial(self.tried, mutant, order)
            else:
                unreached.append(CodeResult(mutant, CodeFate.UNREACHED))

    def tried(self, mutant: CodeMutant, order: Sequence[tuple[int, str]]) -> CodeResult:
        """Run tests under a mutant until one of them notices; to be called in a process of its own."""
        _limit_memory()
        started = time.process_time()
        code = compile(mutated(model_trees()[mutant.path], mutant), f"model/{mutant.path}", "exec")
        try:
            copy = ModelCopy.load({mutant.path.removesuffix(".py").replace("/", "."): code})
            for number in {number for number, _ in order}:
                copy.model(self.suites[number].profile)
        except Exception:  # noqa: BLE001 - whatever its code raises
            return CodeResult(mutant, CodeFate.BROKEN, seconds=time.process_time() - started)
        profiles = {number: self.suites[number].profile for number, _ in order}
        runners = {number: SuiteRunner(ModelBinding(copy, profile)) for number, profile in profiles.items()}
        for count, (number, test) in enumerate(order, 1):
            suite = self.suites[number]
            at = {"profile": suite.profile.name, "tests": count}
            try:
                run = runners[number].run(suite.jobs[test], _SECONDS + _TIMES * suite.good.seconds[test])
            except TooLongError:
                return _result(mutant, CodeFate.TIMEOUT, test, started, at)
            found = noticed(run, suite.good.states[test])
            if found:
                return _result(mutant, CodeFate.KILLED, found[0], started, at, crash=bool(run.crash))
        return _result(mutant, CodeFate.SURVIVED, "", started, {"profile": "", "tests": len(order)})

    def _learn(self, result: CodeResult) -> None:
        test = self._test_of(result)
        if test:
            self.order.learn(result.mutant, test)

    def _test_of(self, result: CodeResult) -> str:
        for number, suite in enumerate(self.suites):
            if suite.profile.name == result.profile:
                return self.order.test_of(number, result.check)
        return ""


def _judged(mutant: CodeMutant, end: ForkEnd[CodeResult]) -> CodeResult:
    """Say what became of a mutant whose process ended; one that was brought down by it is no fault of ours."""
    if end.value is not None:
        return end.value
    return CodeResult(mutant, CodeFate.FAULT if end.fault else CodeFate.TIMEOUT, end.fault or end.ended)


def _result(
    mutant: CodeMutant, fate: CodeFate, check: str, started: float, at: Mapping[str, object], *, crash: bool = False
) -> CodeResult:
    seconds = time.process_time() - started
    return CodeResult(mutant, fate, check, str(at["profile"]), crash, int(str(at["tests"])), seconds)


def noticed(run: TestRun, good: Mapping[str, State]) -> list[str]:
    """Return the checks that fail and do not where nothing is wrong."""
    failed = (check for check, (state, _) in run.states.items() if state is State.FAIL)
    return [check for check in failed if good.get(check) is not State.FAIL]


def _limit_memory() -> None:
    """Let a process that grows without end fail in the mutant, not take the machine down."""
    if not _SIZE.exists():
        return  # only Linux tells it there
    size = int(_SIZE.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, resource.RLIM_INFINITY))
