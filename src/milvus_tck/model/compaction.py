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
    return RightAnswers((RightAnswer(m.ManualCompactionResponse(compactionID=state.new_id())),))


def get_compaction_state(_state: ServerState, _request: m.GetCompactionStateRequest) -> RightAnswers:
    """Tell how far a compaction is: through, with one plan; another server may still be at it, or have made several."""
    told = m.GetCompactionStateResponse(state=m.CompactionState.Completed, completedPlanNo=1)
    return RightAnswers((RightAnswer(told),))


COMPACTION: Handlers = {"ManualCompaction": manual_compaction, "GetCompactionState": get_compaction_state}
