"""Why a test is not run on a target: the rules that a run goes by, and that a plan foretells."""

from dataclasses import dataclass
from enum import StrEnum

from milvus_tck.verdict.assignment import Assignment
from milvus_tck.verdict.states import State

__all__ = ["HOSTILE", "Absence", "Conditions", "Skip", "blocked_by", "skip_of"]

#: Signature of checks that were left out because they may kill the target.
HOSTILE = "hostile"
#: Clauses that ask whether an RPC is there are put to a target that lacks it, too.
_ASKS = "/implemented"


class Absence(StrEnum):
    """Why a clause, or a part of its checks, is not judged."""

    NOT_IN_PROFILE = "not-in-profile"
    OTHER_BINDING = "other-binding"
    NOT_TESTABLE = "not-testable"
    NO_TEST = "no-test"
    NOT_SELECTED = "not-selected"
    HOSTILE = "hostile"
    UNSUPPORTED = "unsupported"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known of a target that decides which tests run on it."""

    #: Whether tests that may kill it run.
    hostile: bool = True
    #: RPCs that it is known to lack.
    lacking: frozenset[str] = frozenset()
    #: Capabilities that its owner says it lacks.
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a test is not run, and what its checks come to without it."""

    absence: Absence
    state: State
    signature: str
    why: str
    #: The RPC that is lacking, if that is why; what is about another one is blocked by it.
    rpc: str = ""
    #: The clause that does not hold, if that is why.
    needs: str = ""


def skip_of(test: Assignment, conditions: Conditions) -> Skip | None:
    """Say why a test tells nothing on a target, whatever else is judged there; `None` where it may."""
    if test.hostile and not conditions.hostile:
        why = "known to kill servers: runs only on a server that we start, or with --hostile"
        return Skip(Absence.HOSTILE, State.NOT_RUN, HOSTILE, why)
    capabilities = {check.clause.capability for check in test.checks}
    if capabilities <= conditions.without:
        first = min(capabilities)
        why = f"its owner says that it lacks {first}"
        return Skip(Absence.UNSUPPORTED, State.UNSUPPORTED, f"declared:{first}", why)
    lacking = test.rpcs & conditions.lacking
    if lacking and not any(identifier.endswith(_ASKS) for identifier in test.clauses):
        rpc = min(lacking)
        return Skip(Absence.UNSUPPORTED, State.UNSUPPORTED, f"unsupported:{rpc}", f"the target lacks {rpc}", rpc)
    return None


def blocked_by(need: str) -> Skip:
    """Say that a test is not run because a clause that it needs does not hold."""
    clause = need.partition("@")[0]
    return Skip(Absence.BLOCKED, State.BLOCKED, f"needs:{need}", f"{need} does not hold", needs=clause)
