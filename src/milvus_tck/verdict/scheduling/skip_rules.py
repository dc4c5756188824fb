"""Why a test is not run on a target: the rules that a run goes by, and that a plan foretells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from milvus_tck.spec.capabilities import capabilities_of, lacking_because
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import ClauseKind
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.assignment import Assignment

__all__ = ["HOSTILE", "Absence", "Conditions", "Skip", "blocked_by", "skip_of"]

#: Signature of checks that were left out because they may kill the target.
HOSTILE = "hostile"
#: Signature of checks that are out of the reach of the model.
OUT_OF_REACH = "declared:out-of-reach"


class Absence(StrEnum):
    """Why a clause, or a part of its checks, is not judged."""

    NOT_IN_PROFILE = "not-in-profile"
    PATCH_UNKNOWN = "patch-unknown"
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
    #: Whether it can be killed and started again on its data.
    revivable: bool = True
    #: RPCs that it is known to lack.
    lacking: frozenset[str] = frozenset()
    #: Capabilities that its owner says it lacks.
    without: frozenset[str] = frozenset()
    #: Clauses that are out of its reach, each with the reason.
    beyond: Mapping[str, str] = field(default_factory=dict)


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
    if danger := _danger(test, conditions):
        return Skip(Absence.HOSTILE, State.NOT_RUN, HOSTILE, danger)
    if any(check.clause.kind is ClauseKind.IMPLEMENTED for check in test.checks):
        return None
    beyond = [conditions.beyond.get(check.clause.id, "") for check in test.checks]
    if beyond and all(beyond):
        return Skip(Absence.UNSUPPORTED, State.UNSUPPORTED, OUT_OF_REACH, f"out of its reach: {beyond[0]}")
    declared = [conditions.without.intersection(capabilities_of(check.clause)) for check in test.checks]
    if declared and all(declared):
        first = min(frozenset().union(*declared))
        return Skip(Absence.UNSUPPORTED, State.UNSUPPORTED, f"declared:{first}", lacking_because(first))
    lacking = test.rpcs & conditions.lacking
    if lacking:
        rpc = min(lacking)
        return Skip(Absence.UNSUPPORTED, State.UNSUPPORTED, f"unsupported:{rpc}", f"the target lacks {rpc}", rpc)
    return None


def _danger(test: Assignment, conditions: Conditions) -> str:
    """Say why a test is not put to a target that it may kill; empty where it is."""
    if test.hostile and not conditions.hostile:
        return "known to kill servers: runs only on a server that we start, or with --hostile"
    if test.revives and not conditions.revivable:
        return "kills the server and looks at what is left: nobody said how to start it again (restart in tck.toml)"
    return ""


def blocked_by(need: str) -> Skip:
    """Say that a test is not run because a clause that it needs does not hold."""
    clause = CheckId.parse(need).clause
    return Skip(Absence.BLOCKED, State.BLOCKED, f"needs:{need}", f"{need} does not hold", needs=clause)
