"""Why a test need not run at all, and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from milvus_tck.spec.capabilities import is_optional
from milvus_tck.spec.clause_files import ROOT
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import ExecutionResult, not_run
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.needs import Needs
from milvus_tck.verdict.scheduling.skip_rules import Conditions, Skip, blocked_by, skip_of

__all__ = ["NotRun"]


@dataclass(frozen=True)
class NotRun:
    """Knows the tests that tell nothing on this target."""

    needs: Needs
    conditions: Conditions
    #: Says why nothing can be judged by a test, whatever is answered; empty where it can.
    floor: Callable[[Job], str] = lambda _job: ""

    def of(self, case: Case, job: Job) -> ExecutionResult | None:
        """Return what a test comes to without running; `None` where it has to run.

        Asked when everything the test needs is judged.
        """
        skip = skip_of(job, self.conditions)
        if skip is None and ROOT not in job.clauses and (why := self.floor(job)):
            skip = replace(blocked_by(ROOT), why=why)
        if skip is None and (failed := self.needs.failed(job)):
            skip = blocked_by(failed)
        return None if skip is None else _result(case, skip)


def _result(case: Case, skip: Skip) -> ExecutionResult:
    """Where the target lacks an RPC that it owes, what is about that is unsupported, what only uses it is blocked."""
    result = not_run(case, skip.state, skip.signature, skip.why, blocked_by=skip.needs)
    if not skip.rpc or is_optional(skip.rpc):
        return result
    judgements = tuple(
        each if each.check.clause.rpc == skip.rpc else replace(each, state=State.BLOCKED) for each in result.judgements
    )
    return replace(result, judgements=judgements)
