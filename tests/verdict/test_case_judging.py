"""What a test judges, and what becomes of the checks it leaves open."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.spec.clauses import Clause
from milvus_tck.verdict.case.case import Case, HarnessError
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.verdict.model.recall import RecallSample
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, CallRefused, Never, Stop, TargetDied, Undecided, Unseen, Unsupported
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from tests.verdict.builders import a_case, a_clause, states
from tests.verdict.servers import Collections, Scripted

_IT = a_clause("create-collection/it", "CreateCollection")
_CREATE = calls.create_collection("c")
_NAMELESS = calls.create_collection("")


def _listed(case: Case, name: str = "c") -> bool:
    return name in case.ok(calls.show_collections()).collection_names


def test_accepted_with_an_effect_passes() -> None:
    """A call that succeeds, and whose effect another call shows, keeps its promise."""
    case = a_case(Scripted(), _IT)
    case.accepted(_CREATE, effect=lambda _answer: same(True, _listed(case)))
    assert states(case) == {"holds": State.PASS}
    assert case.judgements["create-collection/it:holds@grpc"].exchanges == ()


@pytest.mark.parametrize(("seen", "signature"), [(same("a", "b"), "no-effect"), ("half", "half")])
def test_accepted_without_an_effect_fails(seen: Equality | str, signature: str) -> None:
    """Success that changes nothing is a failure, with the word that the test has for it; the exchanges prove it."""
    case = a_case(Scripted(), _IT)
    case.accepted(_CREATE, effect=lambda _answer: seen, expected="a collection")
    (judged,) = case.close(None)
    assert (judged.state, judged.signature) == (State.FAIL, signature)
    assert [each.rpc for each in judged.exchanges] == ["CreateCollection"]


@pytest.mark.parametrize("reply", [Reply(m.BoolResponse(status=m.Status(code=100)).SerializeToString(), "OK")])
def test_an_effect_that_can_not_be_seen_is_none(reply: Reply) -> None:
    """Where the call that would show the effect is refused, or tells it never, there is none."""
    case = a_case(Scripted(replies={"HasCollection": reply}), _IT)
    case.accepted(_CREATE, effect=lambda _answer: same(True, case.ok(calls.has_collection("c")).value))
    (judged,) = case.close(None)
    assert (judged.state, judged.signature) == (State.FAIL, "no-effect:refused:HasCollection")


def test_a_look_up_that_fails_by_itself_tells_nothing_of_the_effect() -> None:
    """Where the call that would show the effect gets no Status, the clause stays open: that is another RPC's doing."""
    case = a_case(Scripted(replies={"HasCollection": Reply(None, "INTERNAL")}), _IT)
    with pytest.raises(CallRefused) as stop:
        case.accepted(_CREATE, effect=lambda _answer: same(True, case.ok(calls.has_collection("c")).value))
    (judged,) = case.close(stop.value)
    assert (judged.state, judged.signature) == (State.BLOCKED, "refused:HasCollection")


@pytest.mark.parametrize(
    ("rpc", "clause", "state", "signature"),
    [
        ("Insert", _IT, State.BLOCKED, "refused:Insert"),
        ("LoadCollection", _IT, State.BLOCKED, "refused:LoadCollection"),
        ("Insert", a_clause("insert/it", "Insert"), State.FAIL, "refused:1100/0"),
    ],
    ids=["write", "preparation", "own"],
)
def test_a_step_on_the_way_to_a_look_is_no_look(rpc: str, clause: Clause, state: State, signature: str) -> None:
    """Where something has to be changed before the effect shows, and that is refused, nobody looked.

    The check is blocked by the call, or fails where that is the RPC it is about.
    """
    refused = Reply(m.MutationResult(status=m.Status(code=1100)).SerializeToString(), "OK")
    if rpc == "LoadCollection":
        refused = Reply(m.Status(code=1100).SerializeToString(), "OK")
    case = a_case(Scripted(replies={rpc: refused}), clause)
    step: Call[Any] = calls.insert("c", [], 1) if rpc == "Insert" else calls.load_collection("c")

    def after_a_step(_answer: object) -> Equality:
        case.ok(step)
        return same(True, _listed(case))

    with pytest.raises(CallRefused) as stop:
        case.accepted(_CREATE, effect=after_a_step)
    (judged,) = case.close(stop.value)
    assert (judged.state, judged.signature) == (state, signature)


