"""Running one test: from its body to its judgements."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, Stop, TargetDied
from milvus_tck.wire.unreadable import UnreadableAnswerError

__all__ = ["ExecutionResult", "execute", "not_run", "waited_in_vain"]

#: Frames of a traceback that a harness error shows.
_FRAMES = 3
#: How signatures begin where something did not come in time: an answer, or a condition.
_IN_VAIN = ("deadline:", "never:")


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """What one test came to."""

    test: str
    judgements: tuple[Judgement, ...]
    #: The target went away while the test ran; whether by its doing is not known yet.
    died: bool = False


def execute(case: Case, body: Callable[[], object]) -> ExecutionResult:
    """Run a body to its end and judge what it left open; nothing it raises gets out.

    Only what asks the process to end (Ctrl-C, exit) passes through.
    """
    started = time.perf_counter()
    stop: Exception | None = None
    try:
        body()
    except Stop as early:
        stop = early
    except UnreadableAnswerError as error:
        stop = Blocked("unreadable", f"an answer cannot be read: {error}")
    except Exception as error:  # noqa: BLE001 - a bug of ours must not end the run
        stop = error
    seconds = time.perf_counter() - started
    judged = [judgement.timed(seconds) for judgement in case.close(stop)]
    if stop is not None and not isinstance(stop, Stop):
        judged = [_with_traceback(judgement, stop) for judgement in judged]
    return ExecutionResult(case.test, tuple(judged), died=isinstance(stop, TargetDied))


def waited_in_vain(result: ExecutionResult) -> frozenset[str]:
    """Tell what a test waited for in vain, where that left something open; as signatures."""
    waiting = (each for each in result.judgements if each.state in {State.INCONCLUSIVE, State.BLOCKED})
    return frozenset(each.signature for each in waiting if each.signature.startswith(_IN_VAIN))


def not_run(case: Case, state: State, signature: str, why: str, blocked_by: str = "") -> ExecutionResult:
    """Give every check of a test that does not run the same state and reason."""
    judged = tuple(Judgement(check, state, signature, actual=why, blocked_by=blocked_by) for check in case.checks)
    return ExecutionResult(case.test, judged)


def _with_traceback(judgement: Judgement, error: Exception) -> Judgement:
    if judgement.state is not State.HARNESS_ERROR:
        return judgement
    where = "".join(traceback.format_exception(error)[-_FRAMES:])
    return replace(judgement, actual=where)
