"""A mutant: one deliberate defect, as a value."""

from dataclasses import dataclass, field
from enum import StrEnum

from milvus_tck.mutation.context import Arguments

__all__ = ["Concerns", "Mutant", "MutantScope"]


class MutantScope(StrEnum):
    """Where the defect shows."""

    #: In the condition of its clause alone: only the tests of that clause see it.
    CLAUSE = "clause"
    #: Wherever the RPC is called.
    RPC = "rpc"


class Concerns(StrEnum):
    """Which answers of the good server an operator is given."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    ANY = "any"
    #: Calls that gRPC itself ended, without an answer.
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One deliberate defect."""

    id: str
    #: The clause that has to notice it.
    clause: str
    #: The RPC whose answers or behaviour are wrong; `*` is every RPC.
    rpc: str
    #: What the server does wrong.
    sentence: str
    operator: str
    arguments: Arguments = field(default_factory=Arguments)
    scope: MutantScope = MutantScope.RPC
    concerns: Concerns = Concerns.SUCCESS
    #: Requests that it is about: pairs of a path in the request and a value there.
    when: tuple[tuple[str, str], ...] = ()
    #: An RPC that has to have succeeded before, in the same test.
    after: str = ""
    #: The check that has to notice it, where a clause is judged in several aspects.
    aspect: str = ""
    #: Why nothing can notice it, if nothing can.
    equivalent: str = ""
    #: The real server that has this defect, if one has.
    seen: str = ""
    #: It changes what a server does, so it needs one that runs.
    live: bool = False
