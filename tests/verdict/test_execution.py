"""Running one test: whatever its body does, it comes to a result."""

from collections.abc import Callable

import pytest

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import execute, not_run
from milvus_tck.verdict.model.equality import same
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, TargetDied
from milvus_tck.wire import calls
from milvus_tck.wire.columns import read_column, read_dynamic, read_json
from milvus_tck.wire.messages import (
    FieldData,
    FloatArray,
    IDs,
    LongArray,
    ScalarField,
    SearchResultData,
    SearchResults,
    VectorField,
)  # fmt: skip
from milvus_tck.wire.search import read_hits
from tests.verdict.builders import a_case, a_clause
from tests.verdict.servers import Scripted


def _case() -> Case:
    return a_case(Scripted(), a_clause("a/a"), a_clause("b/b"))


def test_a_body_that_judges_all_it_owes() -> None:
    """A result holds every check of the test, in order, with the time that the test took."""
    case = _case()
    result = execute(case, lambda: (case.expect(1, 1, of="b/b"), case.expect(1, 2, of="a/a")))
    assert [(each.check.clause.id, each.state) for each in result.judgements] == [
        ("a/a", State.FAIL), ("b/b", State.PASS),
    ]  # fmt: skip
    assert all(each.seconds > 0 for each in result.judgements)
    assert (result.test, result.died) == (case.test, False)


def test_a_body_that_stops() -> None:
    """What a stop leaves open has its state and signature."""
    case = _case()

    def body() -> None:
        case.expect(1, 1, of="a/a")
        raise Blocked("why", "in words")

    judged = execute(case, body).judgements
    assert [(each.state, each.signature, each.actual) for each in judged] == [
        (State.PASS, "", ""), (State.BLOCKED, "why", "in words"),
    ]  # fmt: skip


def test_a_body_with_a_bug() -> None:
    """An exception that is no stop is our bug, shown with its place, and no verdict about the target."""
    case = _case()
    judged = execute(case, lambda: dict[str, int]()["no such key"]).judgements
    assert {(each.state, each.signature) for each in judged} == {(State.HARNESS_ERROR, "KeyError")}
    assert "test_execution.py" in judged[0].actual


_UNREADABLE: dict[str, Callable[[], object]] = {
    "values without a row": lambda: read_column(
        FieldData(field_name="x", scalars=ScalarField(long_data=LongArray(data=[1])), valid_data=[True, True, False])
    ),
    "half a vector": lambda: read_column(
        FieldData(field_name="v", vectors=VectorField(dim=2, float_vector=FloatArray(data=[1.0, 2.0, 3.0])))
    ),
    "fewer scores than hits": lambda: read_hits(
        SearchResults(results=SearchResultData(topks=[2], scores=[0.5], ids=IDs(int_id=LongArray(data=[1, 2]))))
    ),
    "no JSON": lambda: read_json(b"{"),
    "no UTF-8": lambda: read_json(b"\xff"),
    "dynamic fields that are a number": lambda: read_dynamic(b"7"),
}


@pytest.mark.parametrize("what", _UNREADABLE)
def test_what_a_server_answers_unreadably(what: str) -> None:
    """It is the server's doing and not our bug: no effect where one was looked for, and in the way of all else."""
    case = _case()

    def body() -> None:
        case.accepted(calls.has_collection("c"), effect=lambda _: same(1, _UNREADABLE[what]()), of="a/a")
        _UNREADABLE[what]()

    first, second = execute(case, body).judgements
    assert (first.state, first.signature) == (State.FAIL, "no-effect:unreadable")
    assert (second.state, second.signature) == (State.BLOCKED, "unreadable")
    assert second.actual.startswith("an answer cannot be read: ")


def test_a_body_that_forgets_a_check() -> None:
    """A test that ends in good order without judging what it declares is our bug."""
    judged = execute(_case(), lambda: None).judgements
    assert {(each.state, each.signature) for each in judged} == {(State.HARNESS_ERROR, "not-judged")}


def test_a_failed_assertion_is_our_bug() -> None:
    """A bare assert judges nothing: it must not look like a failure of the target."""
    case = _case()

    def body() -> None:
        assert case.expect(1, 2, of="a/a"), "the target is wrong"

    assert [each.state for each in execute(case, body).judgements] == [State.FAIL, State.HARNESS_ERROR]


def test_a_body_whose_target_dies() -> None:
    """That the target died is told apart: whose doing it was has to be found out."""

    def body() -> None:
        raise TargetDied("died", "gone")

    result = execute(_case(), body)
    assert result.died
    assert {each.state for each in result.judgements} == {State.TARGET_CRASH}


def test_ctrl_c_is_not_taken_for_a_result() -> None:
    """What asks the process to end passes through."""

    def body() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(_case(), body)


def test_a_test_that_is_spared() -> None:
    """A test that does not run gives every check of it the same state and reason."""
    result = not_run(_case(), State.BLOCKED, "needs:x", "x does not hold", blocked_by="x")
    assert {(each.state, each.signature, each.actual, each.blocked_by) for each in result.judgements} == {
        (State.BLOCKED, "needs:x", "x does not hold", "x")
    }
    assert [each.check.clause.id for each in result.judgements] == ["a/a", "b/b"]
