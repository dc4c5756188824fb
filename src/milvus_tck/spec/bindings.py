"""The bindings: every way in which calls can travel.

`proto/bindings.toml` has one row for each; its head says what the columns mean. Whoever opens one, and
whoever judges over one, goes by its row:

    binding_row("http-v2").carries("HasCollection", profile("2.4"))
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.routes import Routes, route_tables
from milvus_tck.spec.tables import Table, TableFile

__all__ = [
    "GRPC", "BindingRow", "BindingTable", "binding_row", "binding_rows", "mirrors_of", "parse_bindings", "stand_ins",
    "success_codes",
]  # fmt: skip

#: What everything travels over where nothing else is said: the first row.
GRPC = "grpc"


class BindingTable(Table, frozen=True):
    """The row of a way in which calls can travel."""

    #: What reports call it.
    title: str
    #: Where it listens.
    port: Literal["grpc", "management", "proxy", "gateway"]
    #: Whether each RPC travels as that RPC, in its own words or in others.
    same_rpcs: bool = False
    #: Codes of success in the body, where that has a code of its own in the place of a Status.
    success: tuple[int, ...] = ()
    #: Whether the status of HTTP says what became of a call.
    own_status: bool = False
    #: What the gateway does for it.
    gateway: Literal["", "serves", "stands-in"] = ""
    #: Whether its search has no words for ranges and groups.
    plain_search: bool = False


@dataclass(frozen=True, slots=True)
class BindingRow:
    """One way in which calls can travel."""

    name: str
    title: str
    port: str
    same_rpcs: bool
    success: frozenset[int]
    own_status: bool
    #: Whether the gateway serves it at all, and whether it stands in for targets that do not speak it.
    served: bool
    stands_in: bool
    plain_search: bool
    #: How RPCs are spelt over it; `None` where they are what they are.
    routes: Routes | None

    @property
    def one_code(self) -> bool:
        """Whether its refusals carry one number, in every profile."""
        return bool(self.success)

    def carries(self, rpc: str, profile: Profile) -> bool:
        """Tell whether servers of a profile take an RPC over it; of HTTP itself, whether they take anything."""
        return self.routes is None or self.routes.carries(rpc, profile)


@cache
def binding_rows() -> Mapping[str, BindingRow]:
    """Every binding by its name, gRPC first."""
    return parse_bindings(table_file("bindings.toml"), route_tables())


def binding_row(name: str) -> BindingRow:
    """Return a binding; `KeyError` if there is none of that name."""
    return binding_rows()[name]


@cache
def stand_ins() -> frozenset[str]:
    """Name the bindings that `milvus-tck gateway` speaks for a target that does not."""
    return frozenset(name for name, row in binding_rows().items() if row.stands_in)


@cache
def success_codes() -> frozenset[int]:
    """Return the codes that stand for success in a body, over any binding."""
    return frozenset(code for row in binding_rows().values() for code in row.success)


@cache
def mirrors_of(rpc: str) -> tuple[Routes, ...]:
    """Return the tables in which an RPC has a route that is the RPC in other words."""
    tables = (row.routes for row in binding_rows().values() if row.same_rpcs)
    return tuple(table for table in tables if table is not None and table.of(rpc) is not None)


def parse_bindings(file: TableFile, tables: Mapping[str, Routes]) -> dict[str, BindingRow]:
    """Turn the parsed file into rows; raises `SpecError` where it does not fit these tables of routes."""
    found = {
        name: BindingRow(
            name, row.title, row.port, row.same_rpcs, frozenset(row.success), row.own_status,
            served=bool(row.gateway), stands_in=row.gateway == "stands-in", plain_search=row.plain_search,
            routes=tables.get(name),
        )
        for name, row in file.value(dict[str, BindingTable]).items()
    }  # fmt: skip
    if next(iter(found), "") != GRPC:
        raise file.wrong((), f"the first binding is {GRPC}")
    without = [name for name, row in found.items() if row.routes is None and name != GRPC]
    unknown = sorted(tables.keys() - found.keys())
    if without or unknown:
        why = f"{', '.join(without) or 'no binding'} has no table of routes, {', '.join(unknown) or 'no table'} no row"
        raise file.wrong((), why)
    return found
