"""Statistics, flushes and what is told of them: rows are counted once they were flushed."""

from collections.abc import Sequence

import numpy as np

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.likeness import alike, one
from milvus_tck.model.name_rules import collection_of, collections_of, partition_of
from milvus_tck.model.state import DEFAULT, LOGICAL_BITS, CollectionState, ServerState
from milvus_tck.wire import messages as m

__all__ = ["STATISTICS"]

_KEY = "row_count"
_SECOND = 1000


def collection_statistics(state: ServerState, request: m.GetCollectionStatisticsRequest) -> RightAnswers:
    """Count the rows of a collection."""
    collection = collection_of(state, "GetCollectionStatistics", request)
    flushed, least, most = _counts(collection, [each.id for each in collection.partitions.values()])
    return _counted(m.GetCollectionStatisticsResponse(stats=[_pair(flushed)]), least, most)


def partition_statistics(state: ServerState, request: m.GetPartitionStatisticsRequest) -> RightAnswers:
    """Count the rows of a partition."""
    collection = collection_of(state, "GetPartitionStatistics", request)
    partition = partition_of(state, "GetPartitionStatistics", collection, request.partition_name)
    flushed, least, most = _counts(collection, [partition.id])
    return _counted(m.GetPartitionStatisticsResponse(stats=[_pair(flushed)]), least, most)


def _counts(collection: CollectionState, partitions: Sequence[int]) -> tuple[int, int, int]:
    """Count rows that were flushed, those of them that are alive, and all that ever came."""
    table = collection.table
    here = np.isin(table.partitions, partitions)
    flushed = here & table.flushed
    return int(flushed.sum()), int((flushed & table.alive).sum()), int(here.sum())


def _pair(count: int) -> m.KeyValuePair:
    return m.KeyValuePair(key=_KEY, value=str(count))


def _counted(
    response: m.GetCollectionStatisticsResponse | m.GetPartitionStatisticsResponse, least: int, most: int
) -> RightAnswers:
    """Deleted rows may still be counted, and rows that were not flushed may be already."""

    def why_wrong(found: m.GetCollectionStatisticsResponse) -> str:
        told = {pair.key: pair.value for pair in found.stats}.get(_KEY, "")
        right = told.isdecimal() and least <= int(told) <= most
        return succeeds(found) or ("" if right else f"{_KEY} is {told!r} and not from {least} to {most}")

    return RightAnswers((RightAnswer(response, why_wrong),))


def flush(state: ServerState, request: m.FlushRequest) -> RightAnswers:
    """Make the rows of collections persistent, so that they are counted."""
    collections = collections_of(state, "Flush", request)
    response = m.FlushResponse(db_name=request.db_name or DEFAULT)
    for name, collection in zip(request.collection_names, collections, strict=True):
        fresh = np.unique(collection.table.partitions[~collection.table.flushed])
        response.coll_segIDs[name].data.extend(state.new_id() for _ in fresh)
        response.flush_coll_segIDs[name].data.extend(collection.segments)
        now = state.timestamp()
        response.coll_seal_times[name] = (now >> LOGICAL_BITS) // _SECOND
        response.coll_flush_ts[name] = now

    def seal(found: m.FlushResponse) -> None:
        for name, collection in zip(request.collection_names, collections, strict=True):
            collection.table.flush()
            listed = found.coll_segIDs[name].data if name in found.coll_segIDs else ()
            collection.segments.extend(each for each in listed if each not in collection.segments)

    return RightAnswers((RightAnswer(response, effect=seal),))


def get_flush_state(state: ServerState, request: m.GetFlushStateRequest) -> RightAnswers:
    """Tell whether a flush is through: it always is, but for a time that is still to come."""
    if request.collection_name and not state.rules.accepts("get-flush-state/collection-unknown"):
        collection_of(state, "GetFlushState", request)
    flushed = request.flush_ts <= state.now() or state.rules.expectation("get-flush-state/later-timestamp") is None
    response = m.GetFlushStateResponse(flushed=flushed)
    waiting = m.GetFlushStateResponse(flushed=False)
    return RightAnswers((RightAnswer(response, alike(response, ("flushed",))), *one(waiting).alternatives))


STATISTICS: Handlers = {
    "GetCollectionStatistics": collection_statistics,
    "GetPartitionStatistics": partition_statistics,
    "Flush": flush,
    "GetFlushState": get_flush_state,
}
