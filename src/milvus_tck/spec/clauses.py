"""Clauses: the promises of the protocol, as values.

A clause says what a server owes in one condition. What it owes may differ by profile,
so a clause holds one `Expectation` per profile range. `clause_files` parses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from milvus_tck.spec.clause_witnesses import Witness
from milvus_tck.spec.profiles import Profile, ProfileRange

__all__ = ["Clause", "Expectation", "Level", "Strict"]


class Level(StrEnum):
    """How much a clause binds. `observed` is looked at without a verdict."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"
    OBSERVED = "observed"

    @property
    def scored(self) -> bool:
        """Whether a failure of this level says something against the target."""
        return self in {Level.MUST, Level.SHOULD}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the answer to one condition has to be, in one profile."""

    #: The request succeeds; the other members are then empty.
    ok: bool = False
    #: Codes that are right, any of them.
    codes: tuple[int, ...] = ()
    #: Legacy numbers that are right where there is no code (2.2), any of them.
    legacy: tuple[int, ...] = ()
    #: Pairs of a code and the legacy number that travels beside it, where the map says another.
    legacy_of: tuple[tuple[int, int], ...] = ()
    #: Only failing matters, no number does.
    any_error: bool = False
    #: gRPC codes that are right where the failure does not travel in a Status.
    grpc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strict:
    """What `--strict` adds: the exact code and a stable part of the reason."""

    code: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Clause:
    """One promise of the protocol: id, level, text, source, profiles, bindings."""

    id: str
    #: The RPC whose promise it is; `wire` for promises about every answer.
    rpc: str
    family: str
    level: Level
    text: str
    expect: Mapping[ProfileRange, Expectation]
    #: One text per profile range where the promise itself differs; empty where `text` says it all.
    texts: Mapping[ProfileRange, str]
    strict: Strict
    bindings: tuple[str, ...]
    #: Clauses without which this one can not be judged.
    needs: tuple[str, ...]
    #: Who says so: what makes the clause true.
    witness: tuple[Witness, ...]
    #: The part of the protocol that a target may lack; empty for the core.
    capability: str = ""
    #: Known to kill servers: runs last, alone, on a target that can be restarted.
    hostile: bool = False
    testable: bool = True
    #: Why it can not be tested, if it can not.
    reason: str = ""
    #: What a mistaken document wrote, where the clause says what is right.
    erratum: str = ""

    @cached_property
    def ranges(self) -> tuple[ProfileRange, ...]:
        """The profile ranges in which the clause stands."""
        return tuple(self.expect)

    def applies_to(self, profile: Profile) -> bool:
        """Tell whether the clause stands in the profile."""
        return any(profile in each for each in self.expect)

    def expectation(self, profile: Profile) -> Expectation:
        """Return what the profile demands; `LookupError` where the clause does not stand in it."""
        for each, expectation in self.expect.items():
            if profile in each:
                return expectation
        message = f"{self.id} does not stand in profile {profile.name}"
        raise LookupError(message)

    def sentence(self, profile: Profile) -> str:
        """Return the promise as one sentence, for that profile."""
        found = (text for each, text in self.texts.items() if profile in each)
        return next(found, self.text)
