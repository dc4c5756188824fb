"""The resources of the early design, before a real server."""

from collections.abc import Iterator

import pytest
import yaml

from milvus_tck.wire import messages as m
from milvus_tck.wire.json_form import PROTOBUF, YAML
from tests.gateway.requests import ask

#: More than a double holds.
BIG = 2**53 + 1
SCHEMA = {
    "name": "cities",
    "fields": [
        {"name": "id", "data_type": 5, "is_primary_key": True},
        {"name": "place", "data_type": 101, "type_params": [{"key": "dim", "value": "2"}]},
    ],
}
ROWS = {
    "num_rows": 2,
    "fields_data": [
        {"type": 5, "field_name": "id", "field": [BIG, BIG + 1]},
        {"type": 101, "field_name": "place", "field": [[0.5, 1], [8, 9]]},
    ],
}


@pytest.fixture
def cities(url: str) -> Iterator[str]:
    """A loaded collection of two rows."""
    assert ask(url, "POST", "/collections", {"collection_name": "cities", "schema": SCHEMA}).plain == {}
    assert ask(url, "POST", "/collections/cities/records", ROWS).status == 200
    index = {"field_name": "place", "extra_params": [{"key": "index_type", "value": "FLAT"},
             {"key": "metric_type", "value": "L2"}]}  # fmt: skip
    assert ask(url, "POST", "/collections/cities/indexes", index).status == 200
    assert ask(url, "PUT", "/collections/cities/load").status == 200
    yield "cities"
    assert ask(url, "DELETE", "/collections/cities").status == 200


def test_what_was_written_is_read(url: str, cities: str) -> None:
    """Rows go in and come back, with ids above 2^53 to the last digit."""
    asked = {"vectors": [[8, 9]], "dsl_type": 1, "search_params": [
        {"key": "anns_field", "value": "place"}, {"key": "topk", "value": "1"},
        {"key": "metric_type", "value": "L2"}, {"key": "params", "value": "{}"}]}  # fmt: skip
    found = ask(url, "POST", f"/collections/{cities}/records/search", asked)
    assert found.status == 200
    assert found.plain["results"]["ids"] == {"IdField": {"IntId": {"data": [BIG + 1]}}}
    query = {"expr": f"id == {BIG}", "output_fields": ["id", "place"]}
    rows = ask(url, "POST", f"/collections/{cities}/records/query", query).plain["fields_data"]
    held = {each["field_name"]: each["Field"] for each in rows}
    assert held["id"]["Scalars"]["Data"]["LongData"]["data"] == [BIG]
    assert held["place"]["Vectors"]["Data"]["FloatVector"]["data"] == [0.5, 1]


def test_what_is_there_and_what_is_not(url: str, cities: str) -> None:
    """A resource that is there is 200, one that is not is 404, and the Status is in the body."""
    assert ask(url, "GET", f"/collections/{cities}").plain["value"] is True
    missing = ask(url, "GET", "/collections/nowhere/schema")
    assert (missing.status, missing.plain["status"]["code"]) == (404, 100)
    assert "grpc-status" not in missing.headers
    assert ask(url, "GET", "/collections/nowhere").plain.get("value") is None


def test_members_may_stand_in_the_query(url: str, cities: str) -> None:
    """What a body says, a query says too; twice is once too often unless both say the same."""
    said = ask(url, "GET", f"/collections/{cities}/indexes?field_name=place")
    assert said.plain["index_descriptions"][0]["field_name"] == "place"
    same = ask(url, "GET", f"/collections/{cities}/schema?collection_name={cities}", {"collection_name": cities})
    other = ask(url, "GET", f"/collections/{cities}/schema?collection_name=villages")
    assert [same.status, other.status] == [200, 400]
    assert "said twice" in other.plain["reason"]


@pytest.mark.parametrize("query", ["?nothing=1", "?collectionID=x", "?base=1", "?collectionID=1&collectionID=2"])
def test_a_query_has_plain_members(url: str, query: str) -> None:
    """A query that names no member, or one that is no plain value, is refused."""
    answer = ask(url, "GET", f"/collections/x/schema{query}")
    assert (answer.status, answer.plain["code"], answer.headers["grpc-status"]) == (400, 1100, "3")


