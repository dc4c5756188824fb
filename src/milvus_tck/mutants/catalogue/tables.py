"""What a file of mutants may say: its tables, by type."""

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from milvus_tck.mutants.catalogue.mutant import Concerns, MutantScope
from milvus_tck.mutants.defects.registry import BEHAVIOURS
from milvus_tck.mutation.registry import operators
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clauses import ClauseKind
from milvus_tck.spec.tables import Table, choice

__all__ = ["DefectTable", "FamilyTable", "MutantDefaultsTable", "MutantTable", "MutantTables"]

_Operator = Annotated[str, choice({*operators(), *BEHAVIOURS})]


class MutantDefaultsTable(Table, frozen=True, kw_only=True):
    """What holds for every mutant of a file that says nothing else; keys are those of a mutant."""

    rpc: str = ""
    path: str = ""
    value: Any = None
    scope: MutantScope = MutantScope.RPC
    concerns: Concerns | None = None
    when: dict[str, Any] = field(default_factory=dict)
    after: str = ""
    live: bool | None = None
    profiles: str = ""


class DefectTable(Table, frozen=True, kw_only=True):
    """What a server does wrong."""

    #: What the server does wrong, as a sentence; {name} is the RPC.
    sentence: Annotated[str, Meta(min_length=1)]
    #: How an answer, or what the server does, is changed.
    operator: _Operator
    #: Where in the answer, or in the request.
    path: str = ""
    #: What is written there.
    value: Any = None
    #: Whether it shows wherever the RPC is called, or in the condition of its clause alone.
    scope: MutantScope = MutantScope.RPC
    #: Which answers are changed; where nothing is said, the operator knows.
    concerns: Concerns | None = None
    #: Requests that it is about: values by paths in the request.
    when: dict[str, Any] = field(default_factory=dict)
    #: An RPC that has to have succeeded before, in the same test.
    after: str = ""
    #: The check that has to notice it, where a clause is judged in several aspects.
    aspect: str = ""
    #: The real server that has this defect.
    seen: str = ""
    #: Whether it needs a server that runs; where nothing is said, the operator knows.
    live: bool | None = None

    @property
    def is_live(self) -> bool:
        """Whether it is put into a server that runs, rather than into a recording."""
        return self.operator in BEHAVIOURS and BEHAVIOURS[self.operator].live if self.live is None else self.live


class MutantTable(DefectTable, frozen=True, kw_only=True):
    """One deliberate defect."""

    #: `<clause>~<what is wrong>`.
    id: str
    #: The clause that has to notice it.
    clause: str
    #: The RPC whose answers or behaviour are wrong; that of the clause where nothing is said, `*` is every RPC.
    rpc: str = ""
    #: Why nothing can notice it, if nothing can.
    equivalent: str = ""
    #: Where it is a defect, as a range of profiles.
    profiles: str = ""


class FamilyTable(DefectTable, frozen=True, kw_only=True, rename={"left_out": "except", "not_kinds": "not-kinds"}):
    """One defect that every clause of a kind has to notice: a mutant for each, named `<clause>~<suffix>`."""

    suffix: str
    #: Clauses that demand a refusal, that demand a success, or these.
    clauses: Literal["refused", "accepted"] | tuple[str, ...]
    #: With named clauses: only in profiles in which the clause demands this.
    demand: Literal["refused", "accepted"] | None = None
    #: Levels of clauses it is for.
    levels: tuple[Literal["must", "should", "may", "observed"], ...] = ("must",)
    #: Only for clauses that owe a check of this aspect as well.
    beside: str = ""
    #: Numbers, of which the first that the clause does not take for right is written.
    values: tuple[int, ...] = ()
    #: Only clauses of these kinds.
    kinds: tuple[ClauseKind, ...] = ()
    #: No clause of these kinds.
    not_kinds: tuple[ClauseKind, ...] = ()
    #: Only clauses of RPCs that answer one of these messages.
    answers: tuple[str, ...] = ()
    #: The RPC that is wrong where it is not that of the clause: one for all, or by clause.
    rpc: str | dict[str, str] | None = None
    #: Clauses that are judged over it.
    binding: str = GRPC
    #: true: for clauses whose refusal is a gRPC code; false: for all others.
    grpc: bool = False
    #: Clauses without this defect, each with the reason.
    left_out: dict[str, str] = field(default_factory=dict)
    #: Clauses where nothing can notice it, each with the reason.
    equivalent: dict[str, str] = field(default_factory=dict)


class MutantTables(Table, frozen=True):
    """A file of mutants."""

    mutant: tuple[MutantTable, ...] = ()
    family: tuple[FamilyTable, ...] = ()
    defaults: MutantDefaultsTable = MutantDefaultsTable()
    #: For families: the RPC that is wrong where it is not that of the clause, by clause.
    rpc: dict[str, str] = field(default_factory=dict)
