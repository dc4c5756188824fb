"""What a test does before it judges: names, calls, waiting, and the ways in which that ends."""

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.verdict.case.case import Case, HarnessError
from milvus_tck.verdict.case.preparations import Preparations, SharedFixture
from milvus_tck.verdict.leftovers.objects import Thing, run_of
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, CallRefused, Faulted, TargetDied, Undecided, Unsupported
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from tests.verdict.builders import Watch, a_case, a_clause, states
from tests.verdict.servers import Collections, Scripted

_IT = a_clause()
_LONG_TEST = "suites/names/test_names.py::test_a_name_that_is_much_too_long_to_be_the_name_of_anything[Ein-Fäll]"
_ALIAS: Call[Any] = Call("CreateAlias", m.CreateAliasRequest(collection_name="c", alias="a"))


def test_names_are_fresh_and_of_the_run() -> None:
    """No two names are alike, and each tells whose it is; a wrong name keeps what makes it wrong at its ends."""
    case = a_case(Scripted(), _IT)
    names = [case.name() for _ in range(20)]
    assert len(set(names)) == 20
    assert {run_of(name) for name in names} == {"abc123"}
    wrong = case.name(before="1", after="-x")
    assert (wrong[0], wrong[-2:], run_of(wrong)) == ("1", "-x", "abc123")


def test_names_and_seeds_are_the_same_in_every_run() -> None:
    """The same test gets the same names and the same random numbers; another test gets others."""
    first, again = a_case(Scripted(), _IT), a_case(Scripted(), _IT)
    assert first.name() == again.name()
    assert first.random.random() == again.random.random()
    other = Case.of(first.run, "family/test_it.py::test_it[other]", first.checks)
    assert other.name() != first.name()
    assert other.random.random() != first.random.random()


def test_a_name_is_well_formed_whatever_the_test_is_called() -> None:
    """Letters, digits and underscores, and short enough to leave room in 255 bytes."""
    name = Case.of(a_case(Scripted(), _IT).run, _LONG_TEST, ()).name()
    assert name.isascii()
    assert name.isidentifier()
    assert len(name) < 64


def test_a_call_that_fails_is_an_outcome() -> None:
    """`call` raises nothing: what a call came to is the caller's to judge. It is kept as evidence."""
    case = a_case(Scripted(replies={"HasCollection": Reply(None, "INTERNAL", "why")}), _IT)
    outcome = case.call(calls.has_collection("c"))
    assert (outcome.ok, outcome.answer) == (False, None)
    assert case.exchanges == [outcome.exchange]


def test_a_deadline_of_its_own() -> None:
    """A call waits as long as the run says, unless the test says how long."""
    binding = Scripted()
    case = a_case(binding, _IT)
    case.call(calls.get_version())
    case.call(calls.get_version(), deadline=120)
    case.ok(calls.get_version(), deadline=1)
    assert binding.deadlines == [5.0, 120, 1]


_GONE = Reply(None, "UNAVAILABLE", "Socket closed")


