"""How a test judges a refusal, in every aspect that it has."""

import pytest

from milvus_tck.bindings.exchange_values import Reply, Via
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, Stop, Unseen
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from tests.verdict.builders import a_case, a_clause, states
from tests.verdict.servers import Scripted

_REFUSED = a_clause("create-collection/no", "CreateCollection", expect={"code": 1100, "legacy": 5})
_CREATE = calls.create_collection("c")
_NAMELESS = calls.create_collection("")
_ASPECTS = {"fails", "in-band", "untouched", "code", "legacy", "agree", "reason"}


def _refuse(case: Case, **how: object) -> dict[str, State]:
    untouched = how.get("untouched", lambda: case.ok(calls.show_collections()).collection_names)
    case.refused(_NAMELESS, neighbour=_CREATE, untouched=untouched)  # type: ignore[arg-type] # made above
    return states(case)


def test_a_proper_refusal_passes_in_every_aspect() -> None:
    """A refusal with the right numbers and a reason, after which nothing changed and a valid request succeeds."""
    found = _refuse(a_case(Scripted(), _REFUSED))
    assert found == dict.fromkeys(_ASPECTS, State.PASS)


def test_an_accepted_request_is_one_failure() -> None:
    """What should have been refused fails once; the aspects of a refusal that never came are blocked."""
    found = _refuse(a_case(Scripted(replies={"CreateCollection": Reply(b"", "OK")}), _REFUSED))
    assert found.pop("fails") is State.FAIL
    assert set(found.values()) == {State.BLOCKED}


def test_an_accepted_request_fails_though_nobody_can_look() -> None:
    """What no RPC tells takes nothing from it: the request was accepted, and that is why nothing was compared."""
    case = a_case(Scripted(replies={"CreateCollection": Reply(b"", "OK")}), _REFUSED)

    def nobody() -> object:
        raise Unseen("load", "no RPC tells it")

    found = _refuse(case, untouched=nobody)
    assert found["fails"] is State.FAIL
    assert case.judgements["create-collection/no:untouched@grpc"].signature == "untouched:accepted"


def test_a_refusal_that_no_rpc_tells_of_leaves_one_aspect_open() -> None:
    """A refused request is judged in every other aspect, whatever can be seen."""
    case = a_case(Scripted(), _REFUSED)

    def nobody() -> object:
        raise Unseen("load", "no RPC tells it")

    found = _refuse(case, untouched=nobody)
    assert found.pop("untouched") is State.BLOCKED
    assert set(found.values()) == {State.PASS}
    assert case.judgements["create-collection/no:untouched@grpc"].signature == "witness:load"


def test_a_refusal_is_believed_only_beside_a_success() -> None:
    """A server that refuses the valid neighbour too has refused nothing in particular: no aspect passes."""
    case = a_case(Scripted(replies={"CreateCollection": Reply(b"\x08\x05\x12\x02no\x18\xcc\x08", "OK")}), _REFUSED)
    with pytest.raises(Blocked) as stopped:
        _refuse(case)
    assert stopped.value.signature == "neighbour:CreateCollection"
    assert set(states(case, stopped.value).values()) == {State.BLOCKED}


def test_a_refusal_that_changes_something_fails() -> None:
    """What was looked up before and after has to be the same; that is an aspect of its own."""
    case = a_case(Scripted(), _REFUSED)
    looks = iter([["a"], ["a", "b"]])
    found = _refuse(case, untouched=lambda: next(looks))
    assert found["untouched"] is State.FAIL
    assert found["fails"] is found["code"] is State.PASS
    assert case.judgements["create-collection/no:untouched@grpc"].signature == "changed:more-items"


def test_a_refusal_that_nobody_can_look_behind_leaves_one_aspect_open() -> None:
    """Where the look before the request is refused, the refusal is judged all the same, but for what it left behind."""
    case = a_case(Scripted(replies={"ShowCollections": Reply(None, "UNIMPLEMENTED", "no")}), _REFUSED)
    found = _refuse(case)
    assert found.pop("untouched") is State.BLOCKED
    assert set(found.values()) == {State.PASS}


def test_what_changed_is_told_by_who_tells_it() -> None:
    """A refusal that leaves something behind: which RPC tells so stands before what was and what is."""
    case = a_case(Scripted(), _REFUSED)
    looks = iter([["a"], ["a", "b"]])

    def look() -> object:
        case.ok(calls.show_collections())
        return next(looks)

    _refuse(case, untouched=look)
    judged = case.judgements["create-collection/no:untouched@grpc"]
    assert judged.signature == "changed:more-items"
    assert [str(each) for each in judged.differences] == ["ShowCollections: expected ['a'], got ['a', 'b']"]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param(Reply(None, "UNIMPLEMENTED"), State.UNSUPPORTED, id="lacks it"),
        pytest.param(Reply(None, "DEADLINE_EXCEEDED"), State.INCONCLUSIVE, id="late"),
        pytest.param(Reply(None, "UNAVAILABLE", "GOAWAY received"), State.INCONCLUSIVE, id="connection lost"),
        pytest.param(Reply(None, "CANCELLED"), State.INCONCLUSIVE, id="cancelled"),
        pytest.param(Reply(None, "INTERNAL", "RST_STREAM with error code 2"), State.INCONCLUSIVE, id="stream reset"),
        pytest.param(Reply(None, "UNAVAILABLE", "", Via("x", "GET /", 502)), State.INCONCLUSIVE, id="a proxy's 502"),
    ],
)
def test_no_answer_is_no_refusal(reply: Reply, state: State) -> None:
    """What ended on the way, was late or is lacking was not refused: nothing passes, and nothing fails."""
    case = a_case(Scripted(replies={"CreateCollection": reply}), _REFUSED)
    with pytest.raises(Stop) as stopped:
        _refuse(case)
    assert set(states(case, stopped.value).values()) == {state}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(None, "RESOURCE_EXHAUSTED", "", Via("x", "GET /", 429)),
        Reply(m.Status(code=8, error_code=m.ErrorCode.RateLimit, reason="slowly").SerializeToString(), "OK"),
    ],
    ids=["HTTP", "Status"],
)
def test_come_back_later_is_no_refusal(reply: Reply) -> None:
    """A rate limit refuses nothing, unless the clause is about that."""
    for expect, state in (({"any-error": True}, State.BLOCKED), ({"code": 8}, State.PASS)):
        case = a_case(Scripted(replies={"CreateCollection": reply}), a_clause("x/y", "CreateCollection", expect=expect))
        stop: Stop | None = None
        try:
            case.refused(_NAMELESS, neighbour=calls.has_collection("c"), untouched=lambda: 0)
        except Stop as stopped:
            stop = stopped
        assert states(case, stop)["fails"] is state


def test_a_grpc_code_may_be_the_promise() -> None:
    """Where the clause promises a gRPC code, that one is no stop but what was asked for."""
    clause = a_clause("x/unimplemented", "CreateCollection", expect={"grpc": ["UNIMPLEMENTED"]})
    case = a_case(Scripted(replies={"CreateCollection": Reply(None, "UNIMPLEMENTED")}), clause)
    case.refused(_NAMELESS, neighbour=calls.has_collection("c"), untouched=lambda: 0)
    assert states(case) == dict.fromkeys(("fails", "in-band", "untouched"), State.PASS)
