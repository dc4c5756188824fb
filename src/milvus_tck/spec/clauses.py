"""Clauses: the promises of the protocol, as values.

A clause says what a server owes in one condition. What it owes may differ by profile,
so a clause holds one `Expectation` per range of profiles and releases. `clause_files` parses them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from milvus_tck.spec.clause_witnesses import Witness
from milvus_tck.spec.errors import codes_of, typed_releases
from milvus_tck.spec.profiles import Profile, ProfileRange, releases_of

__all__ = ["EXPLORATIONS", "SDK", "Clause", "ClauseKind", "Expectation", "InexpressibleCase", "Level", "Strict"]

#: The family of clauses that explorations judge.
EXPLORATIONS = "explore"
#: The family of what SDKs promise; a run that judges one has it in the place of a profile.
SDK = "sdk"


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


class ClauseKind(StrEnum):
    """What sort of condition a clause is about, where something else goes by that."""

    #: Whether the RPC is there at all: asked of a target that lacks it, too.
    IMPLEMENTED = "implemented"
    #: A header that makes no difference, whatever stands in it.
    HEADER = "header"
    #: The same request once more: what it asks for was done before.
    REPEAT = "repeat"
    #: What it asks for is so already, whoever did it: nothing has to change.
    NO_OP = "no-op"
    #: Two requests of the RPC that are not the same: the first one is a step on the way.
    SEQUENCE = "sequence"
    #: Who may do it, on a server that asks who calls.
    PRIVILEGE = "privilege"
    #: The server lives, whatever is answered.
    SURVIVAL = "survival"
    #: A name under which there is nothing: neither a collection nor a database.
    MISSING_NAME = "missing-name"


@dataclass(frozen=True, slots=True)
class InexpressibleCase:
    """Why a clause, or some of its cases, cannot be said over a binding."""

    reason: str
    #: The cases that it is about; empty for the whole clause.
    cases: tuple[str, ...] = ()


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


def union(found: Sequence[Expectation]) -> Expectation:
    """Put together what is right in one release or another; all of them accept, or all refuse."""
    if len(found) == 1:
        return found[0]
    return Expectation(
        ok=found[0].ok,
        codes=_each(found, "codes"),
        legacy=_each(found, "legacy"),
        legacy_of=_each(found, "legacy_of"),
        any_error=any(each.any_error for each in found),
        grpc=_each(found, "grpc"),
    )


def _each(found: Sequence[Expectation], member: str) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for each in found for value in getattr(each, member)))


@dataclass(frozen=True, slots=True)
class Strict:
    """What `--strict` adds beside the exact code, which is in `exact_codes`: a stable part of the reason."""

    reason: str = ""


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
    #: What `--strict` adds, by profile range; nothing where no range holds the profile.
    strict: Mapping[ProfileRange, Strict]
    bindings: tuple[str, ...]
    #: Clauses without which this one cannot be judged.
    needs: tuple[str, ...]
    #: Who says so: what makes the clause true.
    witness: tuple[Witness, ...]
    #: The part of the protocol that a target may lack; empty for the core.
    capability: str = ""
    #: Known to kill servers: runs last, alone, on a target that can be restarted.
    hostile: bool = False
    #: Judged after the target was killed and started again on its data: on an instance that nothing else runs on.
    revives: bool = False
    #: Some servers are known to take long over the answer: it is asked for first, beside the rest.
    slow: bool = False
    testable: bool = True
    #: Why it cannot be tested, if it cannot.
    reason: str = ""
    #: What a mistaken document wrote, where the clause says what is right.
    erratum: str = ""
    #: Where single cases stand, by their names, if not wherever the clause does.
    cases: Mapping[str, ProfileRange] = field(default_factory=dict)
    #: The rule for many RPCs that it was made from, such as `{rpc}/collection-unknown`; empty where it stands alone.
    rule: str = ""
    #: The sort of condition that it is about; `None` where nothing goes by that.
    kind: ClauseKind | None = None
    #: What cannot be said of it over a binding, by the name of the binding.
    inexpressible: Mapping[str, InexpressibleCase] = field(default_factory=dict)
    #: The extension that promises it; empty where the protocol does.
    origin: str = ""

    @cached_property
    def ranges(self) -> tuple[ProfileRange, ...]:
        """The profile ranges in which the clause stands."""
        return tuple(self.expect)

    def applies_to(self, profile: Profile) -> bool:
        """Tell whether the clause stands in the release, or in any release of the line."""
        return any(profile in each for each in self.expect)

    def releases(self, profile: Profile) -> tuple[Profile, ...]:
        """Return the release, or where its patch is not known one of each kind that the clause tells apart."""
        return releases_of(profile, (*self.expect, *self.texts, *typed_releases()))

    def is_owed(self, profile: Profile, case: str) -> bool:
        """Tell whether the clause is judged in a profile, in one of its cases."""
        own = self.cases.get(case)
        stands = own is None or all(release in own for release in releases_of(profile, [own]))
        return stands and self.applies_to(profile) and not self.depends_on_patch(profile)

    def has(self, line: Profile, case: str) -> bool:
        """Tell whether a case of the clause, one with a name, stands in any release of a line."""
        return bool(case) and line in self.cases.get(case, ProfileRange(line.name))

    def why_inexpressible(self, binding: str, case: str = "") -> str:
        """Say why the clause, or one case of it, cannot be said over a binding; empty where it can."""
        own = self.inexpressible.get(binding)
        return own.reason if own is not None and (not own.cases or case in own.cases) else ""

    def strict_in(self, profile: Profile) -> Strict:
        """Return what `--strict` adds in a profile; where its releases differ, nothing."""
        releases = releases_of(profile, self.strict)
        found = [next((own for each, own in self.strict.items() if one in each), Strict()) for one in releases]
        return found[0] if len(set(found)) == 1 else Strict()

    def depends_on_patch(self, profile: Profile) -> bool:
        """Tell whether nobody can say, without the patch, if the clause stands or if the request succeeds."""
        found = [self._own(each) for each in self.releases(profile)]
        return None in found or len({each.ok for each in found if each is not None}) > 1

    def expectation(self, profile: Profile) -> Expectation:
        """Return what the profile demands; `LookupError` where the clause does not stand in it.

        Where the patch is not known, what any release of the line answers is right; where some accept what
        others refuse, this is what the newest does.
        """
        found = [own for each in self.releases(profile) if (own := self._own(each)) is not None]
        if not found:
            message = f"{self.id} does not stand in profile {profile.release}"
            raise LookupError(message)
        return union([each for each in found if each.ok == found[-1].ok])

    def _own(self, release: Profile) -> Expectation | None:
        """Return what one release demands; `None` where the clause does not stand in it."""
        own = next((expectation for each, expectation in self.expect.items() if release in each), None)
        if own is None:
            return None
        codes = codes_of(own.codes, release)
        return own if codes == own.codes else replace(own, codes=codes)

    def sentence(self, profile: Profile) -> str:
        """Return the promise as one sentence, for that profile; that of the newest where releases differ."""
        newest = self.releases(profile)[-1]
        found = (text for each, text in self.texts.items() if newest in each)
        return next(found, self.text)
