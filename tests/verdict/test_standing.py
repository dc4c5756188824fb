"""Whom a run believes: witnesses that tell what is known to be so, and no others."""

from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.outcome import Reply
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.witnesses import facts, facts_of, parse_facts
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.scenes import SCENES, believe
from milvus_tck.verdict.standing import BLIND, Tried
from milvus_tck.verdict.stops import Refused, Silent
from milvus_tck.verdict.tellings import TELLINGS
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.schema import int64_key
from tests.verdict.builders import a_case, a_clause
from tests.verdict.servers import Collections, Scripted

_REFUSED = m.Status(code=65535, error_code=m.ErrorCode.UnexpectedError, reason="no")


class Described(Collections):
    """Collections that are described by their names."""

    def _DescribeCollection(self, request: m.DescribeCollectionRequest) -> m.DescribeCollectionResponse:  # noqa: N802
        answer = super()._DescribeCollection(request)
        if not answer.status.code:
            answer.schema.name = request.collection_name
        return answer


class Broken(Described):
    """One RPC of them always says the same."""

    def __init__(self, answers: Mapping[str, Message]) -> None:
        super().__init__()
        self.always = answers

    def __call__(self, rpc: str, request: Any) -> Message:  # noqa: ANN401 - of any RPC
        """Answer one request."""
        return self.always[rpc] if rpc in self.always else super().__call__(rpc, request)


def _case(binding: Scripted, rpc: str = "DropCollection") -> Case:
    case = a_case(binding, a_clause("some/it", rpc))
    believe(case.run, ["grpc"])
    return case


def _create(case: Case) -> str:
    name = case.name()
    case.ok(calls.create_collection(name, int64_key()))
    return name


_YES = m.BoolResponse(value=True)
_NO = m.BoolResponse(status=_REFUSED)
_NONE = m.ShowCollectionsResponse()
_EMPTY = m.DescribeCollectionResponse()
_WAYS = {
    "always yes": Scripted(Broken({"HasCollection": _YES})),
    "refuses": Scripted(Broken({"HasCollection": _NO})),
    "empty": Scripted(Broken({"HasCollection": m.BoolResponse()})),
    "unimplemented": Scripted(Described(), {"HasCollection": Reply(None, "UNIMPLEMENTED", "no")}),
    "denied": Scripted(Described(), {"HasCollection": Reply(None, "PERMISSION_DENIED", "no")}),
}


@pytest.mark.parametrize("way", _WAYS)
def test_a_witness_that_is_broken_is_left_out(way: str) -> None:
    """The others tell what there is, and what there is not; who is broken is not asked in tests of other RPCs."""
    case = _case(_WAYS[way])
    name = _create(case)
    assert [case.look.collection(name), case.look.collection(case.name())] == [True, False]
    assert case.run.standing.witnesses("collection", frozenset()) == ("DescribeCollection", "ShowCollections")
    assert case.run.standing.doubt("HasCollection")
    with pytest.raises(Silent, match="HasCollection can not be believed"):
        case.ok(calls.has_collection(name))


def test_a_witness_is_believed_where_it_is_judged() -> None:
    """A test of HasCollection asks HasCollection, however wrong it is: that is what it judges."""
    case = _case(Scripted(Broken({"HasCollection": _YES})), "HasCollection")
    assert case.look.collection(case.name())
    assert case.ok(calls.has_collection(case.name())).value


def test_nobody_stands_in_for_what_is_judged() -> None:
    """A test of an RPC that refuses stops there: what that should have told is not taken from another one."""
    denied = Scripted(Described(), {"HasCollection": Reply(None, "PERMISSION_DENIED", "no")})
    case = _case(denied, "HasCollection")
    with pytest.raises(Refused, match="PERMISSION_DENIED"):
        case.look.collection(_create(case))


