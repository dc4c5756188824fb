"""The second high-level REST: what success and failure look like, and how rows are read and written."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from milvus_tck.gateway.v2.surface import HANDLERS
from milvus_tck.spec.routes import routes
from milvus_tck.wire import messages as m
from tests.gateway.requests import Answer, ask
from tests.proxy.servers import Server

TABLE = routes("http-v2")
BIG = 2**53 + 1
FIELDS = [
    {"fieldName": "key", "dataType": "VarChar", "isPrimary": True, "elementTypeParams": {"max_length": 20}},
    {"fieldName": "whole", "dataType": "Int64"},
    {"fieldName": "small", "dataType": "Int8"},
    {"fieldName": "half", "dataType": "Double"},
    {"fieldName": "yes", "dataType": "Bool"},
    {"fieldName": "json", "dataType": "JSON"},
    {"fieldName": "array", "dataType": "Array", "elementDataType": "Int64", "elementTypeParams": {"max_capacity": 4}},
    {"fieldName": "dense", "dataType": "FloatVector", "elementTypeParams": {"dim": 2}},
    {"fieldName": "sparse", "dataType": "SparseFloatVector"},
]
ROW = {
    "key": 'a"b', "whole": BIG, "small": -128, "half": 0.1, "yes": True, "json": {"a": [1, None]}, "array": [1, 2],
    "dense": [0.5, 2], "sparse": {"3": 0.5, "70000": 1},
}  # fmt: skip
INDEXES = [
    {"fieldName": "dense", "indexType": "FLAT", "metricType": "L2"},
    {"fieldName": "sparse", "indexType": "SPARSE_INVERTED_INDEX", "metricType": "IP"},
]


def post(url: str, path: str, **body: object) -> Answer:
    """Ask with an object."""
    return ask(url, "POST", TABLE.base + path, body)


@pytest.fixture
def rows(url: str) -> Iterator[str]:
    """A loaded collection with fields of most types, and one row."""
    name = "v2_rows"
    created = post(url, "/collections/create", collectionName=name, schema={"fields": FIELDS}, indexParams=INDEXES)
    assert created.plain == {"code": 0, "data": {}}
    assert post(url, "/entities/insert", collectionName=name, data=[ROW]).plain["data"]["insertCount"] == 1
    yield name
    assert post(url, "/collections/drop", collectionName=name).plain["code"] == 0


def test_every_route_answers(url: str) -> None:
    """Each route of the table is served, or is 501 and says why; none is a page that is not there."""
    for route in TABLE:
        answer = ask(url, "POST", TABLE.base + route.path, {})
        assert answer.status in {200, 501}, route.path
        told = f"{route.inner}, a call between the parts of a server" in answer.plain.get("message", "")
        assert told == (route.path not in HANDLERS), route.path


def test_a_row_of_every_type(url: str, rows: str) -> None:
    """A row comes back as it went in: integers exact, JSON as a text, vectors by their numbers."""
    (found,) = post(url, "/entities/get", collectionName=rows, id='a"b').plain["data"]
    assert found == {**ROW, "json": found["json"], "sparse": {"3": 0.5, "70000": 1.0}}
    assert found["json"].replace(" ", "") == '{"a":[1,null]}'


def test_integers_as_texts(url: str, rows: str) -> None:
    """Who cannot take 64-bit integers gets them as texts, and may send them so."""
    body = {"collectionName": rows, "filter": "whole > 0", "outputFields": ["whole", "small"]}
    path = f"{TABLE.base}/entities/query"
    texts = ask(url, "POST", path, body, accept_type_allow_int64="false").plain["data"]
    assert [(row["whole"], row["small"]) for row in texts] == [(str(BIG), -128)]
    data = {**ROW, "key": "text", "whole": str(BIG)}
    assert post(url, "/entities/upsert", collectionName=rows, data=[data]).plain["data"]["upsertIds"] == ["text"]
    (found,) = post(url, "/entities/get", collectionName=rows, id=["text"], outputFields=["whole"]).plain["data"]
    assert found["whole"] == BIG


def test_searches(url: str, rows: str) -> None:
    """Hits of dense, sparse and hybrid searches carry key, distance and what was named."""
    dense = {"data": [[0.5, 2], [0.5, 0]], "annsField": "dense", "limit": 1, "outputFields": ["small"]}
    found = post(url, "/entities/search", collectionName=rows, **dense).plain
    assert found["topks"] == [1, 1]
    assert [(hit["distance"], hit["small"]) for hit in found["data"]] == [(0, -128), (4, -128)]
    assert {hit.get("key", hit.get("id")) for hit in found["data"]} == {'a"b'}
    sparse = {"data": [{"3": 2}], "annsField": "sparse", "limit": 1}
    assert post(url, "/entities/search", collectionName=rows, **sparse).plain["data"][0]["distance"] == 1
    both = [{**dense, "data": [[0.5, 2]]}, sparse]
    body = {"search": both, "rerank": {"strategy": "rrf", "params": {"k": 60}}, "limit": 1}
    assert len(post(url, "/entities/hybrid_search", collectionName=rows, **body).plain["data"]) == 1


WRONG: dict[str, tuple[dict[str, Any], int]] = {
    "a field missing": ({"half": None}, 1804),
    "a text for a number": ({"half": "x"}, 1804),
    "a fraction for an integer": ({"whole": 1.5}, 1804),
    "beyond 8 bits": ({"small": 128}, 1804),
    "a number for a boolean": ({"yes": 1}, 1804),
    "no array": ({"array": 1}, 1804),
    "an array of texts": ({"array": ["x"]}, 1804),
    "a vector too long": ({"dense": [1, 2, 3]}, 1804),
    "a vector of texts": ({"dense": ["1", "2"]}, 1804),
    "no vector": ({"dense": "x"}, 1804),
    "an index below zero": ({"sparse": {"-1": 1}}, 1804),
    "an index that is none": ({"sparse": {"x": 1}}, 1804),
    "a field that nobody has": ({"more": 1}, 1804),
}


@pytest.mark.parametrize(("change", "code"), WRONG.values(), ids=WRONG)
def test_rows_that_do_not_fit(url: str, rows: str, change: dict[str, Any], code: int) -> None:
    """A row that its schema has no place for is refused, and is not there afterwards."""
    answer = post(url, "/entities/insert", collectionName=rows, data=[{**ROW, "key": "wrong", **change}])
    assert (answer.status, answer.plain["code"], "data" in answer.plain) == (200, code, False)
    assert answer.plain["message"]
    assert post(url, "/entities/get", collectionName=rows, id="wrong").plain["data"] == []


BODIES = {
    "empty": (b"", 1801), "no JSON": (b"{x", 1801), "an array": (b"[]", 1801), "twice": (b'{"a": 1, "a": 2}', 1801),
    "another type": (b'{"collectionName": 1}', 1801), "a boolean": (b'{"collectionName": true}', 1801),
    "nothing": (b"{}", 1802), "an empty name": (b'{"collectionName": ""}', 1802),
    "null": (b'{"collectionName": null}', 1802), "missing": (b'{"collectionName": "nowhere"}', 100),
}  # fmt: skip


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES)
def test_failures_are_200(url: str, body: bytes, code: int) -> None:
    """HTTP says 200, the code in the body says what is wrong."""
    answer = ask(url, "POST", f"{TABLE.base}/collections/describe", body, None)
    assert (answer.status, answer.plain["code"], "data" in answer.plain) == (200, code, False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"dimension": 0}, 1802),
        ({"dimension": 2, "idType": "Float"}, 1100),
        ({"dimension": 2, "params": {"consistencyLevel": "strong"}}, 1100),
        ({"schema": {"fields": []}}, 1802),
        ({"schema": {"fields": [{"fieldName": "id"}]}}, 1802),
        ({"schema": {"fields": [{"fieldName": "id", "dataType": "int64"}]}}, 1100),
        ({"schema": {"fields": [{"fieldName": "id", "dataType": "Int64", "defaultValue": "x"}]}}, 1803),
    ],
)
def test_definitions_that_are_none(url: str, body: dict[str, Any], code: int) -> None:
    """A definition that cannot be read is refused, and nothing is created."""
    assert post(url, "/collections/create", collectionName="v2_none", **body).plain["code"] == code
    assert post(url, "/collections/has", collectionName="v2_none").plain["data"]["has"] is False


@pytest.mark.parametrize(
    ("action", "member"),
    [
        ("search", {"ids": [1]}),
        ("search", {"exprParams": {"a": 1}}),
        ("search", {"functionScore": {"a": 1}}),
        ("search", {"functionChains": [{"name": "f"}]}),
        ("hybrid_search", {"searchAggregation": {"size": 1}}),
        ("query", {"orderByFields": ["id"]}),
        ("upsert", {"fieldOps": [{"fieldName": "a", "op": "ARRAY_APPEND"}]}),
    ],
)
def test_members_that_are_not_translated(url: str, action: str, member: dict[str, Any]) -> None:
    """What would be lost on the way is refused."""
    answer = post(url, f"/entities/{action}", collectionName="x", data=[{"a": 1}], **member)
    assert (answer.status, answer.plain["code"], next(iter(member)) in answer.plain["message"]) == (501, 10, True)


def test_a_page_that_is_not_there(url: str) -> None:
    """No route, and another method than POST, are a page of text."""
    for method, path in (("POST", "/nothing"), ("GET", "/collections/list")):
        answer = ask(url, method, TABLE.base + path, {})
        assert (answer.status, answer.body) == (404, b"404 page not found")


def test_the_state_of_a_load(url: str) -> None:
    """A load state is told of what is there; what is not there is code 100, other than over gRPC."""
    assert post(url, "/collections/get_load_state", collectionName="nowhere").plain["code"] == 100


def test_databases(url: str) -> None:
    """The body names the database, and the header where the body does not."""
    assert post(url, "/databases/create", dbName="v2_db").plain["code"] == 0
    assert post(url, "/collections/create", dbName="v2_db", collectionName="inside", dimension=2).plain["code"] == 0
    path = f"{TABLE.base}/collections/list"
    assert ask(url, "POST", path, {}, db_name="v2_db").plain["data"] == ["inside"]
    assert ask(url, "POST", path, {"dbName": "default"}, db_name="v2_db").plain["data"] == []
    assert post(url, "/collections/drop", dbName="v2_db", collectionName="inside").plain["code"] == 0
    assert post(url, "/databases/drop", dbName="v2_db").plain["code"] == 0


# -- before a server that does as it is told ------------------------------------------------


def test_calls_that_take_too_long(where: str) -> None:
    """What takes longer than Request-Timeout is 408."""
    body = {"collectionName": "x", "filter": "a > 0"}
    answer = ask(where, "POST", f"{TABLE.base}/entities/query", body, request_timeout="0.2")
    assert (answer.status, answer.plain) == (408, {"code": 10001, "message": "request timeout"})


def test_calls_that_break(where: str) -> None:
    """A gRPC error is a failure with its words."""
    answer = post(where, "/collections/drop", collectionName="x")
    assert (answer.status, answer.plain["code"]) == (200, 65535)
    assert "größer" in answer.plain["message"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic "])
def test_a_scheme_without_a_secret(where: str, peer: Server, header: str) -> None:
    """It is no credential, and no failure: SDKs send it."""
    answer = ask(where, "POST", f"{TABLE.base}/collections/list", {}, authorization=header)
    assert answer.plain["code"] == 0
    assert "authorization" not in dict(peer.metadata)


def test_passwords(where: str, peer: Server) -> None:
    """A password travels as servers read it."""
    post(where, "/users/create", userName="u", password="secret")  # noqa: S106 - it is one
    sent = m.CreateCredentialRequest.FromString(peer.requests[0])
    assert (sent.username, base64.b64decode(sent.password)) == ("u", b"secret")


@pytest.mark.parametrize(
    ("version", "success"), [("v2.3.5", 200), ("v2.3.21-lite", 200), ("2.4.18", 0), ("v3.0.0", 0), ("", 0)]
)
def test_what_success_is_called(where: str, peer: Server, version: str, success: int) -> None:
    """Success is 200 before servers of 2.3, and 0 since."""
    told = m.GetVersionResponse(version=version).SerializeToString()
    peer.answer = lambda rpc, _request: told if rpc == "GetVersion" else b""
    assert post(where, "/collections/list").plain == {"code": success, "data": []}


def test_errors_of_older_servers(where: str, peer: Server) -> None:
    """A failure with the legacy number alone has the code that stands for it."""
    failed = m.Status(error_code=m.ErrorCode.CollectionNotExists, reason="gone").SerializeToString()
    peer.answer = lambda _rpc, _request: failed
    assert post(where, "/collections/load", collectionName="x").plain == {"code": 100, "message": "gone"}
