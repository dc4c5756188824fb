"""RPCs of which no clause can be tested: the reader of `proto/not-testable.toml`."""

from collections.abc import Mapping
from functools import cache

from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile, ProfileRange
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["NotTestableTables", "not_testable", "parse_not_testable"]


class NotTestableRow(Table, frozen=True):
    """RPCs that nobody can test."""

    rpcs: tuple[str, ...]
    #: What stands in the way.
    reason: str
    #: Where it does, if not in every profile.
    profiles: str = ""


class NotTestableTables(Table, frozen=True):
    """The file `not-testable.toml`."""

    row: tuple[NotTestableRow, ...] = ()


def not_testable(line: Profile) -> Mapping[str, str]:
    """Return the RPCs that cannot be tested in a profile, each with the reason."""
    return {name: row.reason for name, row in _rows().items() if not row.profiles or line in ProfileRange(row.profiles)}


@cache
def _rows() -> Mapping[str, NotTestableRow]:
    return parse_not_testable(table_file("not-testable.toml"))


def parse_not_testable(file: TableFile) -> Mapping[str, NotTestableRow]:
    """Turn the parsed file into rows by RPC; raises `SpecError` for what is no RPC, or stands there twice."""
    found: dict[str, NotTestableRow] = {}
    for number, row in enumerate(file.value(NotTestableTables).row):
        for name in row.rpcs:
            if name not in rpcs() or name in found:
                why = "stands in two rows" if name in found else "is no RPC"
                raise file.wrong(("row", number, "rpcs"), f"{name} {why}")
            found[name] = row
    return found
