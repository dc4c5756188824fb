"""Tests of the suites before a server that is wrong in one way: each has to say so, and in the right state."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from google.protobuf.message import Message
from milvus_tck.suites.indexes import test_compaction
from milvus_tck.suites.loading import test_other_partition
from milvus_tck.suites.writing import test_delete

from milvus_tck.model.model import Model
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Stop
from milvus_tck.wire import messages as m
from tests.verdict.builders import a_case
from tests.verdict.servers import Scripted

#: Makes a wrong answer of a right one, given the RPC and its request.
Change = Callable[[str, Any, Any], Any]


def states_of(test: Callable[[Case], None], change: Change, *names: str, line: str = "2.3") -> dict[str, State]:
    """Run a test of some clauses against the model, with its answers changed; returns the state of each check."""
    model = Model(profile(line))

    def answer(rpc: str, request: Any) -> Message:  # noqa: ANN401 - of any RPC
        changed: Message = change(rpc, request, model.apply(rpc, request))
        return changed

    tck, stopped = a_case(Scripted(answer), *(clauses()[name] for name in names), line=line), None
    tck.run.patience = 0.1
    try:
        test(tck)
    except Stop as stop:
        stopped = stop
    return {str(each.check): each.state for each in tck.close(stopped)}


def same(_rpc: str, _request: object, answer: Message) -> Message:
    """Answer as the model does."""
    return answer


def _compacts_nothing(rpc: str, _request: object, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "GetCompactionState":
        answer.completedPlanNo = 0
    return answer  # type: ignore[no-any-return]


def _loses_indexed_rows(rpc: str, _request: object, answer: Any) -> Message:  # noqa: ANN401
    if rpc == "GetIndexBuildProgress":
        answer.indexed_rows = 0
    return answer  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "state"),
    [(same, State.PASS), (_loses_indexed_rows, State.FAIL), (_compacts_nothing, State.INCONCLUSIVE)],
)
def test_a_compaction_that_did_not_happen_shows_nothing(change: Change, state: State) -> None:
    """Where nothing was compacted, the index after it is that from before."""
    found = states_of(
        test_compaction.test_an_index_after_a_compaction, change, "get-index-build-progress/after-compaction"
    )
    assert set(found.values()) == {state}


def _loads_once() -> Change:
    """Load nothing any more, once something was released; whoever asks for rows then is refused."""
    released: list[str] = []

    def change(rpc: str, _request: object, answer: Any) -> Message:  # noqa: ANN401
        if rpc.startswith("Release"):
            released.append(rpc)
        if released and rpc == "GetLoadState":
            answer.state = m.LoadState.LoadStateNotLoad
        if released and rpc == "GetLoadingProgress":
            answer.progress = 0
        if released and rpc == "Query":
            refused = m.Status(code=101, error_code=m.ErrorCode.UnexpectedError, reason="collection not loaded")
            return m.QueryResults(status=refused)
        return answer  # type: ignore[no-any-return]

    return change


@pytest.mark.parametrize(
    ("test", "name"),
    [
        (test_other_partition.test_another_partition_after_a_release, "load-partitions/other-after-release"),
        (
            test_other_partition.test_everything_after_a_partition_was_released,
            "load-collection/after-partition-released",
        ),
    ],
)
def test_what_is_promised_of_a_load_is_broken_where_it_does_not_come(test: Callable[[Case], None], name: str) -> None:
    """A load that never comes, and rows that nobody finds behind it, are failures and block nothing."""
    assert set(states_of(test, same, name).values()) == {State.PASS}
    assert set(states_of(test, _loads_once(), name).values()) == {State.FAIL}


def _gives_old_numbers(rpc: str, _request: object, answer: Any) -> Message:  # noqa: ANN401
    for each in answer.fields_data if rpc == "Query" else ():
        if each.field_name == "n":
            each.scalars.long_data.data[:] = [value % 100 for value in each.scalars.long_data.data]
    return answer  # type: ignore[no-any-return]


def _finds_twice(rpc: str, _request: object, answer: Any) -> Message:  # noqa: ANN401
    for each in answer.fields_data if rpc == "Query" else ():
        each.scalars.long_data.data.append(each.scalars.long_data.data[3])
    return answer  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "state"), [(same, State.PASS), (_gives_old_numbers, State.FAIL), (_finds_twice, State.FAIL)]
)
def test_a_row_that_is_inserted_again_has_its_new_values(change: Change, state: State) -> None:
    """The row from before the deletion is not the one that was inserted after it."""
    assert set(states_of(test_delete.test_rows_that_are_inserted_again, change, "delete/inserted-again").values()) == {
        state
    }


def _query_of_before(rpc: str, _request: object, answer: Any) -> Message:  # noqa: ANN401
    """Answer as if nothing had been deleted."""
    for each in answer.fields_data if rpc == "Query" else ():
        each.scalars.long_data.data[:] = range(20)
    return answer  # type: ignore[no-any-return]


@pytest.mark.parametrize("case", ["one", "several", "one-that-is-not-there"])
def test_each_case_of_a_deletion_notices_that_nothing_was_deleted(case: str) -> None:
    """No case passes where Delete does nothing."""
    given = test_delete.DELETIONS["delete/by-key"][case]
    test = partial(test_delete.test_rows_that_are_deleted, given=given)
    assert set(states_of(test, same, "delete/by-key").values()) == {State.PASS}
    assert set(states_of(test, _query_of_before, "delete/by-key").values()) == {State.FAIL}
