"""The two code tables of `Status` and the map between them.

`Status.code` (2.3 and later) is what clients read today; `Status.error_code` is the
legacy number that older clients still read. A server fills both, and a profile says
which legacy number belongs to a code.
"""

from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import read_toml
from milvus_tck.spec.profiles import Profile, ProfileRange

__all__ = ["Code", "LegacyCode", "codes", "is_branch_code", "is_branch_legacy", "legacy_codes", "legacy_of"]

#: `error_code` of every failure that has no legacy number of its own.
UNEXPECTED_ERROR = 1


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
def codes() -> tuple[Code, ...]:
    """Every code, in order of number."""
    rows = read_toml("errors.toml")["code"]
    return tuple(
        Code(
            number=row["number"],
            name=row["name"],
            reason=row["reason"],
            retriable=row.get("retriable", False),
            legacy=row.get("legacy", UNEXPECTED_ERROR),
            branch=row.get("branch", False),
            profiles=ProfileRange(row["profiles"]),
        )
        for row in rows
    )


@cache
def legacy_codes() -> tuple[LegacyCode, ...]:
    """Every legacy number with each of its meanings."""
    rows = read_toml("errors.toml")["legacy"]
    return tuple(
        LegacyCode(row["number"], row["name"], row.get("branch", False), ProfileRange(row["profiles"])) for row in rows
    )


def legacy_of(code: int, profile: Profile) -> int:
    """Return the `error_code` that belongs beside `code`; an unknown code is an unexpected error."""
    if code == 0:
        return 0
    found = (each.legacy for each in codes() if each.number == code and profile in each.profiles)
    return next(found, UNEXPECTED_ERROR)


@cache
def is_branch_code(number: int) -> bool:
    """Tell whether clients branch on this code."""
    return any(each.branch for each in codes() if each.number == number)


@cache
def is_branch_legacy(number: int) -> bool:
    """Tell whether clients branch on this legacy number."""
    return any(each.branch for each in legacy_codes() if each.number == number)
