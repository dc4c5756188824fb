"""Route tables: how an RPC is spelt as an HTTP request.

One file of `proto/http/` describes one HTTP binding:

    binding = "http-api-v1"          # its name
    base = "/api/v1"                 # what stands before every path
    port = "management"              # where it listens: management, proxy or gateway

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

Where `mirrors` is true, a route of one RPC is that RPC in other words, and what is promised of the
RPC is promised of the route. What can not be said in those words is listed, with the reason:

    [[unsaid]]
    clauses = ["insert/nan*"]        # clauses, or cases of them (`clause.case`); * and ? match any text
    reason = "JSON has no NaN"
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import Any
from urllib.parse import quote, unquote

from milvus_tck.spec.data import SpecError, read_toml, toml_names
from milvus_tck.spec.profiles import Profile, ProfileRange

__all__ = ["Field", "Route", "Routes", "Unsaid", "mirrors_of", "parse_routes", "route_tables", "routes"]

_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
_PORTS = {"management", "proxy", "gateway"}
_TABLES = {"title", "binding", "base", "port", "mirrors", "types", "route", "unsaid"}
_KEYS = {"method", "path", "rpc", "rpcs", "inner", "profiles", "since", "form", "required", "optional"}
_TYPES = {"string", "strings", "integer", "number", "numbers", "boolean", "object", "objects", "any"}
#: In the place of an RPC: what is promised of HTTP as it is.
_ITSELF = "HTTP"
_PARAMETER = re.compile(r"\{(\w+)\}")


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


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Promises that can not be judged over a binding, and why."""

    clauses: tuple[str, ...]
    reason: str

    def names(self, clause: str) -> bool:
        """Tell whether a clause, or a case `clause.case`, is one of them."""
        return any(fnmatchcase(clause, pattern) for pattern in self.clauses)


@dataclass(frozen=True)
class Routes:
    """The route table of one HTTP binding."""

    binding: str
    title: str
    #: What stands before every path, without a slash at its end.
    base: str
    port: str
    all: tuple[Route, ...]
    #: Whether a route of one RPC is that RPC in other words.
    mirrors: bool = False
    unsaid: tuple[Unsaid, ...] = ()
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

    def silence(self, clause: str) -> str:
        """Say why a clause, or a case of it, can not be judged over the binding; empty where it can."""
        return next((each.reason for each in self.unsaid if each.names(clause)), "")

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
    tables = (parse_routes(read_toml(f"http/{name}"), f"proto/http/{name}") for name in toml_names("http"))
    return {table.binding: table for table in tables}


def routes(binding: str) -> Routes:
    """Return the route table of a binding; `KeyError` if there is none."""
    return route_tables()[binding]


@cache
def mirrors_of(rpc: str) -> tuple[Routes, ...]:
    """Return the tables in which an RPC has a route that is the RPC in other words."""
    return tuple(table for table in route_tables().values() if table.mirrors and table.of(rpc) is not None)


def parse_routes(raw: dict[str, Any], file: str) -> Routes:
    """Turn one parsed file into its table; raises `SpecError`, naming the file and the row, where it is wrong."""
    _require(raw.keys() <= _TABLES, f"{file}: unknown keys {sorted(raw.keys() - _TABLES)}")
    _require(bool(raw.get("binding")), f"{file}: it names no binding")
    _require(raw.get("port") in _PORTS, f"{file}: port is one of {sorted(_PORTS)}")
    types = raw.get("types", {})
    wrong = sorted(set(types.values()) - _TYPES)
    _require(not wrong, f"{file}: {wrong} are no types; there are {sorted(_TYPES)}")
    rows = tuple(_row(row, types, f"{file}, row {number}") for number, row in enumerate(raw.get("route", ()), 1))
    _unique(rows, file)
    mirrors, unsaid = raw.get("mirrors", False), tuple(_unsaid(row, file) for row in raw.get("unsaid", ()))
    return Routes(raw["binding"], raw.get("title", ""), raw.get("base", ""), raw["port"], rows, mirrors, unsaid)


def _unsaid(row: dict[str, Any], file: str) -> Unsaid:
    _require(row.keys() == {"clauses", "reason"}, f"{file}, unsaid {row.get('clauses')}: it has clauses and a reason")
    return Unsaid(tuple(row["clauses"]), row["reason"])


def _row(row: dict[str, Any], types: Mapping[str, str], place: str) -> Route:
    where = f"{place} ({row.get('method')} {row.get('path')})"
    _require(row.keys() <= _KEYS, f"{where}: unknown keys {sorted(row.keys() - _KEYS)}")
    _require(row.get("method") in _METHODS, f"{where}: the method is one of {sorted(_METHODS)}")
    _require(str(row.get("path", "")).startswith("/"), f"{where}: a path begins with a slash")
    _require(not {"rpc", "rpcs"} <= row.keys(), f"{where}: write either `rpc` or `rpcs`")
    _require("profiles" in row, f"{where}: it names no profiles")
    try:
        profiles = ProfileRange(row["profiles"])
    except SpecError as error:
        raise SpecError(f"{where}: {error}") from error
    rpcs = tuple(row.get("rpcs", [row["rpc"]] if "rpc" in row else []))
    extra = {key: row[key] for key in ("since", "form", "inner") if key in row}
    return Route(row["method"], row["path"], rpcs, profiles, fields=_fields(row, types, where), **extra)


def _fields(row: dict[str, Any], types: Mapping[str, str], where: str) -> tuple[Field, ...]:
    names = [(name, True) for name in row.get("required", ())] + [(name, False) for name in row.get("optional", ())]
    unknown = [name for name, _ in names if name not in types]
    _require(not unknown, f"{where}: [types] does not say what {unknown} are")
    return tuple(Field(name, types[name], required) for name, required in names)


def _unique(rows: tuple[Route, ...], file: str) -> None:
    """Refuse two rows that a request can not tell apart."""
    seen: dict[tuple[str, str], int] = {}
    for number, route in enumerate(rows, 1):
        key = (route.method, _PARAMETER.sub("{}", route.path))
        first = seen.setdefault(key, number)
        _require(
            first == number, f"{file}, row {number} ({route.method} {route.path}): row {first} is the same request"
        )


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 - the condition is what this is about
    if not condition:
        raise SpecError(message)
