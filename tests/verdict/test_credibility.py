"""Whom a run believes: witnesses that tell what is known to be so, and no others."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.credentials import Metadata
from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.tables import TableFile
from milvus_tck.spec.witnesses import facts, facts_of, parse_facts
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import CallRefused, Silent
from milvus_tck.verdict.witnesses.credibility import BLIND, Tried
from milvus_tck.verdict.witnesses.reference_objects import REFERENCES, believe
from milvus_tck.verdict.witnesses.statements import STATEMENTS
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.schema import int64_key
from tests.verdict.builders import a_case, a_clause
from tests.verdict.servers import Collections, Scripted

#: How many creations are lost.
_LOST = 5
#: Seconds after which a call that asks nobody is said to wait.
_SOON = 10.0
#: Seconds of patience with what a scripted server never comes to: what it tells, it tells at once.
_A_MOMENT = 0.2
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
    with pytest.raises(Silent, match="HasCollection cannot be believed"):
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
    with pytest.raises(CallRefused, match="PERMISSION_DENIED"):
        case.look.collection(_create(case))


def test_a_call_that_brings_nothing_about_is_no_step() -> None:
    """What a drop leaves where it was is seen by all who tell the truth: tests of other RPCs do not stand on it."""
    case = _case(Scripted(Broken({"DropCollection": m.Status()})), "CreateCollection")
    name = _create(case)
    with pytest.raises(Silent, match="DropCollection cannot be believed: it succeeds"):
        case.ok(calls.drop_collection(name))
    assert case.run.standing.floor() == ""
    assert not _case(Scripted(Described()), "CreateCollection").run.standing.doubt("DropCollection")


class Loading(Described):
    """Collections whose default partition is loaded; its state and searches tell of that."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: set[tuple[str, str]] = set()

    def _LoadCollection(self, request: m.LoadCollectionRequest) -> m.Status:  # noqa: N802
        self.loaded.add((request.collection_name, "_default"))
        return m.Status()

    def _ReleaseCollection(self, request: m.ReleaseCollectionRequest) -> m.Status:  # noqa: N802
        self.loaded = {each for each in self.loaded if each[0] != request.collection_name}
        return m.Status()

    def _LoadPartitions(self, request: m.LoadPartitionsRequest) -> m.Status:  # noqa: N802
        self.loaded |= {(request.collection_name, name) for name in request.partition_names}
        return m.Status()

    def _ReleasePartitions(self, request: m.ReleasePartitionsRequest) -> m.Status:  # noqa: N802
        self.loaded -= {(request.collection_name, name) for name in request.partition_names}
        return m.Status()

    def _GetLoadState(self, request: m.GetLoadStateRequest) -> m.GetLoadStateResponse:  # noqa: N802
        there = self._serves(request)
        return m.GetLoadStateResponse(state=m.LoadState.LoadStateLoaded if there else m.LoadState.LoadStateNotLoad)

    def _Search(self, request: m.SearchRequest) -> m.SearchResults:  # noqa: N802
        return m.SearchResults(status=None if self._serves(request) else _REFUSED)

    def _Query(self, request: m.QueryRequest) -> m.QueryResults:  # noqa: N802
        return m.QueryResults(status=None if self._serves(request) else _REFUSED)

    def _serves(self, request: Any) -> bool:  # noqa: ANN401 - of any RPC
        return (request.collection_name, "_default") in self.loaded


