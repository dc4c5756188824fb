"""Outcomes: what a check sees of one call."""

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Exchange, Outcome, StatusView, status_of
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import message_class, methods

_CALL: Call[Message] = Call("HasCollection", m.HasCollectionRequest())
_STATUS = "milvus.proto.common.Status"
#: Answers that carry no Status by their definition.
_WITHOUT = {"Dummy", "CreateReplicateStream", "GetReplicateInfo"}


def _outcome(answer: Message | None, grpc_code: str = "OK", details: str = "") -> Outcome[Message]:
    exchange = Exchange(_CALL.rpc, _CALL.request, answer, grpc_code, details, 0.0)
    return Outcome(_CALL, exchange, answer)


def _failed(code: int = 0, legacy: m.ErrorCode.ValueType = m.ErrorCode.Success, reason: str = "") -> Outcome[Message]:
    return _outcome(m.BoolResponse(status=m.Status(code=code, error_code=legacy, reason=reason)))


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (_outcome(m.BoolResponse()), "ok"),
        (_outcome(m.Status(reason="search result is empty")), "ok"),
        (_outcome(m.DummyResponse()), "ok"),
    ],
)
def test_a_success(outcome: Outcome[Message], text: str) -> None:
    """A call succeeds where gRPC says OK and both numbers of the Status, if there is one, are 0."""
    assert (outcome.ok, outcome.in_band, outcome.unsupported, str(outcome)) == (True, True, False, text)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"code":0,"data":{}}', 0),
        (b'{"code":0,"message":""}', 0),
        (b'{"code":200,"data":[]}', 0),
        (b'{"code":200}', 0),
        (b'{"code":200,"data":{},"message":"no index"}', 0),
        (b'{"code":200,"message":"partition not found"}', 200),
        (b'{"code":100,"data":{}}', 100),
    ],
)
def test_the_code_of_a_body(body: bytes, code: int) -> None:
    """0 is success, and 200 is one of old servers; with a message in the place of data it is a partition not found."""
    found = status_of(m.HttpResponse(status=200, body=body))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (_failed(code=100, reason="gone"), "code 100, error_code 0: gone"),
        (_failed(legacy=m.ErrorCode.UnexpectedError), "code 0, error_code 1"),
        (_outcome(m.Status(code=-1)), "code -1, error_code 0"),
        (_outcome(m.AlterCollectionSchemaResponse(alter_status=m.Status(code=5))), "code 5, error_code 0"),
    ],
)
def test_a_failure_in_band(outcome: Outcome[Message], text: str) -> None:
    """Either number of the Status tells of a failure; servers of 2.2 fill only the legacy one."""
    assert (outcome.ok, outcome.in_band, outcome.unsupported, str(outcome)) == (False, True, False, text)


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (_outcome(None, "UNAVAILABLE", "gone away"), "gRPC UNAVAILABLE: gone away"),
        (_outcome(None, "DEADLINE_EXCEEDED"), "gRPC DEADLINE_EXCEEDED"),
    ],
)
def test_a_failure_on_the_way(outcome: Outcome[Message], text: str) -> None:
    """A gRPC code other than OK is a failure that did not travel in the answer."""
    assert (outcome.ok, outcome.in_band, outcome.unsupported, str(outcome)) == (False, False, False, text)
    assert outcome.status is None


def test_an_answer_that_can_not_be_parsed_is_no_success() -> None:
    """Where gRPC says OK but the bytes are no answer, the call did not succeed."""
    outcome = _outcome(None)
    assert (outcome.ok, outcome.in_band, str(outcome)) == (False, True, "an answer that cannot be parsed")


@pytest.mark.parametrize("outcome", [_outcome(None, "UNIMPLEMENTED"), _failed(code=10)])
def test_a_target_that_lacks_the_rpc(outcome: Outcome[Message]) -> None:
    """A target says properly that it lacks something by gRPC UNIMPLEMENTED, or by the code ServiceUnimplemented."""
    assert (outcome.ok, outcome.unsupported) == (False, True)


@pytest.mark.parametrize("rpc", methods())
def test_the_status_of_every_answer_is_found(rpc: str) -> None:
    """The Status of an answer is the answer itself or its member of that type, whatever its name."""
    kind = methods()[rpc].output_type
    answer = message_class(kind.full_name)()
    members = [each.name for each in kind.fields if each.message_type and each.message_type.full_name == _STATUS]
    told = answer if isinstance(answer, m.Status) else getattr(answer, members[0]) if members else None
    if told is None:
        assert rpc in _WITHOUT
        assert status_of(answer) is None
        return
    told.MergeFrom(m.Status(code=7, error_code=m.ErrorCode.IllegalArgument, reason="r", retriable=True))
    assert status_of(answer) == StatusView(7, m.ErrorCode.IllegalArgument, "r", retriable=True)