@pytest.mark.parametrize("after", [True, False], ids=["a step", "no step"])
def test_what_never_comes_after_a_step_is_that_steps_doing(after: bool) -> None:  # noqa: FBT001 - a parameter
    """What a step of the effect set going and never came blocks the check; what the call itself promised fails it."""
    case = a_case(Scripted(), _IT)

    def waits(_answer: object) -> Equality:
        if after:
            case.ok(calls.load_collection("c"))
        raise Never("GetLoadState", "loaded", 1)

    judged = []
    try:
        case.accepted(_CREATE, effect=waits)
    except Never as stop:
        judged = case.close(stop)
    (found,) = judged or case.close(None)
    wanted = (State.BLOCKED, "never:loaded") if after else (State.FAIL, "no-effect:never:loaded")
    assert (found.state, found.signature) == wanted


def test_an_effect_that_no_rpc_tells_leaves_only_itself_open() -> None:
    """What the test asks next is judged: a request that has to be refused and is accepted fails all the same."""
    no = a_clause("create-collection/no", "CreateCollection", expect={"code": 1100, "legacy": 5})
    case = a_case(Scripted(replies={"CreateCollection": Reply(b"", "OK")}), _IT, no)

    def nobody(_answer: object = None) -> Equality:
        raise Unseen("load", "no RPC tells it")

    case.accepted(_CREATE, effect=nobody, of="create-collection/it")
    case.refused(_NAMELESS, neighbour=_CREATE, untouched=nobody, of="create-collection/no")
    found = {each.check.id: (each.state, each.signature) for each in case.close(None)}
    assert found["create-collection/it:holds@grpc"] == (State.BLOCKED, "witness:load")
    assert found["create-collection/no:fails@grpc"] == (State.FAIL, "accepted")


def test_an_effect_that_is_another_is_told_member_by_member() -> None:
    """What is the matter stands beside what it is of, under the signature of an effect that is not there."""
    case = a_case(Scripted(), _IT)
    wanted, found = [True, ["a"], 3], [True, ["a", "b"], 0]
    case.accepted(_CREATE, effect=lambda _answer: same(wanted, found, members=("there", "names", "rows")))
    (judged,) = case.close(None)
    assert judged.signature == "no-effect"
    assert [str(each) for each in judged.differences] == [
        "names: expected ['a'], got ['a', 'b']",
        "rows: expected 3, got 0",
    ]


def test_of_several_looks_the_first_that_fails_is_told() -> None:
    """What stands behind it is not looked at, and a signature of its own is kept."""
    case, looked = a_case(Scripted(), _IT), list[str]()

    def behind() -> Equality:
        looked.append("behind")
        return same(1, 1)

    case.accepted(_CREATE, effect=lambda _answer: same(1, 1) and met(False, "more than 3", 2, what="rows") and behind())
    (judged,) = case.close(None)
    assert [str(each) for each in judged.differences] == ["rows: expected more than 3, got 2"]
    assert looked == []
    assert same({1: 2}, {1: 3}, signature="other-values").signature == "other-values"


def test_an_effect_may_say_that_there_is_no_trouble() -> None:
    """An empty text is no trouble."""
    case = a_case(Scripted(), _IT)
    case.accepted(_CREATE, effect=lambda _answer: "")
    assert states(case) == {"holds": State.PASS}


@pytest.mark.parametrize(
    ("reply", "state", "signature"),
    [
        (Reply(b"\x08\x01\x18\xcc\x08", "OK"), State.FAIL, "refused:1100/1"),
        (Reply(None, "INTERNAL", "why"), State.FAIL, "refused:INTERNAL"),
        (Reply(None, "UNIMPLEMENTED"), State.UNSUPPORTED, "unsupported:CreateCollection"),
        (Reply(None, "DEADLINE_EXCEEDED"), State.INCONCLUSIVE, "deadline:CreateCollection"),
    ],
    ids=["refused", "gRPC", "lacking", "late"],
)
def test_a_call_that_should_be_accepted_and_is_not(reply: Reply, state: State, signature: str) -> None:
    """A refusal fails the clause and ends the test; lacking the RPC or being late is something else."""
    case = a_case(Scripted(replies={"CreateCollection": reply}), _IT)
    with pytest.raises(Stop) as stopped:
        case.accepted(_CREATE, effect=lambda _answer: same(1, 1))
    (judged,) = case.close(stopped.value)
    assert (judged.state, judged.signature) == (state, signature)
    assert judged.exchanges


