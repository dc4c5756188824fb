"""Compaction: asked for and told of, and no answer about rows depends on it."""

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.name_rules import collection_of
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m

__all__ = ["COMPACTION"]


def manual_compaction(state: ServerState, request: m.ManualCompactionRequest) -> RightAnswers:
    """Ask for a compaction, by the name of a collection or by its id."""
    if request.collection_name:
        collection_of(state, "ManualCompaction", request)

    def begin(response: m.ManualCompactionResponse) -> None:
        state.chosen["compaction", response.compactionID] = True

    return RightAnswers((RightAnswer(m.ManualCompactionResponse(compactionID=state.new_id()), effect=begin),))


def get_compaction_state(state: ServerState, request: m.GetCompactionStateRequest) -> RightAnswers:
    """Tell how far a compaction is: through, with one plan; another server may still be at it, or have made several.

    One that nobody asked for has none.
    """
    plans = int(("compaction", request.compactionID) in state.chosen)
    told = m.GetCompactionStateResponse(state=m.CompactionState.Completed, completedPlanNo=plans)
    return RightAnswers((RightAnswer(told),))


def get_compaction_plans(_state: ServerState, _request: m.GetCompactionPlansRequest) -> RightAnswers:
    """Tell no plan: nothing is merged where there are no segments."""
    return RightAnswers((RightAnswer(m.GetCompactionPlansResponse(state=m.CompactionState.Completed)),))


COMPACTION: Handlers = {
    "ManualCompaction": manual_compaction,
    "GetCompactionState": get_compaction_state,
    "GetCompactionStateWithPlans": get_compaction_plans,
}
