"""Route tables: what stands in them, how a request finds its route, and what is wrong with a bad one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.routes import parse_routes, route_tables, routes
from milvus_tck.spec.tables import TableFile
from milvus_tck.wire.descriptors import methods

_SEGMENT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def test_every_binding_has_its_table() -> None:
    """There are four tables, with as many routes as the facts list."""
    found = {name: len(table) for name, table in route_tables().items()}
    assert found == {
        "http-api-v1": 47,
        "http-design": 47,
        "http-v1": 10,
        "http-v2": 105,
    }


@pytest.mark.parametrize("binding", route_tables())
def test_routes_name_rpcs_that_exist(binding: str) -> None:
    """Whatever a table says that a route does is an RPC of the service."""
    assert {rpc for route in routes(binding) for rpc in route.rpcs} <= methods().keys()


def test_parameters_are_members_of_the_request() -> None:
    """A parameter in a path of the design stands for a member of the request."""
    for route in routes("http-design"):
        assert set(route.parameters) <= set(methods()[route.rpc].input_type.fields_by_name)


def test_an_rpc_finds_its_route() -> None:
    """An RPC has its route; one that no route is has none."""
    table = routes("http-api-v1")
    found = table.of("HasCollection")
    assert found is not None
    assert (found.method, found.path, found.applies_to(profile("2.2"))) == ("GET", "/collection/existence", True)
    assert table.of("GetLoadState") is None
    create = routes("http-v1").match("POST", "/v1/vector/collections/create")
    assert create is not None
    assert create[0].rpcs == ("CreateCollection", "CreateIndex", "LoadCollection")
    assert create[0].rpc == ""
    assert [each.name for each in create[0].fields if each.required] == ["collectionName", "dimension"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/collection"),
        ("GET", "/api/v1/nosuch"),
        ("GET", "/collection"),
        ("GET", "/api/v1/collection/"),
        ("GET", "/api/v1"),
    ],
)
def test_no_route(method: str, path: str) -> None:
    """A path or a method that no row has matches nothing."""
    assert routes("http-api-v1").match(method, path) is None


def test_the_methods_of_a_path() -> None:
    """A path tells which methods it has, so that a wrong method is not a wrong path."""
    assert routes("http-api-v1").methods("/api/v1/alias") == {"POST", "DELETE", "PATCH"}
    assert routes("http-api-v1").methods("/api/v1/nosuch") == frozenset()


@given(_SEGMENT, _SEGMENT)
def test_names_survive_a_path(collection: str, partition: str) -> None:
    """Whatever a collection and a partition are called comes back out of the path that was made of them."""
    table = routes("http-design")
    route = table.of("HasPartition")
    assert route is not None
    path = route.fill({"collection_name": collection, "partition_name": partition})
    assert table.match("GET", path) == (route, {"collection_name": collection, "partition_name": partition})


_ROW = {"method": "GET", "path": "/a", "rpc": "HasCollection", "profiles": "2.2.."}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"method": "FETCH"}, "there is no method 'FETCH'; there are "),
        ({"path": "a"}, "path = 'a' is not a text matching regex '\\^/'"),
        ({"rpcs": ["Search"]}, "either `rpc` or `rpcs`"),
        ({"profiles": "1.0"}, "no range of the profiles"),
        ({"colour": "red"}, "has no colour; there are "),
        ({"required": ["dimension"]}, "does not say what"),
        ({"types": {"dimension": "integer"}}, "what dimension are, which the route does not have"),
    ],
)
def test_errors_name_the_file_and_the_row(row: dict[str, Any], words: str) -> None:
    """A wrong row is refused with the file, its number, and what is wrong."""
    raw = {"binding": "b", "route": [{**_ROW, "path": "/first"}, {**_ROW, **row}]}
    with pytest.raises(SpecError, match=rf"^proto/http/x\.toml: \[\[route\]\] 2.*{words}"):
        parse_routes(TableFile("proto/http/x.toml", raw))


def test_no_two_rows_are_the_same_request() -> None:
    """Two rows that no request could tell apart are refused, also where their parameters have other names."""
    rows = [{**_ROW, "path": "/a/{x}"}, {**_ROW, "path": "/a/{y}"}]
    with pytest.raises(SpecError, match=r"POST|GET /a/\{y\} is the same request"):
        parse_routes(TableFile("f", {"binding": "b", "route": rows}))


def test_a_type_of_one_route() -> None:
    """A field may be something else in one route than it is elsewhere."""
    rows = [{**_ROW, "required": ["id"]}, {**_ROW, "path": "/b", "required": ["id"], "types": {"id": "integer"}}]
    table = parse_routes(TableFile("f", {"binding": "b", "types": {"id": "string"}, "route": rows}))
    assert [each.type for route in table for each in route.fields] == ["string", "integer"]


@pytest.mark.parametrize("raw", [{"base": "/a"}, {"binding": "b", "base": 1}, {"binding": "b", "colour": 1}])
def test_errors_name_the_file(raw: dict[str, Any]) -> None:
    """What is wrong with a table as a whole is said with its file."""
    with pytest.raises(SpecError, match=r"^f\.toml: "):
        parse_routes(TableFile("f.toml", raw))


def test_a_reason_is_needed() -> None:
    """A reason without words is refused with the file."""
    with pytest.raises(SpecError, match=r"^f\.toml: \[inexpressible\]: weather = '' is not "):
        parse_routes(TableFile("f.toml", {"binding": "b", "inexpressible": {"weather": ""}}))