def test_expect_compares() -> None:
    """Equal values pass; others fail with both of them shown and a name for the difference."""
    case = a_case(Scripted(), a_clause("a/a"), a_clause("b/b"))
    assert case.expect([1], [1], of="a/a")
    assert not case.expect([1, 2], [2, 1], of="b/b")
    passed, failed = case.close(None)
    assert (passed.state, passed.signature, passed.expected) == (State.PASS, "", "")
    assert (failed.state, failed.signature, failed.expected, failed.actual) == (
        State.FAIL, "order", "[1, 2]", "[2, 1]",
    )  # fmt: skip


def test_judge_may_name_the_trouble() -> None:
    """A decision made elsewhere is taken over, with its own signature; long values are cut."""
    case = a_case(Scripted(), _IT)
    case.judge(False, "x" * 9999, "short", signature="wrong-ids")
    (judged,) = case.close(None)
    assert (judged.state, judged.signature, judged.actual) == (State.FAIL, "wrong-ids", "short")
    assert len(judged.expected) < 1000


def test_cases_are_judged_apart() -> None:
    """Each case of a clause is a check of its own; a case that was not judged is left open."""
    case = a_case(Scripted(), _IT, cases=("one", "two"))
    case.expect(1, 1, case="one")
    assert states(case) == {"one:holds": State.PASS, "two:holds": State.HARNESS_ERROR}


def test_answers_asks_the_profile() -> None:
    """Where one profile accepts and another refuses, the same call is judged by what each demands."""
    clause = a_clause("x/y", "CreateCollection", expect={"2.2": {"ok": True}, "2.3": {"any-error": True}})

    def judged(line: str, name: str) -> set[State]:
        case = a_case(Scripted(), clause, line=line)
        call = calls.create_collection(name)
        case.answers(call, effect=lambda _answer: same(1, 1), neighbour=_CREATE, untouched=lambda: 0)
        return set(states(case).values())

    assert judged("2.2", "c") == {State.PASS}
    assert State.FAIL in judged("2.3", "c")
    assert State.FAIL not in judged("2.3", "")


# -- recall -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "state", "asked"),
    [(1.0, State.PASS, [40]), (0.0, State.FAIL, [40]), (0.9, State.INCONCLUSIVE, [40, 360])],
)
def test_recall_is_enlarged_once(share: float, state: State, asked: list[int]) -> None:
    """A clear sample decides at once; one that cannot tell is enlarged once, and may stay undecided."""
    case, numbers = a_case(Scripted(), _IT), list[int]()

    def sample(queries: int) -> RecallSample:
        numbers.append(queries)
        return RecallSample(int(queries * 10 * share), queries * 10)

    case.recall(sample, 0.9)
    (judged,) = case.close(None)
    assert (judged.state, numbers) == (state, asked)
    assert judged.signature == ("" if state is State.PASS else f"recall:{state}")


# -- left open ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "state"),
    [
        (None, State.HARNESS_ERROR),
        (ValueError("a bug"), State.HARNESS_ERROR),
        (Blocked("b", "b"), State.BLOCKED),
        (CallRefused("CreateCollection", "1100/1", "no"), State.FAIL),
        (CallRefused("HasCollection", "1100/1", "no"), State.BLOCKED),
        (Never("CreateCollection", "there", 1), State.FAIL),
        (Never("HasCollection", "there", 1), State.BLOCKED),
        (Undecided("u", "u"), State.INCONCLUSIVE),
        (TargetDied("d", "d"), State.TARGET_CRASH),
        (Unsupported("CreateCollection", "lacking"), State.UNSUPPORTED),
        (Unsupported("HasCollection", "lacking"), State.BLOCKED),
        (Unsupported("CreateAlias", "lacking"), State.UNSUPPORTED),
        (Unsupported("CreateAlias", "lacking", preparing="named"), State.UNSUPPORTED),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value}",
)
def test_what_is_left_open_gets_the_state_of_the_stop(stop: BaseException | None, state: State) -> None:
    """A check that was not judged is never a pass; one that was keeps its judgement."""
    case = a_case(Scripted(), _IT, a_clause("b/b", "CreateCollection"))
    case.expect(1, 1, of="b/b")
    assert [each.state for each in case.close(stop)] == [state, State.PASS]


_TWICE: list[Callable[[Case], object]] = [
    lambda case: case.expect(1, 1),
    lambda case: case.expect(1, 2),
    lambda case: case.accepted(_CREATE, effect=lambda _answer: same(1, 1)),
]


