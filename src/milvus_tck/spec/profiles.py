"""Profiles: the lines of the protocol that a target can be held to, down to the patch of a release.

The numbered profiles are ordered (`2.2` before `2.3`); `design-2.0`, the early design
documents, stands beside them and is never part of a range.

Releases of one line may differ. A profile whose patch is known is that release; one whose patch is not
known stands for every release of its line.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from milvus_tck.spec.data import SpecError, table_file, toml_names
from milvus_tck.spec.patches import FIRST, LAST, Patch, patch_of
from milvus_tck.spec.tables import Table

__all__ = ["Profile", "ProfileRange", "ProfileTable", "detect", "profile", "profiles", "releases_of"]

#: A release among all of them: the position of its line, and its patch.
_Place = tuple[float, Patch]
_OLDEST: _Place = (0, FIRST)
_NEWEST: _Place = (math.inf, LAST)
#: Where a profile beside the order stands: in no range.
_NOWHERE: _Place = (-1, FIRST)


class ProfileTable(Table, frozen=True):
    """A file of `proto/profiles/`: one line of the protocol."""

    name: str
    title: str
    #: Whether `Status` carries `code` beside the legacy `error_code` (2.3 and later).
    status_code: bool
    #: Servers on which the clauses of the profile were seen to hold or to fail.
    verified_on: tuple[str, ...]
    #: What such a server says of itself in GetVersion or Connect: regular expressions.
    detect: tuple[str, ...]
    #: Position among the numbered lines; a profile without one stands beside their order.
    order: int | None = None
    #: The profile whose messages and error codes apply; itself where nothing is said.
    wire: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One line of the protocol, as `proto/profiles/<name>.toml` describes it, or one release of it."""

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
    #: Which release of the line; `None` where that is not known.
    patch: Patch | None = None

    @property
    def release(self) -> str:
        """The release, such as `2.6.20`, as far as it is known: else the name of the line."""
        return self.name if self.patch is None else f"{self.name}{self.patch}"

    def recognises(self, version: str) -> bool:
        """Tell whether a version text belongs to this profile."""
        return any(re.search(pattern, version) for pattern in self.detect)

    def at(self, version: str) -> "Profile":
        """Return the release that a version text names; itself where the text tells no patch of this line."""
        patch = patch_of(self.name, version)
        return self if patch is None or self.order is None else replace(self, patch=patch)


@dataclass(frozen=True, slots=True)
class ProfileRange:
    """A set of profiles written as text: `2.3`, `2.2..`, `..2.5`, `2.3..2.5`, `2.6.19..`, `2.6.20`, `design-2.0`.

    An end is a line, the whole of which is meant, or a release (`2.6.19`, `3.0-beta`). Several parts are joined
    by commas: `2.2.., design-2.0`. A text that names no known profile, or a range without one in it, raises
    `SpecError`.
    """

    text: str

    def __post_init__(self) -> None:
        _parts(self.text)

    def __contains__(self, candidate: Profile) -> bool:
        """Tell whether the release, or any release of a line, is named or lies between the ends."""
        return _holds(self.text, candidate.name, candidate.order, candidate.patch)

    def changes(self, line: Profile) -> set[Patch]:
        """Return the patches of a line from which on a release is in it, or no longer.

        What comes before the first patch counts; a candidate of a later one is not told apart from it.
        """
        ends = [end for low, high in _parts(self.text).values() for end in (low, (high[0], high[1].next))]
        found = {patch for order, patch in ends if order == line.order}
        return {each if each.final or not each.number else each.next for each in found}


def releases_of(line: Profile, ranges: Iterable[ProfileRange]) -> tuple[Profile, ...]:
    """Return the release, or one of each kind that ranges tell apart where the patch is not known."""
    return _releases_of(line, tuple(ranges))


@cache
def _releases_of(line: Profile, ranges: tuple[ProfileRange, ...]) -> tuple[Profile, ...]:
    if line.order is None or line.patch is not None:
        return (line,)
    found = set[Patch]().union(*(each.changes(line) for each in ranges)) - {FIRST, LAST}
    if not found:
        return (line,)
    first = FIRST if FIRST.next in found else FIRST.next
    return tuple(replace(line, patch=patch) for patch in (first, *sorted(found)))


@cache
def _holds(text: str, name: str, order: int | None, patch: Patch | None) -> bool:
    if order is None:
        return name in _parts(text)
    first, last = (order, patch or FIRST), (order, patch or LAST)
    return any(low <= last and first <= high for low, high in _parts(text).values())


@cache
def _parts(text: str) -> dict[str, tuple[_Place, _Place]]:
    """Return the first and the last release of each part of a range; of a profile beside the order, nothing."""
    return {part.strip(): _part(part.strip()) for part in text.split(",")}


def _part(text: str) -> tuple[_Place, _Place]:
    if any(text == each.name for each in profiles() if each.order is None):
        return _NOWHERE, _NOWHERE
    low, dots, high = text.partition("..")
    first, last = _ends(low), _ends(high if dots else low)
    if (low and first is None) or (high and last is None) or not (low or high):
        raise _no_range(text)
    found = (first[0] if first else _OLDEST, last[1] if last else _NEWEST)
    if found[0] > found[1]:
        raise _no_range(text)
    return found


def _ends(text: str) -> tuple[_Place, _Place] | None:
    """Return the first and the last release that a line or a release means; `None` where it is neither."""
    try:
        found = profile(text)
    except KeyError:
        return None
    if found.order is None:
        return None
    return (found.order, found.patch or FIRST), (found.order, found.patch or LAST)


def _no_range(text: str) -> SpecError:
    return SpecError(f"{text!r} is no range of the profiles {', '.join(each.name for each in profiles())}")


@cache
def profiles() -> tuple[Profile, ...]:
    """Every profile, of no patch: the numbered ones in order, then the others."""
    found = [_load(name) for name in toml_names("profiles")]
    return tuple(sorted(found, key=lambda each: (each.order is None, each.order, each.name)))


def _load(filename: str) -> Profile:
    row = table_file(f"profiles/{filename}").value(ProfileTable)
    return Profile(row.name, row.title, row.order, row.status_code, row.wire or row.name, row.verified_on, row.detect)


@cache
def profile(name: str) -> Profile:
    """Return the profile of a line (`2.6`) or of a release (`2.6.20`); `KeyError` if there is none."""
    for each in profiles():
        found = each if name == each.name else each.at(name)
        if name in {found.release, found.release.replace(".0-", "-")}:
            return found
    raise KeyError(name)


def detect(version: str) -> Profile | None:
    """Return the release that a server names when it tells its version, or its line; `None` where it is unknown."""
    return next((each.at(version) for each in profiles() if each.recognises(version)), None)