def test_yaml_both_ways(url: str, cities: str) -> None:
    """Bodies of YAML are read, and written where they are asked for."""
    body = b"field_name: place\n"
    answer = ask(url, "GET", f"/collections/{cities}/indexes", body, "application/yaml", accept=YAML)
    assert answer.headers["content-type"] == YAML
    assert yaml.safe_load(answer.body)["index_descriptions"][0]["field_name"] == "place"


def test_protobuf_both_ways(url: str, cities: str) -> None:
    """A body may be the message itself; the path still says which collection."""
    asked = m.DescribeIndexRequest(field_name="place").SerializeToString()
    answer = ask(url, "GET", f"/collections/{cities}/indexes", asked, PROTOBUF, accept=PROTOBUF)
    assert answer.headers["content-type"] == PROTOBUF
    assert m.DescribeIndexResponse.FromString(answer.body).index_descriptions[0].field_name == "place"
    other = m.DescribeIndexRequest(collection_name="villages").SerializeToString()
    assert ask(url, "GET", f"/collections/{cities}/indexes", other, PROTOBUF).status == 400


def test_errors_in_protobuf(url: str) -> None:
    """Who asked for protobuf gets the Status of a refusal of the server in it, too."""
    answer = ask(url, "GET", "/collections/nowhere/schema", accept=PROTOBUF)
    assert answer.status == 404
    assert m.DescribeCollectionResponse.FromString(answer.body).status.code == 100


@pytest.mark.parametrize("name", ["a b", "a/b", "ä", "a%2Fb", "a?b", "..", ".", "a#b", "a,b", "a\nb", "x" * 300])
def test_a_name_in_a_path_arrives_as_it_is(url: str, name: str) -> None:
    """A name that has to be escaped reaches the server in one piece, which then speaks of it."""
    path = "".join(f"%{byte:02X}" for byte in name.encode())
    answer = ask(url, "GET", f"/collections/{path}/schema")
    assert (answer.status, answer.plain["status"]["code"]) == (404, 100)
    assert repr(name)[1:-1] in answer.plain["status"]["reason"] or name in answer.plain["status"]["reason"]


def test_a_list_in_a_path(url: str, cities: str) -> None:
    """Several names in a path are divided by commas; the server has no such RPC, and says so."""
    for name in ("north", "south"):
        assert ask(url, "POST", f"/collections/{cities}/partitions", {"partition_name": name}).status == 200
    answer = ask(url, "PUT", f"/collections/{cities}/partitions/north,south/load")
    assert (answer.status, answer.headers["grpc-status"], answer.plain["code"]) == (501, "12", 10)


def test_databases_by_header_and_query(url: str) -> None:
    """The header and the query choose the database alike."""
    assert ask(url, "POST", "/databases", {"db_name": "other"}).status == 200
    made = {"collection_name": "inside", "schema": {**SCHEMA, "name": "inside"}}
    assert ask(url, "POST", "/collections", made, db_name="other").status == 200
    here = ask(url, "GET", "/collections-list?dbName=other").plain.get("collection_names")
    there = ask(url, "GET", "/collections-list").plain.get("collection_names", [])
    assert (here, "inside" in there) == (["inside"], False)
    assert ask(url, "GET", "/collections-list?dbName=other", db_name="default").status == 400
    assert ask(url, "DELETE", "/collections/inside?dbName=other").status == 200
    assert ask(url, "DELETE", "/databases/other").status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/", 404), ("PATCH", "/collections-list", 405), ("HEAD", "/version", 405),
     ("GET", "/collections/a/b/c/d", 404), ("GET", "/collections/%FF/schema", 400), ("OPTIONS", "/collections", 405)],
)  # fmt: skip
def test_what_no_route_has(url: str, method: str, path: str, status: int) -> None:
    """A path that is nowhere is 404, a method that a path has not is 405 with those it has."""
    answer = ask(url, method, path)
    assert answer.status == status
    assert ("allow" in answer.headers) == (status == 405)
    assert answer.headers["grpc-status"] == ("3" if status == 400 else "12")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_foreign_content_types(url: str, kind: str) -> None:
    """A body of a type that is not read is 415, and says which are."""
    answer = ask(url, "POST", "/collections", b"{}", kind)
    assert (answer.status, "application/json" in answer.plain["reason"]) == (415, True)


def test_members_nobody_has(url: str) -> None:
    """A member that a request does not have is refused: it would be lost in silence."""
    answer = ask(url, "POST", "/collections", {"colection_name": "x"})
    assert (answer.status, "colection_name" in answer.plain["reason"]) == (400, True)
