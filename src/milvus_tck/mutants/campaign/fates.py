"""Fates: what became of a mutant, check by check and as a whole."""

from dataclasses import dataclass, field
from enum import StrEnum

from milvus_tck.mutants.catalogue.mutant import Mutant

__all__ = ["CheckFate", "Fate", "MutantResult"]


class Fate(StrEnum):
    """What became of a mutant, or of one check that was made of it."""

    OWN = "killed by its own clause"
    ELSEWHERE = "killed elsewhere"
    SURVIVED = "survived"
    #: The operator ended with an error: the defect was never made, and nothing is proven.
    FAULTY = "could not be made"
    #: The defect never showed, or the test could not be carried on.
    NOT_APPLIED = "not applied"
    #: The check fails without the mutant already.
    INVALID = "invalid"

    @property
    def applicable(self) -> bool:
        """Whether it says anything about the checks, or should have."""
        return self in {Fate.OWN, Fate.ELSEWHERE, Fate.SURVIVED, Fate.FAULTY}


@dataclass(frozen=True, slots=True)
class CheckFate:
    """One check that was made of a mutant."""

    check: str
    test: str
    fate: Fate
    signature: str = ""


@dataclass(frozen=True, slots=True)
class MutantResult:
    """What became of one mutant."""

    mutant: Mutant
    fate: Fate
    cells: tuple[CheckFate, ...] = ()
    #: Tests that were run of it.
    tests: int = 0
    #: Requests that the good run never made, by test.
    missed: dict[str, str] = field(default_factory=dict)
    #: Tests that ended with an error of their own: a fault of the test.
    errors: dict[str, str] = field(default_factory=dict)
    #: What the operator said where it could not be carried out.
    trouble: str = ""
    #: Whether it was run on a server rather than on a recording.
    live: bool = False

    @property
    def open(self) -> bool:
        """Whether it survived and nobody has said why it may."""
        return self.fate is Fate.SURVIVED and not self.mutant.equivalent

    @property
    def explained(self) -> bool:
        """Whether it survived, and it is written down why nothing can notice it."""
        return self.fate is Fate.SURVIVED and bool(self.mutant.equivalent)

    @property
    def counts(self) -> bool:
        """Whether it counts in the score: it showed, or broke down, and something can notice it."""
        return self.fate.applicable and not self.explained