class _Shaky(Scripted):
    """A binding on which the first few calls end on the way."""

    faults: int = 0

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Answer, as soon as that works."""
        if self.faults:
            self.faults -= 1
            self.sent.append(rpc)
            return _GONE
        return super().send(rpc, payload, deadline, metadata)


@pytest.mark.parametrize("faults", [1, 2])
def test_what_only_reads_is_asked_again(faults: int) -> None:
    """Where the transport failed, a call that changes nothing is made again; the answer alone is evidence."""
    binding = _Shaky(Collections({"c"}))
    binding.faults = faults
    case = a_case(binding, _IT)
    assert case.ok(calls.has_collection("c")).value
    assert len(binding.sent) == faults + 1
    assert [each.grpc_code for each in case.exchanges] == ["OK"]


@pytest.mark.parametrize(
    ("call", "sent"),
    [(calls.has_collection("c"), 3), (calls.create_collection("c"), 1), (calls.drop_collection("c"), 1)],
)
def test_a_fault_of_transport_stops_the_test(call: Call[Message], sent: int) -> None:
    """What changes something is not made twice, and what reads not for ever: the test says nothing."""
    binding = _Shaky()
    binding.faults = 9
    case = a_case(binding, _IT)
    with pytest.raises(Faulted) as stopped:
        case.call(call)
    assert len(binding.sent) == sent
    assert stopped.value.signature == f"transport:UNAVAILABLE:{call.rpc}"
    assert set(states(case, stopped.value).values()) == {State.INCONCLUSIVE}


def test_a_step_of_many_is_taken_again() -> None:
    """A test of many calls is not lost for one of them; what fails otherwise is not tried again."""
    binding = _Shaky()
    binding.faults = 2
    case = a_case(binding, _IT)
    names = [case.undisturbed(lambda: _made(case)) for _ in range(3)]
    assert len(set(names)) == 3
    binding.replies = {"CreateCollection": Reply(None, "INTERNAL")}
    binding.sent.clear()
    with pytest.raises(CallRefused):
        case.undisturbed(lambda: _made(case))
    assert binding.sent == ["CreateCollection"]


def _made(case: Case) -> str:
    name = case.name()
    case.ok(calls.create_collection(name))
    return name


def test_a_deadline_may_be_the_point_of_a_call() -> None:
    """Whoever names the code takes it for an answer."""
    case = a_case(Scripted(replies={"HasCollection": Reply(None, "DEADLINE_EXCEEDED")}), _IT)
    assert not case.call(calls.has_collection("c"), answers=("DEADLINE_EXCEEDED",)).ok


def test_what_is_created_is_in_the_ledger() -> None:
    """Every creation is noted, also one that fails: who knows what came of it."""
    case = a_case(Scripted(replies={"CreateCollection": Reply(None, "DEADLINE_EXCEEDED")}), _IT)
    with pytest.raises(Undecided):
        case.call(calls.create_collection("tck_abc123_x"))
    assert case.run.ledger.things == (Thing("collection", "tck_abc123_x"),)


def test_ok_gives_the_answer() -> None:
    """A step that succeeds gives its answer."""
    case = a_case(Scripted(Collections({"c"})), _IT)
    assert case.ok(calls.has_collection("c")) == m.BoolResponse(value=True)


@pytest.mark.parametrize(
    ("reply", "stop", "signature"),
    [
        (
            Reply(m.BoolResponse(status=m.Status(code=100)).SerializeToString(), "OK"),
            CallRefused,
            "refused:HasCollection",
        ),
        (Reply(b"\xff", "OK"), CallRefused, "refused:HasCollection"),
        (Reply(None, "INTERNAL", "why"), CallRefused, "refused:HasCollection"),
        (Reply(m.BoolResponse(status=m.Status(code=8)).SerializeToString(), "OK"), Blocked, "put-off:HasCollection"),
        (Reply(None, "DEADLINE_EXCEEDED"), Undecided, "deadline:HasCollection"),
        (Reply(None, "UNIMPLEMENTED"), Unsupported, "unsupported:HasCollection"),
        (Reply(m.BoolResponse(status=m.Status(code=10)).SerializeToString(), "OK"), Unsupported, "unsupported:HasC"),
    ],
    ids=["refused", "garbage", "gRPC", "put off", "late", "lacking", "lacking in-band"],
)
def test_a_step_that_fails_stops_the_test(reply: Reply, stop: type[Exception], signature: str) -> None:
    """The stop says what the trouble was; an RPC that a clause of the test is about is lacking, not in the way."""
    case = a_case(Scripted(replies={"HasCollection": reply}), _IT)
    with pytest.raises(stop) as stopped:
        case.ok(calls.has_collection("c"))
    assert type(stopped.value) is stop
    assert str(getattr(stopped.value, "signature", "")).startswith(signature)


def test_lacking_what_the_test_is_not_about_blocks_it() -> None:
    """An RPC that is only a step on the way is in the way when it is lacking."""
    case = a_case(Scripted(replies={"ShowCollections": Reply(None, "UNIMPLEMENTED")}), _IT)
    with pytest.raises(Blocked):
        case.ok(calls.show_collections())


@pytest.mark.parametrize("reply", [Reply(None, "UNIMPLEMENTED"), Reply(m.Status(code=10).SerializeToString(), "OK")])
def test_lacking_what_a_server_may_lack_leaves_what_needs_it_unsupported(reply: Reply) -> None:
    """An RPC that no server owes is not in the way of what needs it: that is lacking, too, and the RPC is named."""
    case = a_case(Scripted(replies={"CreateAlias": reply}), _IT)
    with pytest.raises(Unsupported) as stopped:
        case.ok(_ALIAS)
    (judged,) = case.close(stopped.value)
    assert (judged.state, judged.signature) == (State.UNSUPPORTED, "unsupported:CreateAlias")


def test_lacking_what_is_prepared_with_leaves_what_reads_it_unsupported() -> None:
    """The same where the call was made for many tests at once."""
    case = a_case(Scripted(replies={"CreateAlias": Reply(None, "UNIMPLEMENTED")}), _IT)
    preparations = Preparations(case.run, workers=1)
    with pytest.raises(Unsupported) as stopped:
        preparations.get(SharedFixture("named for a test", lambda prepared: prepared.ok(_ALIAS)))
    preparations.close()
    (judged,) = case.close(stopped.value)
    assert (judged.state, judged.signature) == (State.UNSUPPORTED, "prepare:named for a test:unsupported:CreateAlias")


def test_a_dead_target_ends_the_test() -> None:
    """Where the guard finds the target gone, no outcome is worth anything."""
    watch = Watch()
    case = a_case(Scripted(), _IT, guard=watch)
    case.call(calls.get_version())
    watch.dead = True
    with pytest.raises(TargetDied):
        case.call(calls.get_version())


def test_an_interrupted_run_makes_no_more_calls() -> None:
    """After Ctrl-C nothing is sent, and nothing is judged by what was not sent."""
    binding = Scripted()
    case = a_case(binding, _IT)
    case.run.ending.set()
    with pytest.raises(Undecided):
        case.call(calls.get_version())
    assert binding.sent == []


def _after(number: int) -> Callable[[m.BoolResponse], bool]:
    """Come true at that look."""
    looks = iter(range(1, 1000))
    return lambda _answer: next(looks) >= number


def test_until_looks_again_and_keeps_the_last_look() -> None:
    """A condition that comes true late is waited for; of many looks one is evidence enough."""
    binding = Scripted()
    case = a_case(binding, _IT)
    pauses: list[float] = []
    case.run.pause = pauses.append
    case.until(calls.has_collection("c"), _after(5), what="there")
    assert len(binding.sent) == 5
    assert len(pauses) == 4
    assert len(case.exchanges) == 1


def test_until_gives_up() -> None:
    """A condition that never comes true ends the test, and says which one; the RPC that has to tell it fails."""
    case = a_case(Scripted(), _IT)
    with pytest.raises(Blocked) as stopped:
        case.until(calls.has_collection("c"), lambda answer: answer.value, what="there", within=0)
    assert stopped.value.signature == "never:there"
    assert states(case, stopped.value) == {"holds": State.FAIL}


def test_until_needs_an_answer() -> None:
    """A look that is refused ends the waiting at once."""
    binding = Scripted(replies={"HasCollection": Reply(None, "INTERNAL")})
    with pytest.raises(Blocked):
        a_case(binding, _IT).until(calls.has_collection("c"), lambda _answer: False, what="there")
    assert len(binding.sent) == 1


def test_a_clause_need_not_be_named_where_there_is_one() -> None:
    """With a single clause its name is left out; with several, or an undeclared one, the test is wrong."""
    case, two = a_case(Scripted(), _IT), a_case(Scripted(), _IT, a_clause("b/b"))
    assert case.clause() == case.clause("has-collection/it") == _IT
    assert two.clause("b/b").id == "b/b"
    for wrong, of in ((two, None), (case, "c/c"), (two, "c/c")):
        with pytest.raises(HarnessError, match="declares"):
            wrong.clause(of)
