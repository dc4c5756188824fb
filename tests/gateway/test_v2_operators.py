"""The second high-level REST: resource groups on a real server, functions and analyzers as they are passed on."""

from collections.abc import Iterator

import pytest

from milvus_tck.gateway.server.server import Gateway
from milvus_tck.targets.resolver import resolve
from milvus_tck.wire import messages as m
from tests.gateway.test_v2 import post
from tests.proxy.servers import Server


@pytest.fixture(scope="module")
def milvus() -> Iterator[str]:
    """A gateway before a server that has resource groups."""
    target = resolve("milvus@2.3.5")
    target.start()
    try:
        with Gateway(target.address) as gateway:
            yield gateway.url
    finally:
        target.stop()


def test_the_life_of_a_resource_group(milvus: str) -> None:
    """A group that was created is listed and described, one that was dropped is not."""
    name = "tck_group"
    assert post(milvus, "/resource_groups/create", name=name).plain == {"code": 200, "data": {}}
    assert name in post(milvus, "/resource_groups/list").plain["data"]
    assert post(milvus, "/resource_groups/describe", name=name).plain["data"]["name"] == name
    assert post(milvus, "/resource_groups/drop", name=name).plain == {"code": 200, "data": {}}
    assert name not in post(milvus, "/resource_groups/list").plain["data"]
    assert post(milvus, "/resource_groups/describe", name=name).plain["code"] not in {0, 200}


def test_what_a_server_does_not_have(milvus: str) -> None:
    """A call that a server has not is 501, and says so."""
    answer = post(milvus, "/collections/drop_function", collectionName="c", FunctionName="f")
    assert (answer.status, "no such call" in answer.plain["message"]) == (501, True)


@pytest.fixture
def peer() -> Server:
    """A server that keeps what it is asked, and answers nothing to anything."""
    return Server(answer=lambda _rpc, _request: b"")


_FUNCTION = {"name": "bm", "type": "BM25", "inputFieldNames": ["text"], "outputFieldNames": ["sparse"]}


def _schema() -> m.FunctionSchema:
    return m.FunctionSchema(
        name="bm", type=m.FunctionType.BM25, input_field_names=["text"], output_field_names=["sparse"]
    )


def test_functions_are_passed_on(where: str, peer: Server) -> None:
    """A function is added, altered and dropped by the members of the request."""
    for path, more in (
        ("add_function", {"function": _FUNCTION}),
        ("alter_function", {"functionName": "old", "function": _FUNCTION}),
        ("drop_function", {"FunctionName": "old"}),
    ):
        assert post(where, f"/collections/{path}", collectionName="c", dbName="d", **more).plain["code"] == 0
    asked = [each for each in peer.requests if each]
    assert m.AddCollectionFunctionRequest.FromString(asked[0]) == m.AddCollectionFunctionRequest(
        db_name="d", collection_name="c", functionSchema=_schema()
    )
    assert m.AlterCollectionFunctionRequest.FromString(asked[1]) == m.AlterCollectionFunctionRequest(
        db_name="d", collection_name="c", function_name="old", functionSchema=_schema()
    )
    assert m.DropCollectionFunctionRequest.FromString(asked[2]) == m.DropCollectionFunctionRequest(
        db_name="d", collection_name="c", function_name="old"
    )


def test_groups_are_passed_on(where: str, peer: Server) -> None:
    """Limits of a group, and a transfer of replicas, arrive as they were asked for."""
    config = {"requests": {"node_num": 1}, "limits": {"node_num": 2}, "transfer_from": [{"resource_group": "a"}]}
    post(where, "/resource_groups/alter", resource_groups={"g": config})
    post(
        where, "/resource_groups/transfer_replica", sourceRgName="a", targetRgName="b", collectionName="c", replicaNum=2
    )
    altered, moved = (each for each in peer.requests if each)
    group = m.UpdateResourceGroupsRequest.FromString(altered).resource_groups["g"]
    assert (group.requests.node_num, group.limits.node_num, group.transfer_from[0].resource_group) == (1, 2, "a")
    assert m.TransferReplicaRequest.FromString(moved) == m.TransferReplicaRequest(
        source_resource_group="a", target_resource_group="b", collection_name="c", num_replica=2
    )


def test_an_analyzer_is_asked_and_told(where: str, peer: Server) -> None:
    """Texts and parameters are passed on, and tokens come back with their places."""
    token = m.AnalyzerToken(token="größe", start_offset=1, end_offset=6)  # noqa: S106 - a word
    told = m.RunAnalyzerResponse(results=[m.AnalyzerResult(tokens=[token])]).SerializeToString()
    peer.answer = lambda rpc, _request: told if rpc == "RunAnalyzer" else b""
    params = '{"type":"german"}'
    answer = post(where, "/common/run_analyzer", text=["Die Größe"], analyzerParams=params, withDetail=True)
    sent = m.RunAnalyzerRequest.FromString(next(each for each in peer.requests if each))
    assert (list(sent.placeholder), sent.analyzer_params) == (["Die Größe".encode()], params)
    places = {"startOffset": 1, "endOffset": 6, "position": 0, "positionLength": 0}
    assert answer.plain["data"] == {"results": [{"tokens": [{"token": "größe", **places}]}]}
    short = post(where, "/common/run_analyzer", text=["Die Größe"], withHash=True)
    assert short.plain["data"] == {"results": [{"tokens": [{"token": "größe", "hash": 0}]}]}
