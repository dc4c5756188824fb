"""The kinds of things that a run can leave on a target: how each is made, found and removed.

`proto/kinds.toml` has one row for each, in the order of removal; its head says what the columns mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, get_args

from msgspec import Meta

from milvus_tck.spec.data import table_file
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["UNDOINGS", "Kind", "KindTable", "Making", "Naming", "kind", "kinds", "maker_of", "parse_kinds"]


#: What can be undone before something is dropped.
Undoing = Literal["aliases", "grants", "nodes"]
UNDOINGS = frozenset(get_args(Undoing))


class NamingTable(Table, frozen=True):
    """An RPC, and the member of its request or its answer that holds names; a dot leads into a message."""

    rpc: str
    name: str


class MakingTable(Table, frozen=True):
    """An RPC that makes something."""

    rpc: str
    #: The member of its request that names it.
    name: str
    #: How the name is spelt in the bodies of HTTP.
    http: tuple[str, ...]
    #: The member that names its database, where that is not `db_name`.
    database: str = ""


class KindTable(Table, frozen=True):
    """The row of a kind of thing that a run can leave on a target."""

    #: What several of it are called.
    plural: str
    #: The RPCs that make one.
    made: Annotated[tuple[MakingTable, ...], Meta(min_length=1)]
    #: The RPC that lists all of it.
    list: NamingTable
    #: The RPC that removes one.
    drop: NamingTable
    #: Whether it lives in a database, which `db_name` names.
    local: bool = False
    #: An RPC that tells whether one is there.
    has: NamingTable | None = None
    #: Members that have to be set so that newer servers do not mind what hangs on it.
    forced: tuple[str, ...] = ()
    #: What is undone before, where the server refuses to drop it.
    undo: tuple[Undoing, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """An RPC, with the members that lead to a name in its request or its answer."""

    rpc: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """An RPC that makes something."""

    kind: str
    rpc: str
    path: tuple[str, ...]
    #: Members that may name the database, the first that is filled counting.
    databases: tuple[str, ...]
    #: How the name is spelt in a body of HTTP.
    http: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing."""

    name: str
    plural: str
    made: tuple[Making, ...]
    #: Whether it lives in a database.
    local: bool
    list: Naming
    #: An RPC that says just whether one is there; `None` where there is none.
    has: Naming | None
    drop: Naming
    forced: tuple[str, ...]
    undo: tuple[str, ...]

    @property
    def since(self) -> str:
        """The first numbered line that has it."""
        return rpcs()[self.made[0].rpc].since


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order in which they are removed."""
    return parse_kinds(table_file("kinds.toml"))


def kind(name: str) -> Kind:
    """Return one kind; `KeyError` if there is none of that name."""
    return kinds()[name]


def maker_of(rpc: str) -> Making | None:
    """Return what an RPC makes; `None` where it makes nothing that stays."""
    return _makers().get(rpc)


@cache
def _makers() -> Mapping[str, Making]:
    return {making.rpc: making for each in kinds().values() for making in each.made}


def parse_kinds(file: TableFile) -> dict[str, Kind]:
    """Turn the parsed file into rows; raises `SpecError`, naming the kind, where one is wrong."""
    found = {name: _kind(name, row, file) for name, row in file.value(dict[str, KindTable]).items()}
    made: dict[str, str] = {}
    for each in found.values():
        for making in each.made:
            other = made.setdefault(making.rpc, each.name)
            if other != each.name:
                raise file.wrong((each.name, "made"), f"{making.rpc} makes two kinds of things, {other} as well")
    return found


def _kind(name: str, row: KindTable, file: TableFile) -> Kind:
    for key, namings in (("made", row.made), ("list", (row.list,)), ("drop", (row.drop,)), ("has", (row.has,))):
        for rpc in (each.rpc for each in namings if each is not None):
            if rpc not in rpcs():
                raise file.wrong((name, key), f"[{name}]: there is no RPC {rpc}")
    made = tuple(_making(name, each, local=row.local) for each in row.made)
    has = _naming(row.has) if row.has is not None else None
    return Kind(name, row.plural, made, row.local, _naming(row.list), has, _naming(row.drop), row.forced, row.undo)


def _making(kind: str, row: MakingTable, *, local: bool) -> Making:
    databases = tuple(filter(None, (row.database, "db_name"))) if local else ()
    return Making(kind, row.rpc, tuple(row.name.split(".")), databases, row.http)


def _naming(row: NamingTable) -> Naming:
    return Naming(row.rpc, tuple(row.name.split(".")))
