"""Several runs of one test, and what they come to together.

A test runs again for two reasons, and for no other:

- The transport failed while it ran. Such a run carries no judgement, so there is nothing that a
  further one could put right; after a few of them the checks stay inconclusive.
- A check failed. It is run once more, alone, before that is told. Where it fails again it fails;
  where it does not, it is `flaky`, and runs a few times more so that there is a ratio to tell.

No run is forgotten: a check that failed once cannot pass any more.

A failure that releases of the target's line show, with the same signature, is no news: it is not confirmed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import FAULT
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["ToldApart", "confirmed", "disturbed", "doubtful", "together"]

#: Tells the failures that released servers show as well from all others.
ToldApart = Callable[[Iterable[Judgement]], Iterable[Judgement]]

#: Runs of a test at most, where the transport fails each time.
_ATTEMPTS = 4
#: Runs that decide: one that confirms a failure, and for a ratio where it does not.
_TWICE, _FOR_A_RATIO = 2, 5
_DECIDED = {State.PASS, State.FAIL}


def disturbed(runs: Sequence[ExecutionResult]) -> bool:
    """Tell whether the transport kept the last run from judging, and another one may be made."""
    return _faulted(runs[-1]) and sum(map(_faulted, runs)) < _ATTEMPTS


def doubtful(runs: Sequence[ExecutionResult], told_apart: ToldApart = tuple) -> bool:
    """Tell whether something failed that has not been confirmed yet, or has no ratio yet."""
    states = {judgement.state for judgement in told_apart(together(runs).judgements)}
    wanted = _FOR_A_RATIO if State.FLAKY in states else _TWICE if State.FAIL in states else 0
    return sum(not _faulted(run) for run in runs) < wanted


def confirmed(
    instance: TargetInstance, job: Job, runs: Sequence[ExecutionResult] = (), *, told_apart: ToldApart = tuple
) -> ExecutionResult:
    """Run a test alone, as often as it takes after those `runs`."""
    made = list(runs) or [instance.alone(job)]
    while disturbed(made) or (doubtful(made, told_apart) and not _faulted(made[-1])):
        again = instance.attempt(job)  # it survived this before: whether the target lives need not be asked each time
        made.append(instance.alone(job) if again.died else again)
    return together(made)


def together(runs: Sequence[ExecutionResult]) -> ExecutionResult:
    """Say what runs of one test come to."""
    checks = zip(*(run.judgements for run in runs), strict=True)
    return replace(runs[-1], judgements=tuple(map(_together, checks)))


def _faulted(result: ExecutionResult) -> bool:
    return any(map(_in_vain, result.judgements))


def _in_vain(judgement: Judgement) -> bool:
    return judgement.state is State.INCONCLUSIVE and judgement.signature.startswith(FAULT)


def _together(runs: tuple[Judgement, ...]) -> Judgement:
    """Say what the runs of one check come to: what went wrong for certain, else what most were decided to be."""
    decided = [each for each in runs if each.state in _DECIDED]
    failed = [each for each in decided if each.state is State.FAIL]
    grave = [each for each in runs if each.state in {State.TARGET_CRASH, State.HARNESS_ERROR}]
    if grave or not decided:
        found = grave[0] if grave else runs[-1]
    elif failed and len(failed) < len(decided):
        found = replace(failed[0], state=State.FLAKY)
    else:
        found = decided[-1]
    return replace(found, runs=max(1, len(decided)), failed=len(failed), faults=sum(map(_in_vain, runs)))
