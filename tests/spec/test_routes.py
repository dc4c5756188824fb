"""Route tables: what stands in them, how a request finds its route, and what is wrong with a bad one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.routes import mirrors_of, parse_routes, route_tables, routes
from milvus_tck.wire.descriptors import methods

_SEGMENT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def test_every_binding_has_its_table() -> None:
    """There are four tables, with as many routes as the facts list, on the ports that serve them."""
    found = {name: (len(table), table.port) for name, table in route_tables().items()}
    assert found == {
        "http-api-v1": (47, "management"),
        "http-design": (47, "gateway"),
        "http-v1": (10, "proxy"),
        "http-v2": (88, "proxy"),
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
        ({"method": "FETCH"}, "the method is one of"),
        ({"path": "a"}, "begins with a slash"),
        ({"rpcs": ["Search"]}, "either `rpc` or `rpcs`"),
        ({"profiles": "1.0"}, "no range of the profiles"),
        ({"colour": "red"}, "unknown keys"),
        ({"required": ["dimension"]}, "does not say what"),
    ],
)
def test_errors_name_the_file_and_the_row(row: dict[str, Any], words: str) -> None:
    """A wrong row is refused with the file, its number, and what is wrong."""
    raw = {"binding": "b", "port": "proxy", "route": [{**_ROW, "path": "/first"}, {**_ROW, **row}]}
    with pytest.raises(SpecError, match=rf"^proto/http/x\.toml, row 2 .*{words}"):
        parse_routes(raw, "proto/http/x.toml")


def test_no_two_rows_are_the_same_request() -> None:
    """Two rows that no request could tell apart are refused, also where their parameters have other names."""
    rows = [{**_ROW, "path": "/a/{x}"}, {**_ROW, "path": "/a/{y}"}]
    with pytest.raises(SpecError, match=r"row 2 .*row 1 is the same request"):
        parse_routes({"binding": "b", "port": "proxy", "route": rows}, "f")


@pytest.mark.parametrize("raw", [{"port": "proxy"}, {"binding": "b", "port": "moon"}, {"binding": "b", "colour": 1}])
def test_errors_name_the_file(raw: dict[str, Any]) -> None:
    """What is wrong with a table as a whole is said with its file."""
    with pytest.raises(SpecError, match=r"^f\.toml: "):
        parse_routes(raw, "f.toml")


def test_an_rpc_is_mirrored_where_it_has_a_route() -> None:
    """Tables whose routes are RPCs in other words are found by the RPC; the high-level ones are none of them."""
    found = {rpc: {table.binding for table in mirrors_of(rpc)} for rpc in ("HasCollection", "Search", "GetLoadState")}
    assert {rpc: "http-api-v1" in bindings for rpc, bindings in found.items()} == {
        "HasCollection": True,
        "Search": True,
        "GetLoadState": False,
    }
    assert {"http-v1", "http-v2"}.isdisjoint(set().union(*found.values()))


def test_what_is_unsaid_names_clauses() -> None:
    """Each pattern of what a binding can not say fits a clause or a case of one that it would be judged over."""
    for table in route_tables().values():
        for pattern in (each for row in table.unsaid for each in row.clauses):
            whole = [name for name in clauses() if table.silence(name)]
            case = [name for name in clauses() if pattern.startswith(f"{name}.") or pattern.partition("*")[0] in name]
            assert whole or case, pattern
            assert case, pattern


def test_a_reason_is_needed() -> None:
    """Silence without a reason is refused with the file."""
    with pytest.raises(SpecError, match=r"^f\.toml, unsaid .*a reason"):
        parse_routes({"binding": "b", "port": "proxy", "unsaid": [{"clauses": ["a/b"]}]}, "f.toml")
