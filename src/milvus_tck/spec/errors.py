"""Errors: the two code tables of `Status` and the map between them.

`Status.code` (2.3 and later) is what clients read today; `Status.error_code` is the
legacy number that older clients still read. A server fills both, and a profile says
which legacy number belongs to a code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile, ProfileRange, releases_of
from milvus_tck.spec.tables import Table

__all__ = [
    "Code",
    "ErrorTables",
    "LegacyCode",
    "code_named",
    "codes",
    "codes_of",
    "is_branch_code",
    "is_branch_legacy",
    "legacy_codes",
    "legacy_of",
    "typed_releases",
]

#: `error_code` of every failure that has no legacy number of its own.
UNEXPECTED_ERROR = 1
#: The code of a plain error.
UNEXPECTED = 65535


class CodeTable(Table, frozen=True):
    """A number of `Status.code`; where a release changed what goes with it, there is a row for each."""

    number: int
    name: str
    #: How the reason of such a failure starts; empty: any way.
    reason: str
    #: Where it stands, as a range of profiles.
    profiles: str
    #: Whether the failure itself is worth a retry.
    retriable: bool = False
    #: The `error_code` that travels beside it.
    legacy: int = UNEXPECTED_ERROR
    #: Whether clients branch on it, so that the exact number is a promise.
    branch: bool = False
    #: The releases in which nearly every failure has a code of its own, and this one is left for none.
    typed: str = ""


class LegacyCodeTable(Table, frozen=True):
    """One meaning of a number of `Status.error_code`."""

    number: int
    name: str
    profiles: str
    branch: bool = False


class ErrorTables(Table, frozen=True):
    """The file `errors.toml`: the two code tables of `Status`, and the map between them."""

    code: tuple[CodeTable, ...]
    legacy: tuple[LegacyCodeTable, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """One number of `Status.code`."""

    number: int
    name: str
    #: How the reason of such a failure starts.
    reason: str
    #: Whether the failure is worth a retry; the wire may say false where a message was wrapped around it.
    retriable: bool
    #: The `error_code` that travels beside it.
    legacy: int
    #: Whether clients branch on it, so that the exact number is a promise.
    branch: bool
    profiles: ProfileRange


@dataclass(frozen=True, slots=True)
class LegacyCode:
    """One meaning of a number of `Status.error_code`; a number may have changed its meaning."""

    number: int
    name: str
    branch: bool
    profiles: ProfileRange


@cache
def _tables() -> ErrorTables:
    return table_file("errors.toml").value(ErrorTables)


@cache
def codes() -> tuple[Code, ...]:
    """Every code, in order of number."""
    return tuple(
        Code(row.number, row.name, row.reason, row.retriable, row.legacy, row.branch, ProfileRange(row.profiles))
        for row in _tables().code
    )


@cache
def code_named(name: str) -> int:
    """Return the number of a code by its name; raises `KeyError` where there is none."""
    return {each.name: each.number for each in codes()}[name]


@cache
def legacy_codes() -> tuple[LegacyCode, ...]:
    """Every legacy number with each of its meanings."""
    rows = _tables().legacy
    return tuple(LegacyCode(row.number, row.name, row.branch, ProfileRange(row.profiles)) for row in rows)


def legacy_of(code: int, profile: Profile) -> frozenset[int]:
    """Return the `error_code` that belongs beside `code`; an unknown code is an unexpected error.

    There are several where releases of a line differ, and it is not known which release it is.
    """
    if code == 0:
        return frozenset({0})
    rows = [each for each in codes() if each.number == code]
    releases = releases_of(profile, [each.profiles for each in rows])
    return frozenset(
        next((each.legacy for each in rows if release in each.profiles), UNEXPECTED_ERROR) for release in releases
    )


@cache
def typed_releases() -> tuple[ProfileRange, ...]:
    """Return the releases that have a code of its own for nearly every failure, and no more 65535."""
    return tuple(ProfileRange(row.typed) for row in _tables().code if row.typed)


@cache
def _is_typed(release: Profile) -> bool:
    return any(release in each for each in typed_releases())


def codes_of(allowed: Sequence[int], release: Profile) -> tuple[int, ...]:
    """Return which of the codes that are allowed are right in a release.

    In releases that type their errors, that of a plain error is none of them where it stands beside another one.
    """
    every = tuple(allowed)
    if UNEXPECTED not in every or not _is_typed(release):
        return every
    return tuple(number for number in every if number != UNEXPECTED) or every


@cache
def is_branch_code(number: int) -> bool:
    """Tell whether clients branch on this code."""
    return any(each.branch for each in codes() if each.number == number)


@cache
def is_branch_legacy(number: int) -> bool:
    """Tell whether clients branch on this legacy number."""
    return any(each.branch for each in legacy_codes() if each.number == number)
