"""Releases of Milvus, what is known of each, and what changes from one to another."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from milvus_tck.spec.clause_files import protocol_clauses
from milvus_tck.spec.clause_witnesses import WitnessKind
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.data import SpecError, table_file
from milvus_tck.spec.errors import legacy_of
from milvus_tck.spec.exact_codes import ExactCode, exact_codes
from milvus_tck.spec.observed_answers import ObservedAnswer, observed
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.spec.tables import Table

__all__ = [
    "Change",
    "ChangeKind",
    "EvidenceKind",
    "Release",
    "ReleasesTable",
    "answer_words",
    "changes",
    "evidence",
    "published",
    "releases",
]

_SERVER = "milvus"


class EvidenceKind(StrEnum):
    """How it is known what a release does in the condition of a clause; the best there is."""

    #: A server of that release was seen to answer.
    SEEN = "seen"
    #: The source of that release was read.
    READ = "read"
    #: It follows from what other releases do, or from a document.
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """What becomes of a promise from one release to another."""

    REFUSED_NOW = "accepted before, refused now"
    ACCEPTED_NOW = "refused before, accepted now"
    NUMBER = "another number"
    TEXT = "another promise"
    NEW = "not promised before"
    GONE = "not promised any more"


class ReleasesTable(Table, frozen=True):
    """The file `releases.toml`."""

    #: Releases that a reader looks up, older ones first; a line alone where nobody looked at a patch of it.
    releases: tuple[str, ...]
    #: Releases of each server that is started here, as they are published; older ones first.
    published: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Release:
    """One release, with the profile that stands for it."""

    name: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class Change:
    """What is another promise in a later release."""

    clause: Clause
    kind: ChangeKind
    #: What is answered, in the words of `answer_words`; empty where the clause does not stand.
    before: str
    after: str
    #: The `error_code` that travels with it, before and after.
    error_codes: tuple[str, str]
    #: The promise in the release that has it: the later one, where both have.
    text: str


@cache
def releases() -> Mapping[str, Release]:
    """Return the releases of `proto/releases.toml` by name, older ones first."""
    names = table_file("releases.toml").value(ReleasesTable).releases
    try:
        return {name: Release(name, profile(name)) for name in names}
    except KeyError as error:
        raise SpecError(f"releases.toml: {error} is no release of a line that there is") from error


def published() -> Mapping[str, tuple[str, ...]]:
    """Return the releases of each server that is started here, as they are published; older ones first."""
    return table_file("releases.toml").value(ReleasesTable).published


def evidence(clause: Clause, release: Release) -> EvidenceKind:
    """Return how it is known what the release does in the condition of the clause."""
    if release.name in _seen_on().get(clause.id, {}):
        return EvidenceKind.SEEN
    servers = {each.releases[0] for each in clause.witness if each.kind is WitnessKind.SERVER and each.name == _SERVER}
    if release.name in servers:
        return EvidenceKind.SEEN
    own = exact_codes().by_clause.get(clause.id, {}).values()
    if any(each.read == release.name and each.answer is not None for row in own for each in row):
        return EvidenceKind.READ
    read = (
        place.partition("=")[0]
        for each in clause.witness
        if each.kind is WitnessKind.UPSTREAM
        for place in each.releases
    )
    return EvidenceKind.READ if release.name in read else EvidenceKind.UNKNOWN


@cache
def _seen_on() -> Mapping[str, Mapping[str, tuple[ObservedAnswer, ...]]]:
    """Return, by clause and by release of Milvus, what it was seen to answer; what stood in for it is left out."""
    found: defaultdict[str, defaultdict[str, list[ObservedAnswer]]] = defaultdict(lambda: defaultdict(list))
    for file in observed():
        for answer in file.answers if file.server.server == _SERVER else ():
            for condition in () if answer.stand_in else answer.of:
                found[condition.partition(".")[0]][file.server.release].append(answer)
    return {name: {release: tuple(rows) for release, rows in own.items()} for name, own in found.items()}


def _numbers(clause: Clause, line: Profile) -> tuple[ExactCode, ...]:
    """Return the numbers of a refusal that were read in the source of a release, else those that were seen."""
    exact = exact_codes().of(clause.id, line)
    if exact:
        return exact
    rows = _seen_on().get(clause.id, {}).get(line.release, ())
    seen = [(each.code or 0, each.error_code) for each in rows if each.code is not None and not each.ok]
    usual = ((code, None if {legacy} == legacy_of(code, line) else legacy) for code, legacy in seen)
    return tuple(dict.fromkeys(ExactCode(*each) for each in usual))


def answer_words(clause: Clause, line: Profile) -> str:
    """Say in a few words what a release answers: the code that was read or seen, else those that the clause allows.

    Where its cases are answered by different codes, or the releases of a line, each of them is named.
    `ok` is a success, `error` a failure by whatever number, `0/4` a code with an `error_code` beside it that is not
    the one of the map; empty where the clause does not stand.
    """
    if not clause.applies_to(line):
        return ""
    expected = clause.expectation(line)
    if expected.ok:
        return "ok"
    found = _numbers(clause, line) if line.status_code else ()
    if found:
        return " or ".join(str(each.code) if each.legacy is None else f"{each.code}/{each.legacy}" for each in found)
    if expected.grpc:
        return "gRPC " + " or ".join(expected.grpc)
    numbers = expected.codes if line.status_code else expected.legacy
    return "error" if expected.any_error or not numbers else " or ".join(map(str, numbers))


def changes(before: Profile, after: Profile) -> list[Change]:
    """List what is promised otherwise in `after`, in the order of the clauses."""
    found = (_change(each, before, after) for each in protocol_clauses().values())
    return [each for each in found if each is not None]


def _change(clause: Clause, before: Profile, after: Profile) -> Change | None:
    stood, stands = clause.applies_to(before), clause.applies_to(after)
    if not (stood or stands):
        return None
    told = clause.sentence(after if stands else before)
    old, new = answer_words(clause, before), answer_words(clause, after)
    if stood and stands:
        kind = _kind(clause, before, after, same=clause.sentence(before) == told)
    else:
        kind = ChangeKind.NEW if stands else ChangeKind.GONE
    beside = _error_code_words(clause, before), _error_code_words(clause, after)
    return None if kind is None else Change(clause, kind, old, new, beside, told)


def _error_code_words(clause: Clause, line: Profile) -> str:
    """Say which `error_code` travels with what a release answers; empty where that is no refusal, or not known."""
    if not (clause.applies_to(line) and line.status_code) or clause.expectation(line).ok:
        return ""
    known = _numbers(clause, line)
    numbers = {number for each in known for number in ([each.legacy] if each.legacy else legacy_of(each.code, line))}
    return " or ".join(map(str, sorted(numbers)))


def _kind(clause: Clause, before: Profile, after: Profile, *, same: bool) -> ChangeKind | None:
    old, new = clause.expectation(before), clause.expectation(after)
    if old.ok != new.ok:
        return ChangeKind.ACCEPTED_NOW if new.ok else ChangeKind.REFUSED_NOW
    if not same:
        return ChangeKind.TEXT
    if not (before.status_code and after.status_code):
        return None  # every refusal has a number more, or less: that is said once
    known = [_numbers(clause, each) for each in (before, after)]
    if all(known):
        return ChangeKind.NUMBER if set(known[0]) != set(known[1]) else None
    return ChangeKind.NUMBER if not set(old.codes) & set(new.codes) and old.codes and new.codes else None
