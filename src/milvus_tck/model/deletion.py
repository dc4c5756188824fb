"""Rows go: Delete, TruncateCollection."""

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.name_rules import collection_of, partition_of
from milvus_tck.model.row_filter import matching
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m

__all__ = ["DELETION"]


def delete(state: ServerState, request: m.DeleteRequest) -> RightAnswers:
    """Delete the rows that match a filter, in one partition or in all."""
    collection = collection_of(state, "Delete", request)
    if not request.expr.strip():
        raise RefusalError("ParameterInvalid", "delete plan can't be empty or always true")
    mask = matching(state, collection, request.expr, request.expr_template_values) & collection.table.alive
    if request.partition_name:
        partition = partition_of(state, "Delete", collection, request.partition_name)
        mask &= collection.table.partitions == partition.id
    response = m.MutationResult(delete_cnt=int(mask.sum()), timestamp=state.timestamp())
    return RightAnswers(
        (RightAnswer(response, effect=lambda found: collection.table.delete(mask, found.timestamp or 1)),)
    )


def truncate_collection(state: ServerState, request: m.TruncateCollectionRequest) -> RightAnswers:
    """Delete all rows."""
    collection = collection_of(state, "TruncateCollection", request)

    def truncate(_response: object) -> None:
        table = collection.table
        table.delete(table.alive, state.timestamp())

    return RightAnswers((RightAnswer(m.TruncateCollectionResponse(), effect=truncate),))


DELETION: Handlers = {"Delete": delete, "TruncateCollection": truncate_collection}
