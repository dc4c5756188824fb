"""A check: one judgement that has to be made, before anything is asked."""

from dataclasses import dataclass, field

from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import Clause, Level

__all__ = ["GRPC", "HOLDS", "Check", "key_of", "over"]

#: The single aspect of a clause that is not a refusal.
HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement that has to be made: an aspect of a clause, in one case, over one binding."""

    clause: Clause
    aspect: str
    level: Level
    binding: str
    #: Which of several samples of the clause's condition; empty where there is one.
    case: str = ""
    #: What has to hold before it can be made: clauses, by the names that `key_of` gives.
    needs: tuple[str, ...] = ()
    #: The level that it has from the next release of the suite on, where it is new; `None` where that is its level.
    becomes: Level | None = None
    #: The name of the check: `clause[.case]:aspect@binding`. There are thousands, each asked for its name many times.
    id: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", CheckId(self.clause.id, self.case, self.aspect, self.binding).format())

    @property
    def key(self) -> str:
        """The name of what it judges, as other clauses need it: over gRPC that is the clause itself."""
        return key_of(self.clause.id, self.binding)


def over(check: str, binding: str) -> str:
    """Name the same check over another binding."""
    return str(CheckId.parse(check).over(binding))


def key_of(clause: str, binding: str) -> str:
    """Name a clause over a binding."""
    return clause if binding == GRPC else CheckId(clause, binding=binding).format()
