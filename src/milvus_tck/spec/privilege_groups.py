"""The privilege groups that every server has: the reader of `proto/privilege-groups.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from milvus_tck.spec.data import table_file
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["PrivilegeGroup", "PrivilegeGroupTable", "level_of", "parse_privilege_groups", "privilege_groups"]


class PrivilegeGroupTable(Table, frozen=True):
    """The row of a group."""

    #: What its privileges are about.
    level: Literal["Cluster", "Database", "Collection"]
    #: What is in it, beside what is in the group that it holds.
    privileges: tuple[str, ...]
    #: The group all privileges of which are in this one as well.
    holds: str = ""


@dataclass(frozen=True, slots=True)
class PrivilegeGroup:
    """A privilege group that every server has."""

    name: str
    level: str
    privileges: tuple[str, ...]
    #: The smaller group that is a part of it; empty where there is none.
    holds: str


@cache
def privilege_groups() -> Mapping[str, PrivilegeGroup]:
    """Return the groups by name, in the order of the file."""
    return parse_privilege_groups(table_file("privilege-groups.toml"))


def parse_privilege_groups(file: TableFile) -> Mapping[str, PrivilegeGroup]:
    """Turn the parsed file into groups by name; raises `SpecError` for one that holds what does not stand above it."""
    found: dict[str, PrivilegeGroup] = {}
    for name, row in file.value(dict[str, PrivilegeGroupTable]).items():
        if row.holds and row.holds not in found:
            raise file.wrong((name, "holds"), f"no group {row.holds} stands above it")
        held = found[row.holds].privileges if row.holds else ()
        found[name] = PrivilegeGroup(name, row.level, (*held, *row.privileges), row.holds)
    return found


def level_of(privilege: str) -> str:
    """Return what a privilege is about; empty for one that is in no group."""
    return next((each.level for each in privilege_groups().values() if privilege in each.privileges), "")
