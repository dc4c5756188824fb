"""Route tables: how an RPC is spelt as an HTTP request.

One file of `proto/http/` describes one HTTP binding:

    binding = "http-api-v1"          # its name, as bindings.toml has it
    base = "/api/v1"                 # what stands before every path

    [types]                          # what a field is, for the bindings that are no mirror of an RPC
    dimension = "integer"

    [[route]]
    method = "POST"
    path = "/collections/{collection_name}/partitions"
    rpc = "CreatePartition"          # or `rpcs`, where a server makes several of one request
    profiles = "2.2.."
    form = "insert"                  # how the body is written, where it is not the message of the RPC
    required = ["dimension"]         # fields of the body, or of the query
    optional = ["dbName"]

Where the binding has the `same_rpcs`, a route of one RPC is that RPC in other words, and what is promised
of the RPC is promised of the route. Reasons why something cannot be said in those words have names, by which
clauses say that it is so of them (`inexpressible.http-api-v1 = "not-a-number"`):

    [inexpressible]
    not-a-number = "JSON has no NaN"
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Annotated, Literal
from urllib.parse import quote, unquote

from msgspec import Meta
from msgspec import field as key

from milvus_tck.spec.data import table_file, toml_names
from milvus_tck.spec.profiles import Profile, ProfileRange
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["Field", "Route", "RouteTables", "Routes", "parse_routes", "route_tables", "routes"]

#: In the place of an RPC: what is promised of HTTP as it is.
_ITSELF = "HTTP"
_PARAMETER = re.compile(r"\{(\w+)\}")


FieldType = Literal["string", "strings", "integer", "number", "numbers", "boolean", "object", "objects", "any"]


class RouteTable(Table, frozen=True):
    """One method on one path."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    #: Below the base of the table; a parameter is `{named}`.
    path: Annotated[str, Meta(pattern="^/")]
    #: Where it stands, as a range of profiles.
    profiles: str
    #: The RPC that it is.
    rpc: str = ""
    #: What a server makes of one request, where those are several.
    rpcs: tuple[str, ...] = ()
    #: Calls between the parts of a server, where no RPC of clients does the same.
    inner: str = ""
    #: The oldest release that is known to have it, where that says more than `profiles`.
    since: str = ""
    #: How the body is written, where it is not the message of the RPC.
    form: str = ""
    #: Fields that the body, or the query, has to have.
    required: tuple[str, ...] = ()
    #: Fields that it may have.
    optional: tuple[str, ...] = ()
    #: What a field is here, where that is not what it is elsewhere.
    types: dict[str, FieldType] = key(default_factory=dict)