@pytest.mark.parametrize("rpc", ["LoadCollection", "ReleaseCollection", "LoadPartitions", "ReleasePartitions"])
def test_a_load_is_held_against_who_made_it(rpc: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the four that load and release, the one that does nothing is no step to stand on, and each other one is."""
    monkeypatch.delattr(Loading, f"_{rpc}")
    run = replace(_case(Scripted(Loading()), "Search").run, patience=_A_MOMENT)
    believe(run, ["grpc"])
    every = {"LoadCollection", "ReleaseCollection", "LoadPartitions", "ReleasePartitions"}
    doubted = {each for each in every if run.standing.doubt(each)}
    assert doubted == {rpc}


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


_VERSION = m.GetVersionResponse(version="v2.3.5")


@pytest.mark.parametrize(
    ("answers", "stands"),
    [
        ({"CreateCollection": _REFUSED, "GetVersion": _VERSION}, True),
        ({"CreateCollection": _REFUSED, "GetVersion": m.GetVersionResponse(), "Connect": m.ConnectResponse()}, False),
        ({"CreateCollection": _REFUSED, "GetVersion": m.GetVersionResponse(status=_REFUSED)}, False),
        (
            {
                "CreateCollection": _REFUSED,
                "GetVersion": m.GetVersionResponse(status=_REFUSED),
                "Connect": m.ConnectResponse(identifier=7),
            },
            True,
        ),
    ],
)
def test_what_needs_no_collection_stands_on_the_server(answers: Mapping[str, Message], stands: bool) -> None:  # noqa: FBT001 - a row
    """Where no collection can be created, the server itself is still judged: unless it says nothing of itself."""
    standing = _case(Scripted(Broken(answers))).run.standing
    assert standing.floor()
    assert (standing.floor(of_itself=True) == "") is stands


def test_a_target_that_does_not_answer_is_not_condemned() -> None:
    """A fault of transport says nothing of a server, so that nothing is blocked by it."""
    mute = Scripted(Described(), {"CreateCollection": Reply(None, "UNAVAILABLE", "gone")})
    assert _case(mute).run.standing.floor() == ""


def test_reference_objects_are_made_again_where_calls_are_lost() -> None:
    """Five lost creations, one after the other, take nothing from what is known of a witness."""

    class Shaky(Scripted):
        def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
            if rpc == "CreateCollection" and self.sent.count(rpc) < _LOST:
                self.sent.append(rpc)
                return Reply(None, "UNAVAILABLE", "gone")
            return super().send(rpc, payload, deadline, metadata)

    standing = _case(Shaky(Broken({"HasCollection": _YES}))).run.standing
    assert standing.witnesses("collection", frozenset()) == ("DescribeCollection", "ShowCollections")
    assert standing.doubt("HasCollection")


# -- the table -----------------------------------------------------------------------------


def test_what_a_witness_promises_is_a_promise_of_its_own() -> None:
    """Where a fact cannot be seen, the reason is looked for among clauses of those that should tell it."""
    for fact in facts().values():
        assert {clauses()[each].rpc for each in fact.promised_by} <= set(fact.rpcs), fact.name


def test_every_witness_has_a_statement() -> None:
    """What the table names can be asked, and nothing else can; every fact has reference objects."""
    assert {name: tuple(each) for name, each in STATEMENTS.items()} == {
        name: each.rpcs for name, each in facts().items()
    }
    assert {each.reference for each in facts().values()} == set(REFERENCES)


def test_a_fact_has_several_witnesses() -> None:
    """With one alone, that one would be a point of blindness."""
    with pytest.raises(SpecError, match="is not a list of length >= 2"):
        parse_facts(TableFile("f", {"it": {"text": "it", "reference": "it", "rpcs": ["HasCollection"]}}))
    with pytest.raises(SpecError, match="NoSuch"):
        parse_facts(TableFile("f", {"it": {"text": "it", "reference": "it", "rpcs": ["HasCollection", "NoSuch"]}}))
    row = {"text": "it", "reference": "it", "rpcs": ["HasCollection", "DescribeCollection"], "made_by": "NoSuch"}
    with pytest.raises(SpecError, match="NoSuch"):
        parse_facts(TableFile("f", {"it": row}))
    with pytest.raises(SpecError, match=r"\[it\] lacks reference"):
        parse_facts(TableFile("f", {"it": {"text": "it"}}))
    assert [each.name for each in facts_of("GetLoadState")] == ["load", "partition-load"]


def test_a_bug_while_asking_is_told_to_everybody() -> None:
    """What fails in an unforeseen way fails for each who asks: nobody waits for an answer that never comes."""

    def ask(_: str) -> Mapping[str, Mapping[str, str]]:
        raise RuntimeError("a bug")

    tried = Tried(_case(Scripted()).run, ask)
    assert [_raised(tried.floor) for _ in range(2)] == ["a bug"] * 2


def _raised(call: Callable[[], Any]) -> str:
    """Return what a call raises, or nothing where it waits: in a thread that is left behind then."""
    told: list[str] = []

    def run() -> None:
        try:
            call()
        except RuntimeError as error:
            told.append(str(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_SOON)
    return "; ".join(told)
