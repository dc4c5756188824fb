"""Calls about flushing and compaction."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = [
    "flush",
    "flush_all",
    "get_compaction_state",
    "get_compaction_state_with_plans",
    "get_flush_all_state",
    "get_flush_state",
    "get_persistent_segment_info",
    "manual_compaction",
]


def flush(*collections: str) -> Call[m.FlushResponse]:
    """Seal the growing segments of collections."""
    return Call("Flush", m.FlushRequest(collection_names=collections))


def get_flush_state(collection: str, flushed: m.FlushResponse) -> Call[m.GetFlushStateResponse]:
    """Ask whether what a `Flush` of the collection sealed is persistent by now."""
    sealed = flushed.coll_segIDs[collection].data if collection in flushed.coll_segIDs else ()
    request = m.GetFlushStateRequest(
        collection_name=collection, segmentIDs=sealed, flush_ts=flushed.coll_flush_ts.get(collection, 0)
    )
    return Call("GetFlushState", request)


def manual_compaction(collection_id: int) -> Call[m.ManualCompactionResponse]:
    """Ask for the segments of a collection, which is named by its id, to be compacted."""
    return Call("ManualCompaction", m.ManualCompactionRequest(collectionID=collection_id))


def get_compaction_state(compaction: int) -> Call[m.GetCompactionStateResponse]:
    """Ask how far a compaction has come, by the id that `ManualCompaction` gave."""
    return Call("GetCompactionState", m.GetCompactionStateRequest(compactionID=compaction))


def get_compaction_state_with_plans(compaction: int) -> Call[m.GetCompactionPlansResponse]:
    """Ask which segments a compaction merges, by the id that `ManualCompaction` gave."""
    return Call("GetCompactionStateWithPlans", m.GetCompactionPlansRequest(compactionID=compaction))


def flush_all(database: str) -> Call[m.FlushAllResponse]:
    """Seal the growing segments of a database; servers from 2.4 on do so in all of them."""
    return Call("FlushAll", m.FlushAllRequest(db_name=database))


def get_flush_all_state(timestamp: int) -> Call[m.GetFlushAllStateResponse]:
    """Ask whether all that was there at a hybrid timestamp is persistent by now."""
    return Call("GetFlushAllState", m.GetFlushAllStateRequest(flush_all_ts=timestamp))


def get_persistent_segment_info(collection: str) -> Call[m.GetPersistentSegmentInfoResponse]:
    """Ask for the segments of a collection that are sealed."""
    return Call("GetPersistentSegmentInfo", m.GetPersistentSegmentInfoRequest(collectionName=collection))
