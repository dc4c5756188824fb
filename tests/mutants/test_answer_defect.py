"""A defect is where its mutant says, and tells whether the client has seen it."""

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutants.campaign.campaign import around
from milvus_tck.mutants.catalogue.mutant import Concerns, Mutant
from milvus_tck.wire import messages as m
from tests.mutants.contexts import Script, a_mutant

_YES, _NO = m.BoolResponse(value=True), m.BoolResponse(value=False)
_REFUSED = m.BoolResponse(status=m.Status(code=100, error_code=m.ErrorCode.CollectionNotExists, reason="no"))


def _got(mutant: Mutant, *answers: Message | Reply, rpc: str = "HasCollection") -> tuple[list[Reply], bool]:
    defect = around(Script(*answers), mutant)
    replies = [defect.send(rpc, m.HasCollectionRequest(collection_name="c").SerializeToString(), 1) for _ in answers]
    return replies, defect.applied


def _answers(mutant: Mutant, *answers: Message | Reply) -> list[Message | None]:
    replies, _ = _got(mutant, *answers)
    return [None if each.payload is None else m.BoolResponse.FromString(each.payload) for each in replies]


def test_only_its_own_rpc() -> None:
    """Another RPC is answered as it is."""
    assert _got(a_mutant("negate", "HasPartition", path="value"), _YES)[1] is False
    assert _got(a_mutant("negate", "*", path="value"), _YES)[1] is True


@pytest.mark.parametrize(
    ("concerns", "changed"),
    [
        (Concerns.SUCCESS, [True, False, False]),
        (Concerns.REFUSAL, [False, True, False]),
        (Concerns.ANY, [True, True, False]),
        (Concerns.NO_ANSWER, [False, False, True]),
    ],
)
def test_only_the_answers_that_it_is_about(concerns: Concerns, changed: list[bool]) -> None:
    """Successes, refusals, or calls that gRPC ended."""
    answers = (_YES, _REFUSED, Reply(None, "INTERNAL"))
    replies, _ = _got(a_mutant("answer", value="1001", concerns=concerns), *answers)
    assert [each.payload == b"\x10\x01" and each.code == "OK" for each in replies[1:]] == changed[1:]
    assert (replies[0].payload == b"\x10\x01") is True  # the first answer reads the same either way
    mark = a_mutant("answer", value="1000", concerns=concerns)
    assert [each.payload == b"\x10\x00" for each in _got(mark, *answers)[0]] == changed


def test_only_the_requests_that_it_is_about() -> None:
    """A mutant may be about requests with a value, in any member."""
    for wanted, answer in (("c", _NO), ("d", _YES)):
        mutant = a_mutant("set", path="value", value=False, when=(("collection_name", wanted),))
        assert _answers(mutant, _YES) == [answer]


def test_only_after_another_call() -> None:
    """A mutant may wait until an RPC has succeeded."""
    mutant = a_mutant("set", path="value", value=False, after="HasCollection")
    assert _answers(mutant, _YES, _YES) == [_YES, _NO]


def test_not_applied_where_nothing_changes() -> None:
    """A defect that changes nothing was never seen."""
    assert _got(a_mutant("set", path="value", value=True), _YES)[1] is False


def test_a_write_that_is_swallowed() -> None:
    """The server never hears of it; the client is told that it was done."""
    script = Script(m.Status())
    defect = around(script, a_mutant("swallow", "DropCollection"))
    assert defect.send("DropCollection", b"", 1) == Reply(b"", "OK")
    assert script.sent == []
    assert defect.applied


def test_a_write_that_is_doubled() -> None:
    """What succeeds is done twice, what is refused is not."""
    for answer, times in ((m.MutationResult(), 2), (m.MutationResult(status=m.Status(code=1)), 1)):
        script = Script(answer)
        defect = around(script, a_mutant("double", "Insert"))
        defect.send("Insert", b"", 1)
        assert len(script.sent) == times
        assert defect.applied == (times == 2)


def test_a_request_that_is_misread() -> None:
    """The server gets a request with a part left out; one that lacks the part already is no case of it."""
    plain, filtered = m.SearchRequest(collection_name="c"), m.SearchRequest(collection_name="c", dsl="x > 1")
    for request, seen in ((plain, False), (filtered, True)):
        script = Script(m.SearchResults())
        defect = around(script, a_mutant("request-default", "Search", path="dsl"))
        defect.send("Search", request.SerializeToString(), 1)
        assert defect.applied == seen
        assert script.sent == [("Search", plain.SerializeToString())]


@pytest.mark.parametrize(
    ("mutant", "asked"),
    [
        (a_mutant("no-such-operator"), (_YES,)),
        (a_mutant("set", path="value", value="text where a truth value stands"), (_YES,)),
        (a_mutant("request-no-such-operator", "HasCollection"), (_YES,)),
    ],
    ids=["no operator", "a value that does not fit", "of a request"],
)
def test_an_operator_that_breaks_down(mutant: Mutant, asked: tuple[Message, ...]) -> None:
    """The defect says so: whoever sums up must not take it for one that never showed."""
    defect = around(Script(*asked), mutant)
    with pytest.raises(Exception, match=r"."):
        defect.send("HasCollection", m.HasCollectionRequest(collection_name="c").SerializeToString(), 1)
    assert defect.trouble.startswith(f"{mutant.operator}: ")
    assert not defect.applied
