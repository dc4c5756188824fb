"""Why a test need not run at all, and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from milvus_tck.spec.clause_files import ROOT
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.execute import Result, spared
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.needs import Needs
from milvus_tck.verdict.skip import Conditions, Skip, blocked_by, skip_of
from milvus_tck.verdict.states import State

__all__ = ["Spare"]


@dataclass(frozen=True)
class Spare:
    """Knows the tests that tell nothing on this target."""

    needs: Needs
    conditions: Conditions
    #: Says why nothing can be judged over a binding; empty where it can.
    floor: Callable[[str], str] = lambda _binding: ""

    def of(self, case: Case, job: Job) -> Result | None:
        """Return what a test comes to without running; `None` where it has to run.

        Asked when everything the test needs is judged.
        """
        skip = skip_of(job, self.conditions)
        if skip is None and ROOT not in job.clauses and (why := self.floor(job.binding)):
            skip = replace(blocked_by(ROOT), why=why)
        if skip is None and (failed := self.needs.failed(job)):
            skip = blocked_by(failed)
        return None if skip is None else _result(case, skip)


def _result(case: Case, skip: Skip) -> Result:
    """Where the target lacks an RPC, what is about it is unsupported, what only uses it is blocked."""
    result = spared(case, skip.state, skip.signature, skip.why, blocked_by=skip.needs)
    if not skip.rpc:
        return result
    judgements = tuple(
        each if each.check.clause.rpc == skip.rpc else replace(each, state=State.BLOCKED) for each in result.judgements
    )
    return replace(result, judgements=judgements)
