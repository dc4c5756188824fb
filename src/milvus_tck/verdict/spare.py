"""Why a test need not run at all."""

from dataclasses import dataclass, replace

from milvus_tck.verdict.case import Case
from milvus_tck.verdict.execute import Result, spared
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import HOSTILE
from milvus_tck.verdict.needs import Needs
from milvus_tck.verdict.states import State

__all__ = ["Spare"]

#: Clauses that ask whether an RPC is there are put to a target that lacks it, too.
_ASKS = "/implemented"


@dataclass(frozen=True)
class Spare:
    """Knows the tests that tell nothing on this target."""

    needs: Needs
    #: RPCs that the target is known to lack.
    lacking: frozenset[str]
    #: Whether tests that may kill the target run.
    hostile: bool
    #: Capabilities that the target's owner says it lacks.
    without: frozenset[str] = frozenset()

    def of(self, case: Case, job: Job) -> Result | None:
        """Return what a test comes to without running; `None` where it has to run.

        Asked when everything the test needs is judged.
        """
        if job.hostile and not self.hostile:
            why = "known to kill servers: runs only on a target that we started, or with --hostile"
            return spared(case, State.NOT_RUN, HOSTILE, why)
        capabilities = {check.clause.capability for check in job.checks}
        if capabilities <= self.without:
            first = min(capabilities)
            return spared(case, State.UNSUPPORTED, f"declared:{first}", f"its owner says that it lacks {first}")
        lacking = job.rpcs & self.lacking
        if lacking and not any(identifier.endswith(_ASKS) for identifier in job.clauses):
            return _lacking(case, min(lacking))
        failed = self.needs.failed(job)
        if failed:
            return spared(
                case, State.BLOCKED, f"needs:{failed}", f"{failed} does not hold", blocked_by=failed.partition("@")[0]
            )
        return None


def _lacking(case: Case, rpc: str) -> Result:
    """The target lacks the RPC: what is about it is unsupported, what only uses it is blocked."""
    result = spared(case, State.UNSUPPORTED, f"unsupported:{rpc}", f"the target lacks {rpc}")
    judgements = tuple(
        each if each.check.clause.rpc == rpc else replace(each, state=State.BLOCKED) for each in result.judgements
    )
    return replace(result, judgements=judgements)
