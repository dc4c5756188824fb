"""Profiles: the lines of the protocol that a target can be held to.

The numbered profiles are ordered (`2.2` before `2.3`); `design-2.0`, the early design
documents, stands beside them and is never part of a range.
"""

import re
from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import SpecError, read_toml, toml_names

__all__ = ["Profile", "ProfileRange", "detect", "profile", "profiles"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One line of the protocol, as `proto/profiles/<name>.toml` describes it."""

    name: str
    title: str
    #: Position among the numbered lines; `None` for a profile outside their order.
    order: int | None
    #: Whether `Status` carries `code` beside the legacy `error_code` (2.3 and later).
    status_code: bool
    #: The profile whose messages and error codes apply; itself unless it says otherwise.
    wire: str
    #: Targets on which its clauses were seen to hold.
    verified_on: tuple[str, ...]
    #: Regular expressions over the version texts that a server tells about itself.
    detect: tuple[str, ...]
    #: The RPCs that there are, for a profile which no release stands for; empty where releases say.
    rpcs: tuple[str, ...] = ()

    def recognises(self, version: str) -> bool:
        """Tell whether a version text belongs to this profile."""
        return any(re.search(pattern, version) for pattern in self.detect)


@dataclass(frozen=True, slots=True)
class ProfileRange:
    """A set of profiles written as text: `2.3`, `2.2..`, `..2.5`, `2.3..2.5`, `design-2.0`.

    Several parts are joined by commas: `2.2.., design-2.0`. A text that names no known
    profile, or a range without one in it, raises `SpecError`.
    """

    text: str

    def __post_init__(self) -> None:
        _names(self.text)

    def __contains__(self, candidate: Profile) -> bool:
        """Tell whether the profile is named or lies between the ends."""
        return candidate.name in _names(self.text)


@cache
def _names(text: str) -> frozenset[str]:
    """Name the profiles of a range."""
    return frozenset(name for part in text.split(",") for name in _part(part.strip()))


def _part(text: str) -> list[str]:
    """Name the profiles of one part: a single one, or those between two ends, either of which may be open."""
    numbered = [each.name for each in profiles() if each.order is not None]
    low, dots, high = text.partition("..")
    if not dots:
        found = [each.name for each in profiles() if each.name == text]
    elif (low or high) and {low, high} - {""} <= set(numbered):
        start = numbered.index(low) if low else 0
        found = numbered[start : numbered.index(high) + 1 if high else None]
    else:
        found = []
    if not found:
        message = f"{text!r} is no range of the profiles {', '.join(each.name for each in profiles())}"
        raise SpecError(message)
    return found


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile: the numbered ones in order, then the others."""
    found = [_load(name) for name in toml_names("profiles")]
    return tuple(sorted(found, key=lambda each: (each.order is None, each.order, each.name)))


def _load(filename: str) -> Profile:
    raw = read_toml(f"profiles/{filename}")
    return Profile(
        name=raw["name"],
        title=raw["title"],
        order=raw.get("order"),
        status_code=raw["status_code"],
        wire=raw.get("wire", raw["name"]),
        verified_on=tuple(raw["verified_on"]),
        detect=tuple(raw["detect"]),
        rpcs=tuple(raw.get("rpcs", ())),
    )


@cache
def profile(name: str) -> Profile:
    """Return the profile of that name; `KeyError` if there is none."""
    return {each.name: each for each in profiles()}[name]


def detect(version: str) -> Profile | None:
    """Return the profile that recognises what a server says of its version, if one does."""
    return next((each for each in profiles() if each.recognises(version)), None)
