"""Defects that were reported of released servers: the reader of `proto/field-defects.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from msgspec import Meta

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import table_file
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["FieldDefect", "FieldDefectTables", "field_defects", "parse_field_defects"]


class FieldDefectRow(Table, frozen=True):
    """A defect that somebody reported."""

    #: What a model is started with that has it: `model+ID`.
    id: str
    #: What the server does wrong, in our own words.
    sentence: str
    #: Where it was reported: `milvus#40580`, a repository of the organization milvus-io and a number.
    reports: Annotated[tuple[Annotated[str, Meta(pattern=r"^[\w-]+#\d+$")], ...], Meta(min_length=1)]
    #: The release that showed it, as the report tells it.
    since: str = ""
    #: The first release that does not show it any more.
    fixed: str = ""
    #: Clauses whose checks fail where it is there.
    noticed: tuple[str, ...] = ()
    #: Why no check can notice it; empty where one does.
    unnoticed: str = ""


class FieldDefectTables(Table, frozen=True):
    """The file `field-defects.toml`."""

    defect: tuple[FieldDefectRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldDefect:
    """A defect that somebody reported of a released server, which the model can be given."""

    id: str
    sentence: str
    reports: tuple[str, ...]
    since: str
    fixed: str
    noticed: tuple[str, ...]
    unnoticed: str


@cache
def field_defects() -> Mapping[str, FieldDefect]:
    """Return the defects by their ids."""
    return parse_field_defects(table_file("field-defects.toml"))


def parse_field_defects(file: TableFile) -> Mapping[str, FieldDefect]:
    """Turn the parsed file into values.

    Raises `SpecError` for an id that stands there twice, for what is no clause, and for a defect that is both noticed
    and said to be none that can be, or neither.
    """
    found: dict[str, FieldDefect] = {}
    for number, row in enumerate(file.value(FieldDefectTables).defect):
        if row.id in found:
            raise file.wrong(("defect", number, "id"), f"{row.id} stands there twice")
        for name in row.noticed:
            if name not in clauses():
                raise file.wrong(("defect", number, "noticed"), f"{name} is no clause")
        if row.noticed and row.unnoticed:
            raise file.wrong(("defect", number, "unnoticed"), f"{row.id} is noticed by {row.noticed[0]}")
        if not (row.noticed or row.unnoticed.strip()):
            why = f"{row.id} says neither who notices it nor why nobody can"
            raise file.wrong(("defect", number, "unnoticed"), why)
        found[row.id] = FieldDefect(row.id, row.sentence, row.reports, row.since, row.fixed, row.noticed, row.unnoticed)
    return found
