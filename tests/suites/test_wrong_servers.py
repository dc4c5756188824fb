"""Tests of the suites before a server that is wrong in one way: each has to say so, and in the right state."""

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from milvus_tck.suites.indexes.test_compaction import test_an_index_after_a_compaction as an_index_after_a_compaction

from milvus_tck.model.model import Model
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Stop
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
    found = states_of(an_index_after_a_compaction, change, "get-index-build-progress/after-compaction")
    assert set(found.values()) == {state}
