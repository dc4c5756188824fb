"""A judgement: one check with what became of it."""

from dataclasses import dataclass, field, replace
from typing import Self

from milvus_tck.bindings.outcome import Exchange
from milvus_tck.spec.clauses import Clause, Level
from milvus_tck.verdict.states import State

__all__ = ["GRPC", "HOLDS", "HOSTILE", "Check", "Judgement", "key_of", "over"]

#: The binding that everything began with.
GRPC = "grpc"

#: The single aspect of a clause that is not a refusal.
HOLDS = "holds"
#: Signature of checks that were left out because they may kill the target.
HOSTILE = "hostile"


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement that has to be made: an aspect of a clause, in one case, over one binding."""

    clause: Clause
    aspect: str
    level: Level
    binding: str
    #: Which of several samples of the clause's condition; empty where there is one.
    case: str = ""

    @property
    def id(self) -> str:
        """The name of the check: `clause[.case]:aspect@binding`."""
        case = f".{self.case}" if self.case else ""
        return f"{self.clause.id}{case}:{self.aspect}@{self.binding}"

    @property
    def key(self) -> str:
        """The name of what it judges, as other clauses need it: over gRPC that is the clause itself."""
        return key_of(self.clause.id, self.binding)


def over(check: str, binding: str) -> str:
    """Name the same check over another binding."""
    return f"{check.rpartition('@')[0]}@{binding}"


def key_of(clause: str, binding: str) -> str:
    """Name a clause over a binding."""
    return clause if binding == GRPC else f"{clause}@{binding}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a check, with the evidence."""

    check: Check
    state: State
    #: Stable fingerprint of a state that is no pass: no ids, no messages.
    signature: str = ""
    expected: str = ""
    actual: str = ""
    seconds: float = 0.0
    #: The exchanges that prove it; empty for a pass.
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    #: What it was blocked by: a clause, or a dataset that could not be prepared.
    blocked_by: str = ""
    #: How often its test ran for a judgement, and in how many of these runs it failed: a failure is confirmed alone.
    runs: int = 1
    failed: int = 0
    #: The exchange that decided a pass, where the same is judged over another binding: it may come to something else.
    deciding: Exchange | None = field(default=None, repr=False)

    def timed(self, seconds: float) -> Self:
        """Return the same judgement with the time its test took."""
        return replace(self, seconds=seconds)
