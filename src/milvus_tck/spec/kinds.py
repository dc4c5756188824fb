"""The kinds of things that a run can leave on a target: how each is made, found and removed.

`proto/kinds.toml` has one row for each, in the order of removal; its head says what the columns mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from milvus_tck.spec.data import SpecError, read_toml
from milvus_tck.spec.rpcs import rpcs

__all__ = ["UNDOINGS", "Kind", "Making", "Naming", "kind", "kinds", "maker_of", "parse_kinds"]

#: What can be undone before something is dropped.
UNDOINGS = frozenset({"aliases", "grants", "nodes"})
_KEYS = {"plural", "made", "local", "list", "has", "drop", "forced", "undo"}
_NEEDED_KEYS = {"plural", "made", "list", "drop"}
_MADE_KEYS = {"rpc", "name", "database", "http"}


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
    return parse_kinds(read_toml("kinds.toml"))


def kind(name: str) -> Kind:
    """Return one kind; `KeyError` if there is none of that name."""
    return kinds()[name]


def maker_of(rpc: str) -> Making | None:
    """Return what an RPC makes; `None` where it makes nothing that stays."""
    return _makers().get(rpc)


@cache
def _makers() -> Mapping[str, Making]:
    return {making.rpc: making for each in kinds().values() for making in each.made}


def parse_kinds(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Kind]:
    """Turn the parsed file into rows; raises `SpecError`, naming the kind, where one is wrong."""
    found = {name: _row(name, row) for name, row in raw.items()}
    made = [making.rpc for each in found.values() for making in each.made]
    twice = sorted({rpc for rpc in made if made.count(rpc) > 1})
    _require(not twice, f"kinds.toml: {twice} make two kinds of things")
    return found


def _row(name: str, row: Mapping[str, Any]) -> Kind:
    where = f"kinds.toml, {name}"
    unknown, missing = sorted(row.keys() - _KEYS), sorted(_NEEDED_KEYS - row.keys())
    _require(not unknown and not missing, f"{where}: unknown keys {unknown}, missing keys {missing}")
    undo = tuple(row.get("undo", ()))
    _require(UNDOINGS.issuperset(undo), f"{where}: undo is of {sorted(UNDOINGS)}")
    local = row.get("local", False)
    made = tuple(_making(name, each, where, local=local) for each in row["made"])
    _require(bool(made), f"{where}: nothing makes it")
    has = _naming(row["has"], where) if "has" in row else None
    return Kind(name, row["plural"], made, local, _naming(row["list"], where), has, _naming(row["drop"], where),
                tuple(row.get("forced", ())), undo)  # fmt: skip


def _making(kind: str, row: Mapping[str, Any], where: str, *, local: bool) -> Making:
    _require(row.keys() <= _MADE_KEYS and {"rpc", "name", "http"} <= row.keys(), f"{where}: made has rpc, name, http")
    _known(row["rpc"], where)
    databases = tuple(filter(None, (row.get("database", ""), "db_name"))) if local else ()
    return Making(kind, row["rpc"], tuple(row["name"].split(".")), databases, tuple(row["http"]))


def _naming(row: Mapping[str, Any], where: str) -> Naming:
    _require(row.keys() == {"rpc", "name"}, f"{where}: {dict(row)} has rpc and name")
    _known(row["rpc"], where)
    return Naming(row["rpc"], tuple(row["name"].split(".")))


def _known(rpc: str, where: str) -> None:
    _require(rpc in rpcs(), f"{where}: there is no RPC {rpc}")


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 - the condition is what this is about
    if not condition:
        raise SpecError(message)
