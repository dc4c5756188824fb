"""The rows of the bindings, and that they say what lists by name said before."""

import ast
from pathlib import Path

import pytest

from milvus_tck.bindings.names import bindings_of
from milvus_tck.load.codecs.registry import CODECS
from milvus_tck.spec.bindings import (
    GRPC,
    binding_row,
    binding_rows,
    mirrors_of,
    parse_bindings,
    stand_ins,
    success_codes,
)
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.routes import route_tables
from milvus_tck.spec.tables import TableFile

_SOURCE = Path(__file__).parents[2] / "src" / "milvus_tck"
_ROW = {"title": "t", "port": "proxy"}


def test_every_binding_has_its_row() -> None:
    """There are gRPC and the four of HTTP, each on the port that serves it, under the title of reports."""
    assert {name: (row.title, row.port) for name, row in binding_rows().items()} == {
        "grpc": ("gRPC", "grpc"),
        "http-api-v1": ("HTTP api/v1", "management"),
        "http-design": ("HTTP (design)", "gateway"),
        "http-v1": ("HTTP v1", "proxy"),
        "http-v2": ("HTTP v2", "proxy"),
    }


def test_rows_say_what_lists_said() -> None:
    """Whose refusals carry one number, for whom the gateway stands in, what says success, and where RPCs are RPCs."""
    rows = binding_rows().values()
    assert {row.name for row in rows if row.one_code} == {"http-v1", "http-v2"}
    assert stand_ins() == {"http-design", "http-v2"}
    assert success_codes() == {200, 0}
    assert {row.name for row in rows if row.own_status} == {"http-design"}
    assert {row.name for row in rows if row.same_rpcs} == {GRPC, "http-api-v1", "http-design"}
    assert {row.name for row in rows if row.served} == {"http-api-v1", "http-design", "http-v2"}


def test_what_speaks_a_binding_knows_its_name() -> None:
    """Load, the options and the tables of routes have no binding of their own."""
    assert set(CODECS) <= binding_rows().keys()
    assert bindings_of([",".join(binding_rows())]) == tuple(binding_rows())
    assert route_tables().keys() == binding_rows().keys() - {GRPC}


def test_grpc_carries_every_rpc() -> None:
    """What has no table of routes takes every RPC; over the others a profile has to have a route."""
    assert binding_row(GRPC).carries("GetLoadState", profile("2.2"))
    assert not binding_row("http-api-v1").carries("GetLoadState", profile("2.2"))
    assert binding_row("http-api-v1").carries("HasCollection", profile("2.2"))


def test_an_rpc_is_mirrored_where_it_has_a_route() -> None:
    """Tables whose routes are RPCs in other words are found by the RPC; the high-level ones are none of them."""
    found = {rpc: {table.binding for table in mirrors_of(rpc)} for rpc in ("HasCollection", "Search", "GetLoadState")}
    assert {rpc: "http-api-v1" in names for rpc, names in found.items()} == {
        "HasCollection": True,
        "Search": True,
        "GetLoadState": False,
    }
    assert {"http-v1", "http-v2"}.isdisjoint(set().union(*found.values()))


#: What speaks one binding, and so has its name.
_SPEAKERS = {
    "bindings/registry.py",
    "gateway/openapi/document.py",
    "gateway/surfaces/api_v1.py",
    "gateway/surfaces/design.py",
    "gateway/v2/surface.py",
    "load/codecs/api_v1.py",
    "load/codecs/registry.py",
    "load/codecs/v1.py",
    "load/codecs/v2.py",
    "repro/steps.py",
}


def _named(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return bool(texts & (binding_rows().keys() - {GRPC}))


def test_no_code_chooses_by_the_name_of_a_binding() -> None:
    """Whoever decides by a binding asks its row: a new one needs a row, a table of routes, and what speaks it."""
    found = {str(path.relative_to(_SOURCE)) for path in _SOURCE.rglob("*.py") if _named(path)}
    assert found == _SPEAKERS


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"http-v1": _ROW}, "the first binding is grpc"),
        ({"grpc": {**_ROW, "port": "moon"}}, "moon"),
        ({"grpc": {**_ROW, "colour": 1}}, "has no colour"),
        ({"grpc": _ROW, "http-v9": _ROW}, "http-v9 has no table of routes, http-api-v1, http-design"),
    ],
)
def test_errors_name_the_file(raw: dict[str, object], words: str) -> None:
    """A row that does not fit is refused, and so is a binding of HTTP without routes, and routes without a row."""
    with pytest.raises(SpecError, match=rf"^proto/bindings\.toml.*{words}"):
        parse_bindings(TableFile("proto/bindings.toml", raw), route_tables())
