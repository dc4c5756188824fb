"""Deviations: promises that released servers are known to break, the reader of `proto/deviations.toml`.

Every release that is named breaks the promise in just this way, so whoever is held to that release is told of it and
not failed by it.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Annotated

from msgspec import Meta

from milvus_tck.spec.clause_witnesses import Witness, parse_witness
from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile, ProfileRange
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["Deviation", "DeviationTables", "deviation_of", "deviations", "parse_deviations"]


class DeviationTable(Table, frozen=True):
    """A promise that released servers break in just one way."""

    #: Which releases show it, as a range of profiles.
    releases: str
    #: What is wrong, as a sentence.
    text: str
    #: Names of checks, `clause[.case]:aspect@binding`, or patterns of them.
    checks: Annotated[tuple[str, ...], Meta(min_length=1)]
    #: How they fail; a pattern as well.
    signature: Annotated[str, Meta(min_length=1)]
    #: Who was seen to do it, or where it was read.
    witness: Annotated[tuple[str, ...], Meta(min_length=1)]


class DeviationTables(Table, frozen=True):
    """The file `deviations.toml`."""

    deviation: tuple[DeviationTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Deviation:
    """A broken promise that every one of some releases shows."""

    releases: ProfileRange
    #: What is wrong, as a sentence.
    text: str
    #: The checks that fail by it: names, or patterns such as `describe-collection/unknown-id:code@*`.
    checks: tuple[str, ...]
    #: How they fail; a pattern as well, such as `crash:*`.
    signature: str
    #: Who saw it, or where it was read.
    witness: tuple[Witness, ...]

    def covers(self, check: str, signature: str, line: Profile) -> bool:
        """Tell whether a check fails just as this says, in a release or, where that is unknown, in a line of it."""
        return (
            line in self.releases
            and fnmatchcase(signature, self.signature)
            and any(fnmatchcase(check, pattern) for pattern in self.checks)
        )


@cache
def deviations() -> tuple[Deviation, ...]:
    """Return all that are known."""
    return parse_deviations(table_file("deviations.toml"))


def deviation_of(check: str, signature: str, line: Profile) -> Deviation | None:
    """Return the deviation that a failed check shows; `None` where no release of the profile fails like this."""
    return next((each for each in deviations() if each.covers(check, signature, line)), None)


def parse_deviations(file: TableFile) -> tuple[Deviation, ...]:
    """Turn the parsed file into values; raises `SpecError` where a row contradicts the form."""
    found = []
    for number, row in enumerate(file.value(DeviationTables).deviation):
        with file.at("deviation", number):
            witness = tuple(map(parse_witness, row.witness))
            found.append(Deviation(ProfileRange(row.releases), row.text, row.checks, row.signature, witness))
    return tuple(found)
