"""A refusal that takes effect all the same shows where somebody looks."""

import json

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutants.defects.refused_effects import RefusedEffect, effects
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import HTTP
from tests.mutants.contexts import Script, a_mutant

_NO = m.Status(code=100, error_code=m.ErrorCode.CollectionNotExists, reason="not found")


def _seen(rpc: str, request: Message, look: str, answer: Message, times: int = 1) -> Message:
    """Let a request be refused so many times, and look with another call."""
    replies = [_refusal(rpc)] * times
    defect = RefusedEffect(Script(*replies, answer), a_mutant("takes-effect", rpc))
    for _ in range(times):
        defect.send(rpc, request.SerializeToString(), 1)
    reply = defect.send(look, b"", 1)
    assert reply.payload is not None
    assert defect.applied == (reply.payload != answer.SerializeToString(deterministic=True))
    return type(answer).FromString(reply.payload)


def _refusal(rpc: str) -> Message:
    return m.MutationResult(status=_NO) if rpc == "Insert" else _NO


@pytest.mark.parametrize(
    ("rpc", "look", "before", "after"),
    [
        ("CreateCollection", "HasCollection", m.BoolResponse(), m.BoolResponse(value=True)),
        ("DropCollection", "HasCollection", m.BoolResponse(value=True), m.BoolResponse()),
        (
            "CreateCollection",
            "ShowCollections",
            m.ShowCollectionsResponse(collection_names=["a"]),
            m.ShowCollectionsResponse(collection_names=["a", "c"]),
        ),
        (
            "DropPartition",
            "ShowPartitions",
            m.ShowPartitionsResponse(partition_names=["p", "q"]),
            m.ShowPartitionsResponse(partition_names=["q"]),
        ),
        (
            "Insert",
            "GetCollectionStatistics",
            m.GetCollectionStatisticsResponse(stats=[m.KeyValuePair(key="row_count", value="7")]),
            m.GetCollectionStatisticsResponse(stats=[m.KeyValuePair(key="row_count", value="8")]),
        ),
        (
            "LoadCollection",
            "GetLoadState",
            m.GetLoadStateResponse(state=m.LoadState.LoadStateNotLoad),
            m.GetLoadStateResponse(state=m.LoadState.LoadStateLoaded),
        ),
        ("LoadCollection", "HasCollection", m.BoolResponse(), m.BoolResponse()),
        ("Insert", "ShowPartitions", m.ShowPartitionsResponse(), m.ShowPartitionsResponse()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_effect_shows_where_it_would(rpc: str, look: str, before: Message, after: Message) -> None:
    """A look that would show the effect of the RPC does; one that would not is as it was."""
    request = (m.DropPartitionRequest if rpc.endswith("Partition") else m.CreateCollectionRequest)()
    for name, value in (("collection_name", "c"), ("partition_name", "p")):
        if name in request.DESCRIPTOR.fields_by_name:
            setattr(request, name, value)
    if rpc in {"Insert", "LoadCollection", "DropCollection"}:
        kinds = {"Insert": m.InsertRequest, "LoadCollection": m.LoadCollectionRequest}
        request = kinds.get(rpc, m.DropCollectionRequest)(collection_name="c")
    assert _seen(rpc, request, look, before) == after


def test_an_alias_that_was_refused_shows() -> None:
    """It is in the list of its collection and of all, and leads to another collection than before."""
    refused = m.CreateAliasRequest(collection_name="c", alias="a")
    listed = _seen("CreateAlias", refused, "ListAliases", m.ListAliasesResponse(aliases=["b"]))
    assert listed == m.ListAliasesResponse(aliases=["b", "a"])
    before = m.DescribeCollectionResponse(schema=m.CollectionSchema(name="d"), aliases=["a"])
    after = _seen("CreateAlias", refused, "DescribeCollection", before)
    assert isinstance(after, m.DescribeCollectionResponse)
    assert (after.schema.name, list(after.aliases)) == ("dx", [])


@pytest.mark.parametrize(
    ("look", "before", "after"),
    [
        ("/v2/vectordb/entities/query", [{"id": 1}], [{"id": 1}, {"id": -1}]),
        ("/v2/vectordb/databases/list", ["default"], ["default", "d"]),
        ("/v2/vectordb/collections/list", ["c"], []),
        ("/v2/vectordb/partitions/list", ["p"], ["p"]),
        ("/v2/vectordb/entities/search", [{"id": 1}], [{"id": 1}]),
        ("/v2/vectordb/entities/get", [{"id": 1}], [{"id": 1}]),
        ("/elsewhere/collections/list", ["c"], ["c"]),
    ],
)
def test_the_effect_shows_over_http(look: str, before: list[object], after: list[object]) -> None:
    """What was refused over HTTP shows there: as a row, and as a name in a list of what it named."""
    refusal, answer = (
        m.HttpResponse(status=200, body=json.dumps(body).encode())
        for body in ({"code": 1100, "message": "no"}, {"code": 0, "data": before})
    )
    asked = m.HttpRequest(method="POST", path="/v2/vectordb/x", body=b'{"dbName":"d","collectionName":"c"}')
    defect = RefusedEffect(Script(refusal, answer), a_mutant("takes-effect", HTTP))
    defect.send(HTTP, asked.SerializeToString(), 1)
    reply = defect.send(HTTP, m.HttpRequest(method="POST", path=look, body=b"{}").SerializeToString(), 1)
    assert reply.payload is not None
    assert json.loads(m.HttpResponse.FromString(reply.payload).body)["data"] == after
    assert defect.applied == (before != after)


def test_every_refusal_has_its_effect() -> None:
    """What is refused twice takes effect twice."""
    request = m.InsertRequest(collection_name="c")
    stats = m.GetCollectionStatisticsResponse(stats=[m.KeyValuePair(key="row_count", value="7")])
    (pair,) = _seen("Insert", request, "GetCollectionStatistics", stats, times=2).stats  # type: ignore[attr-defined]
    assert pair.value == "9"


def test_nothing_shows_before_a_refusal() -> None:
    """What succeeded is seen as it is."""
    defect = RefusedEffect(Script(m.BoolResponse(value=True)), a_mutant("takes-effect", "CreateCollection"))
    assert defect.send("HasCollection", b"", 1) == Reply(m.BoolResponse(value=True).SerializeToString(), "OK")
    assert not defect.applied


def test_a_grpc_code_is_a_refusal() -> None:
    """A call that gRPC ended was refused as well."""
    defect = RefusedEffect(Script(Reply(None, "INTERNAL"), m.BoolResponse()), a_mutant("takes-effect", "*"))
    defect.send("HasCollection", b"\xff", 1)
    assert defect.send("HasCollection", b"", 1).payload == m.BoolResponse(value=True).SerializeToString()


def test_a_mutant_may_say_what_shows() -> None:
    """Requests about what does not exist bring a collection into being, whatever they are."""
    assert effects(a_mutant("takes-effect", "Insert", value="collections")) == {
        "HasCollection", "ShowCollections", "DescribeCollection",
    }  # fmt: skip
    assert "Search" in effects(a_mutant("takes-effect", "Insert"))