def test_a_call_that_brings_nothing_about_is_no_step() -> None:
    """What a drop leaves where it was is seen by all who tell the truth: tests of other RPCs do not stand on it."""
    case = _case(Scripted(Broken({"DropCollection": m.Status()})), "CreateCollection")
    name = _create(case)
    with pytest.raises(Silent, match="DropCollection can not be believed: it succeeds"):
        case.ok(calls.drop_collection(name))
    assert case.run.standing.floor() == ""
    assert not _case(Scripted(Described()), "CreateCollection").run.standing.doubt("DropCollection")


def test_who_always_says_the_same_decides_nothing() -> None:
    """Such a witness lets a test that waits go on, and is asked by no other one."""
    standing = Tried(_case(Scripted()).run, lambda _: {"load": {"GetLoadState": "refused", "Search": BLIND}})
    assert "Search" in standing.witnesses("load", frozenset(), waiting=True)
    assert not {"GetLoadState", "Search"} & set(standing.witnesses("load", frozenset()))
    assert "GetLoadState" not in standing.witnesses("load", frozenset(), waiting=True)


def test_two_of_three_may_be_broken() -> None:
    """One witness is enough."""
    case = _case(Scripted(Broken({"HasCollection": _YES, "ShowCollections": _NONE})))
    name = _create(case)
    assert [case.look.collection(name), case.look.listing(case.name())] == [True, False]
    assert case.run.standing.floor() == ""


def test_all_that_are_sound_are_believed() -> None:
    """Nothing is left out where nothing is wrong."""
    standing = _case(Scripted(Described())).run.standing
    assert standing.witnesses("collection", frozenset()) == facts()["collection"].rpcs
    assert not any(standing.doubt(rpc) for rpc in facts()["collection"].rpcs)


def test_nothing_stands_on_what_nobody_sees() -> None:
    """A target earns nothing where no RPC tells a collection that was created from one that was not."""
    null = Scripted(lambda rpc, _: message_class(methods()[rpc].output_type.full_name)())
    assert _case(null).run.standing.floor() == "no RPC tells a collection that was created from one that was not"
    everywhere = {"HasCollection": _YES, "ShowCollections": _NONE, "DescribeCollection": _EMPTY}
    assert _case(Scripted(Broken(everywhere))).run.standing.floor()


def test_nothing_stands_on_what_can_not_be_created() -> None:
    """The words of the server say why."""
    refusing = _case(Scripted(Broken({"CreateCollection": _REFUSED})))
    assert "CreateCollection" in refusing.run.standing.floor()
    assert "65535" in refusing.run.standing.floor()


def test_a_target_that_does_not_answer_is_not_condemned() -> None:
    """A fault of transport says nothing of a server, so that nothing is blocked by it."""
    mute = Scripted(Described(), {"CreateCollection": Reply(None, "UNAVAILABLE", "gone")})
    assert _case(mute).run.standing.floor() == ""


# -- the table -----------------------------------------------------------------------------


def test_every_witness_has_a_telling() -> None:
    """What the table names can be asked, and nothing else can; every fact has a scene."""
    assert {name: tuple(each) for name, each in TELLINGS.items()} == {name: each.rpcs for name, each in facts().items()}
    assert {each.scene for each in facts().values()} == set(SCENES)


def test_a_fact_has_several_witnesses() -> None:
    """With one alone, that one would be a point of blindness."""
    with pytest.raises(SpecError, match="two RPCs or more"):
        parse_facts({"it": {"text": "it", "scene": "it", "rpcs": ["HasCollection"]}})
    with pytest.raises(SpecError, match="NoSuch"):
        parse_facts({"it": {"text": "it", "scene": "it", "rpcs": ["HasCollection", "NoSuch"]}})
    row = {"text": "it", "scene": "it", "rpcs": ["HasCollection", "DescribeCollection"], "made_by": "NoSuch"}
    with pytest.raises(SpecError, match="NoSuch"):
        parse_facts({"it": row})
    with pytest.raises(SpecError, match="the keys are"):
        parse_facts({"it": {"text": "it"}})
    assert [each.name for each in facts_of("GetLoadState")] == ["load"]
