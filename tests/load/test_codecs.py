"""How load is said over HTTP: what servers were seen to answer is understood, and runs over HTTP come to an end."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from milvus_tck.load.codecs import Codec, open_codec
from milvus_tck.load.codecs.registry import CODECS
from milvus_tck.load.codecs.statuses import MALFORMED
from milvus_tck.load.transports.base import Payload
from milvus_tck.spec.routes import routes
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import InsertColumn, calls, encode_insert
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType
from tests.load.runs import command, load, scenario

_HTTP = [name for name in CODECS if name != "grpc"]
_HOST = "http://127.0.0.1:9"


def _body(codec: Codec, rpc: str, payload: Payload) -> dict[str, Any]:
    said = codec.request(rpc, payload)
    assert isinstance(said, bytes)
    head, _, body = said.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    found: dict[str, Any] = json.loads(body)
    return found


def _rows() -> Payload:
    columns = [
        InsertColumn("id", DataType.Int64, np.array([1, 1 << 60])),
        InsertColumn("vec", DataType.FloatVector, np.array([[0.1, 2], [3, 4]], dtype=np.float32)),
    ]
    return encode_insert("books", columns)


def test_rows_of_an_insertion_keep_their_values() -> None:
    """Ids above 2^53 stay whole, and numbers of single precision have their shortest digits."""
    for name in ("http-v1", "http-v2"):
        said = _body(open_codec(name, _HOST), "Insert", _rows())
        assert said["data"] == [{"id": 1, "vec": [0.1, 2.0]}, {"id": 1 << 60, "vec": [3.0, 4.0]}]
    ids, vectors = _body(open_codec("http-api-v1", _HOST), "Insert", _rows())["fields_data"]
    assert (ids["field"], vectors["field"]) == ([1, 1 << 60], [[0.1, 2.0], [3.0, 4.0]])


def test_a_search_asks_for_what_it_asks_for_over_grpc() -> None:
    """Collection, vector, limit and filter are those of the request."""
    call = calls.search(
        "books", np.array([[1.5, 2]], dtype=np.float32), field="vec", topk=7, expr="n < 3", output=("id",)
    )
    said = {name: _body(open_codec(name, _HOST), "Search", call.sent) for name in _HTTP}
    assert [said[name]["filter"] for name in ("http-v1", "http-v2")] == ["n < 3", "n < 3"]
    assert [said[name]["limit"] for name in ("http-v1", "http-v2")] == [7, 7]
    assert [said["http-v1"]["vector"], said["http-v2"]["data"]] == [[1.5, 2.0], [[1.5, 2.0]]]
    assert [said["http-api-v1"][key] for key in ("vectors", "dsl")] == [[[1.5, 2.0]], "n < 3"]


@pytest.mark.parametrize("name", _HTTP)
def test_requests_go_to_routes_of_the_table(name: str) -> None:
    """Every request has the method and the path of a route of its binding."""
    asked = [calls.has_collection("c"), calls.show_collections(), calls.search("c", np.ones((1, 2), dtype=np.float32))]
    payloads = {**{call.rpc: call.sent for call in asked}, "Insert": _rows()}
    payloads |= {"Delete": m.DeleteRequest().SerializeToString(), "Query": m.QueryRequest().SerializeToString()}
    codec, table = open_codec(name, _HOST), routes(name)
    for rpc, payload in payloads.items():
        said = codec.request(rpc, payload)
        assert isinstance(said, bytes)
        method, target, _ = said.split(b" ", 2)
        assert table.match(method.decode(), target.decode().partition("?")[0]) is not None, rpc


def test_one_vector_at_a_time_over_v1() -> None:
    """Two queries in one request have no words in http-v1, and are not made one."""
    call = calls.search("books", np.ones((2, 2), dtype=np.float32), field="vec", topk=7)
    with pytest.raises(ValueError, match="one vector"):
        open_codec("http-v1", _HOST).request("Search", call.sent)


#: What servers were seen to say, by binding: a success, a refusal with its name, and what is no answer at all.
_SAID = {
    "http-api-v1": (
        b'{"status":{},"IDs":{"IdField":{"IntId":{"data":[1152921504606846976]}}},"succ_index":[0],"insert_cnt":1}',
        b'{"status":{"error_code":4,"reason":"collection not found","code":100,"detail":"x"}}',
        b"<html>",
    ),
    "http-v1": (
        b'{"code":200,"data":{"insertCount":1,"insertIds":["1152921504606846976"]}}',
        b'{"code":100,"message":"can\'t find collection"}',
        b'{"message":"no code"}',
    ),
    "http-v2": (
        b'{"code":0,"cost":0,"data":{"insertCount":1,"insertIds":[1152921504606846976]}}',
        b'{"code":100,"message":"can\'t find collection"}',
        b"[]",
    ),
}


@pytest.mark.parametrize("name", _HTTP)
def test_answers_are_told_apart(name: str) -> None:
    """A success is one, a refusal has the name of its code, and nothing else passes for an answer."""
    codec = open_codec(name, _HOST)
    well, refused, broken = _SAID[name]
    reader = codec.statuses("Insert")
    assert [reader.read(each) for each in (well, refused, broken)] == ["", "CollectionNotFound", MALFORMED]
    result = m.MutationResult.FromString(codec.answer("Insert", well))
    assert (result.insert_cnt, list(result.IDs.int_id.data)) == (1, [1 << 60])


@pytest.mark.parametrize("name", ["http-v1", "http-v2"])
def test_hits_become_rows(name: str) -> None:
    """Ids, scores and how many there are stand where gRPC has them."""
    code = 200 if name == "http-v1" else 0
    body = json.dumps({"code": code, "data": [{"id": "7", "distance": 0.5}, {"id": "9", "distance": 1.5}]}).encode()
    results = m.SearchResults.FromString(open_codec(name, _HOST).answer("Search", body)).results
    assert (list(results.topks), list(results.ids.int_id.data), list(results.scores)) == ([2], [7, 9], [0.5, 1.5])


@pytest.fixture(scope="module")
def milvus() -> Iterator[MilvusServer]:
    """A real Milvus."""
    made = resolve("milvus@2.3.5")
    assert isinstance(made, MilvusServer)
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize(("name", "port"), [("http-api-v1", "management"), ("http-v1", "proxy")])
def test_a_run_over_http(milvus: MilvusServer, tmp_path: Path, name: str, port: str) -> None:
    """Search finds its neighbours, every acknowledged row is there, and the report names the binding."""
    option = "--http-management" if port == "management" else "--http"
    path = scenario(tmp_path, "search.recall@10>0.9", "*.errors<1%", seconds=3)
    url = milvus.url(port)
    ended = load(milvus.address, tmp_path, "--scenario", str(path), "--binding", name, option, url)
    assert (ended.code, ended.verdict) == (Exit.OK, "pass"), ended.said
    audit = ended.summary["audit"]
    assert audit["found"] == audit["acknowledged"] > 2_048
    assert ended.summary["scenario"]["binding"] == name
    assert name in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_server_without_http_gets_a_gateway(tmp_path: Path) -> None:
    """A server of ours that speaks gRPC alone is asked through a gateway, and the report says so."""
    path = scenario(tmp_path, "search.recall@10>0.9", "*.errors<1%", seconds=2)
    ended = load("lite@2.5.1", tmp_path, "--scenario", str(path), "--binding", "http-api-v1")
    assert (ended.code, ended.verdict) == (Exit.OK, "pass"), ended.said
    assert ended.summary["scenario"]["gateway"] is True
    assert "gateway" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_an_endpoint_has_to_say_where_it_speaks_http(milvus: MilvusServer, tmp_path: Path) -> None:
    """Without its URL the run ends before it begins, and says which option names it."""
    options = command(milvus.address, tmp_path, "--op", "show-collections", "--binding", "http-api-v1")
    done = subprocess.run(options, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.USAGE
    assert "--http-management" in done.stderr
