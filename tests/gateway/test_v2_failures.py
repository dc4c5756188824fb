"""The second high-level REST before a server that fails: what one call of several says is not lost."""

from collections.abc import Mapping

import pytest
from google.protobuf.message import Message

from milvus_tck.gateway.v2.operation import Failed
from milvus_tck.gateway.v2.results import rows_of
from milvus_tck.wire import messages as m
from tests.gateway.test_v2 import post
from tests.proxy.servers import Server

_REFUSED = m.Status(code=5, error_code=m.ErrorCode.UnexpectedError, reason="the coordinator is away")
_NO_INDEX = m.Status(code=700, error_code=m.ErrorCode.IndexNotExist, reason="index not found")


@pytest.fixture
def answers() -> dict[str, Message]:
    """What RPCs answer, by name; all others succeed without a word."""
    return {}


@pytest.fixture
def peer(answers: Mapping[str, Message]) -> Server:
    """A server that answers as it is told."""
    return Server(answer=lambda rpc, _: answers[rpc].SerializeToString() if rpc in answers else b"")


@pytest.mark.parametrize("path", ["/collections/describe", "/indexes/list"])
def test_that_there_is_no_index_is_no_failure(where: str, answers: dict[str, Message], path: str) -> None:
    """A collection without an index has none; any other failure of the same call is one of the whole."""
    answers["DescribeIndex"] = m.DescribeIndexResponse(status=_NO_INDEX)
    found = post(where, path, collectionName="c").plain
    assert found["code"] == 0
    assert (found["data"]["indexes"] if path == "/collections/describe" else found["data"]) == []
    answers["DescribeIndex"] = m.DescribeIndexResponse(status=_REFUSED)
    assert post(where, path, collectionName="c").plain == {"code": 5, "message": "the coordinator is away"}


def test_a_version_that_nobody_told_is_asked_again(where: str, answers: dict[str, Message]) -> None:
    """What success is called depends on the release: a failure to tell it is not remembered."""
    answers["GetVersion"] = m.GetVersionResponse(status=_REFUSED)
    assert post(where, "/collections/list").plain["code"] == 0
    answers["GetVersion"] = m.GetVersionResponse(version="v2.3.5")
    assert post(where, "/collections/list").plain["code"] == 200


def test_what_was_created_in_part_and_is_left_is_told(where: str, answers: dict[str, Message]) -> None:
    """An index that fails is the reason, and that the collection could not be dropped again stands beside it."""
    answers["DescribeCollection"] = m.DescribeCollectionResponse(
        status=m.Status(code=100, error_code=m.ErrorCode.CollectionNotExists, reason="collection not found")
    )
    answers["CreateIndex"] = _REFUSED
    found = post(where, "/collections/create", collectionName="c", dimension=2).plain
    assert found["code"] == 5
    assert found["message"].startswith("the coordinator is away; the collection is left behind: ")


_VECTORS = m.CollectionSchema(
    fields=[
        m.FieldSchema(name="id", is_primary_key=True, data_type=m.DataType.Int64),
        m.FieldSchema(
            name="v", data_type=m.DataType.FloatVector, type_params=[m.KeyValuePair(key="dim", value="2")]
        ),
    ]
)  # fmt: skip


def _hits(keys: int, scores: int, titles: int) -> m.SearchResults:
    """Two hits, with so many of each."""
    title = m.FieldData(field_name="title", type=m.DataType.VarChar)
    title.scalars.string_data.data.extend(["a", "b"][:titles])
    data = m.SearchResultData(topks=[2], scores=[0.5, 1.5][:scores], fields_data=[title])
    data.ids.int_id.data.extend([7, 8][:keys])
    return m.SearchResults(results=data)


@pytest.mark.parametrize(("keys", "scores", "titles"), [(1, 2, 2), (2, 1, 2), (2, 2, 1), (0, 2, 2), (2, 0, 2)])
def test_hits_that_do_not_fit_together_are_a_failure(
    where: str, answers: dict[str, Message], keys: int, scores: int, titles: int
) -> None:
    """A hit without a key, a distance or a value is none, and no success either."""
    answers["DescribeCollection"] = m.DescribeCollectionResponse(schema=_VECTORS)
    ask = {"collectionName": "c", "data": [[1.0, 2.0]], "outputFields": ["title"]}
    answers["Search"] = _hits(2, 2, 2)
    whole = post(where, "/entities/search", **ask).plain
    assert [each["title"] for each in whole["data"]] == ["a", "b"]
    answers["Search"] = _hits(keys, scores, titles)
    torn = post(where, "/entities/search", **ask).plain
    assert torn["code"] == 1805
    assert torn["message"].startswith("fail to parse search result, error: of 2 rows ")


def test_rows_that_do_not_fit_together_are_a_failure() -> None:
    """Columns of other lengths are no rows: a value would stand in a row that it is not of."""
    columns = [m.FieldData(field_name=name, type=m.DataType.VarChar) for name in ("a", "b")]
    for each, values in zip(columns, (["x", "y"], ["z", "w"]), strict=True):
        each.scalars.string_data.data.extend(values)
    assert rows_of(columns, integers=True) == [{"a": "x", "b": "z"}, {"a": "y", "b": "w"}]
    del columns[1].scalars.string_data.data[1]
    with pytest.raises(Failed, match="of 2 rows b has 1"):
        rows_of(columns, integers=True)