@given(st.lists(st.sampled_from(_TWICE), min_size=2, max_size=2))
def test_a_check_is_judged_once(judges: list[Callable[[Case], object]]) -> None:
    """A second judgement of the same check is our bug, whatever it says; the first one stands."""
    case = a_case(Scripted(Collections()), _IT)
    judges[0](case)
    first = dict(case.judgements)
    with pytest.raises(HarnessError, match="twice"):
        judges[1](case)
    assert case.judgements == first


@pytest.mark.parametrize(
    "judge",
    [
        lambda case: case.expect(1, 1, of="create-collection/other"),
        lambda case: case.expect(1, 1, case="undeclared"),
        lambda case: case.refused(_NAMELESS, neighbour=_CREATE, untouched=lambda: 0),
    ],
    ids=["clause", "case", "aspect"],
)
def test_only_what_is_declared_is_judged(judge: Callable[[Case], object]) -> None:
    """A judgement that the test does not owe is our bug."""
    case = a_case(Scripted(), _IT)
    with pytest.raises(HarnessError):
        judge(case)
    assert case.judgements == {}


def test_a_case_has_to_be_named_where_there_are_several() -> None:
    """A judgement that may belong to either of two cases belongs to neither."""
    case = a_case(Scripted(), _IT, cases=("one", "two"))
    with pytest.raises(HarnessError, match="2 checks"):
        case.expect(1, 1)


_READ = a_clause("has-collection/it", "HasCollection")


def test_members_are_told_by_their_names() -> None:
    """What differs is told, and nothing else; the signature is that of the bare values."""
    case = a_case(Scripted(), _READ)
    assert not case.expect([True, 3, "a"], [True, 0, "a"], members=("value", "insert_cnt", "name"))
    (judged,) = case.close(None)
    assert judged.contrast == "insert_cnt: expected 3, got 0"
    assert (judged.expected, judged.actual) == ("insert_cnt: 3", "insert_cnt: 0")
    assert judged.signature == "item:0!=3"


@pytest.mark.parametrize("expected", [(1, 2), [True, False], [200, "x"]])
def test_what_is_put_together_needs_names(expected: object) -> None:
    """A test that compares a tuple does not say what it compares: our own bug, whatever the answer is."""
    case = a_case(Scripted(), _READ)
    with pytest.raises(HarnessError, match="without saying what its members are"):
        case.expect(expected, expected)
    with pytest.raises(HarnessError, match="names 3 members"):
        case.expect(expected, expected, members=("a", "b", "c"))


def test_the_evidence_of_a_decision_is_named() -> None:
    """A decision that a test made itself is shown with the values it rests on."""
    case = a_case(Scripted(), _READ)
    case.judge(False, "in order", [2, 1], members=("first", "second"))
    (judged,) = case.close(None)
    assert (judged.contrast, judged.signature) == ("expected in order, got first: 2, second: 1", "list!=str")


def test_the_answer_that_is_wrong_decides() -> None:
    """Of a promise about what an RPC reads that is its own last answer, of an effect the last look."""
    read = a_case(Scripted(), _READ)
    read.call(calls.has_collection("c"))
    read.call(calls.show_collections())
    read.expect(True, False)
    (judged,) = read.close(None)
    assert judged.deciding is judged.exchanges[0]
    made = a_case(Scripted(), _IT)
    made.accepted(_CREATE, effect=lambda _answer: same(False, _listed(made)) and same(1, 2))
    (judged,) = made.close(None)
    assert judged.deciding is judged.exchanges[-1]
    assert judged.deciding.rpc == "ShowCollections"


def test_the_refusal_decides_about_its_code_and_the_look_about_what_changed() -> None:
    """Neither the valid request beside it nor what was looked at before."""
    looks = iter([1, 2])
    refusal = a_clause("create-collection/no", "CreateCollection", expect={"code": 100})
    reply = Reply(
        m.Status(code=65535, error_code=m.ErrorCode.UnexpectedError, reason="no such thing").SerializeToString(), "OK"
    )
    case = a_case(Scripted(replies={"CreateCollection": reply}), refusal)

    def look() -> int:
        case.call(calls.show_collections())
        return next(looks)

    case.refused(_CREATE, neighbour=calls.has_collection("c"), untouched=look)
    judged = {each.check.aspect: each for each in case.close(None)}
    code, untouched = judged["code"], judged["untouched"]
    assert code.contrast == "expected code 100, got 65535 (no such thing)"
    assert [(each.path, each.expected, each.actual) for each in code.differences] == [("code", "100", "65535")]
    assert code.deciding is not None
    assert code.deciding.rpc == "CreateCollection"
    assert untouched.deciding is untouched.exchanges[2]
