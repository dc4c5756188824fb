"""The second high-level REST before a server that fails: what one call of several says is not lost."""

from collections.abc import Mapping

import pytest
from google.protobuf.message import Message

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