class RouteTables(Table, frozen=True):
    """A file of `proto/http/`: one binding of HTTP."""

    #: Its name.
    binding: Annotated[str, Meta(min_length=1)]
    title: str = ""
    #: What stands before every path.
    base: str = ""
    #: What a field is, for bindings that are no mirror of an RPC.
    types: dict[str, FieldType] = key(default_factory=dict)
    route: tuple[RouteTable, ...] = ()
    #: Why something cannot be said in these words, by the name that clauses give as their reason.
    inexpressible: dict[str, Annotated[str, Meta(min_length=1)]] = key(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a body or of a query."""

    name: str
    #: One of string, strings, integer, number, numbers, boolean, object, objects, any.
    type: str
    required: bool


@dataclass(frozen=True)
class Route:
    """One method on one path."""

    method: str
    #: Below the base of its table; a parameter is `{named}`.
    path: str
    #: What a server does for it, in this order; empty for a route of its own, such as health.
    rpcs: tuple[str, ...]
    profiles: ProfileRange
    #: The oldest release that is known to have it, where that says more than `profiles`.
    since: str = ""
    #: How the body is written, where it is not the message of the RPC; see `wire.json_form`.
    form: str = ""
    #: Calls between the parts of a server, where no RPC of clients does the same.
    inner: str = ""
    fields: tuple[Field, ...] = ()

    @property
    def rpc(self) -> str:
        """The RPC that it is; empty where it is several or none."""
        return self.rpcs[0] if len(self.rpcs) == 1 else ""

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names in its path, from left to right."""
        return tuple(_PARAMETER.findall(self.path))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a path below the base has to be, still escaped."""
        pieces = _PARAMETER.split(self.path)
        literal = [re.escape(piece) if index % 2 == 0 else f"(?P<{piece}>[^/]*)" for index, piece in enumerate(pieces)]
        return re.compile("".join(literal))

    def fill(self, parameters: Mapping[str, str]) -> str:
        """Write the path with its parameters, escaped; raises `KeyError` where one is missing."""
        return _PARAMETER.sub(lambda found: quote(parameters[found[1]], safe=""), self.path)

    def applies_to(self, profile: Profile) -> bool:
        """Tell whether a server of the profile has it."""
        return profile in self.profiles


@dataclass(frozen=True)
class Routes:
    """The route table of one HTTP binding."""

    binding: str
    title: str
    #: What stands before every path, without a slash at its end.
    base: str
    all: tuple[Route, ...]
    #: Why something cannot be said over the binding, by the name that clauses give as their reason.
    inexpressible: Mapping[str, str] = field(default_factory=dict)
    _by_rpc: dict[str, Route] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first: dict[str, Route] = {}
        for route in self.all:
            if route.rpc:
                first.setdefault(route.rpc, route)
        object.__setattr__(self, "_by_rpc", first)  # a frozen value may still compute

    def __iter__(self) -> Iterator[Route]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, rpc: str) -> Route | None:
        """Return the route that is this RPC and nothing else, the first where there are several."""
        return self._by_rpc.get(rpc)

    def carries(self, rpc: str, profile: Profile) -> bool:
        """Tell whether servers of a profile have a route for an RPC; for HTTP itself, whether they have any."""
        return any(route.applies_to(profile) and (rpc in route.rpcs or rpc == _ITSELF) for route in self.all)

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route of a request, with the parameters in its path, unescaped.

        `path` is the whole path as it travels: still escaped, without a query. A literal path wins
        over one with parameters.
        """
        found = [each for each in self._matches(path) if each[0].method == method]
        return min(found, key=lambda each: len(each[1]), default=None)

    def methods(self, path: str) -> frozenset[str]:
        """Tell which methods a path has; empty where no route has that path."""
        return frozenset(route.method for route, _ in self._matches(path))

    def _matches(self, path: str) -> Iterator[tuple[Route, dict[str, str]]]:
        if not path.startswith(self.base):
            return
        below = path[len(self.base) :]
        for route in self.all:
            found = route.pattern.fullmatch(below)
            if found is not None:
                yield route, {name: unquote(value) for name, value in found.groupdict().items()}


@cache
def route_tables() -> Mapping[str, Routes]:
    """Every route table by the name of its binding."""
    tables = (parse_routes(table_file(f"http/{name}")) for name in toml_names("http"))
    return {table.binding: table for table in tables}


def routes(binding: str) -> Routes:
    """Return the route table of a binding; `KeyError` if there is none."""
    return route_tables()[binding]


def parse_routes(file: TableFile) -> Routes:
    """Turn one parsed file into its table; raises `SpecError`, naming the file and the row, where it is wrong."""
    table = file.value(RouteTables)
    rows = tuple(_route(row, table, file, number) for number, row in enumerate(table.route))
    _unique(rows, file)
    return Routes(table.binding, table.title, table.base, rows, table.inexpressible)


def _route(row: RouteTable, table: RouteTables, file: TableFile, number: int) -> Route:
    with file.at("route", number):
        if row.rpc and row.rpcs:
            raise ValueError("write either `rpc` or `rpcs`")
        names = [(name, True) for name in row.required] + [(name, False) for name in row.optional]
        types = {**table.types, **row.types}
        if unknown := [name for name, _ in names if name not in types]:
            message = f"[types] does not say what {', '.join(unknown)} are"
            raise ValueError(message)
        if foreign := row.types.keys() - {name for name, _ in names}:
            message = f"types says what {', '.join(sorted(foreign))} are, which the route does not have"
            raise ValueError(message)
        fields = tuple(Field(name, types[name], required) for name, required in names)
        rpcs = row.rpcs or tuple(filter(None, (row.rpc,)))
        return Route(
            row.method, row.path, rpcs, ProfileRange(row.profiles), row.since, row.form, row.inner, fields=fields
        )


def _unique(rows: tuple[Route, ...], file: TableFile) -> None:
    """Refuse two rows that a request cannot tell apart."""
    seen: dict[tuple[str, str], int] = {}
    for number, route in enumerate(rows):
        key = (route.method, _PARAMETER.sub("{}", route.path))
        first = seen.setdefault(key, number)
        if first != number:
            same = file.where(("route", first))
            raise file.wrong(("route", number), f"{route.method} {route.path} is the same request as that in {same}")
