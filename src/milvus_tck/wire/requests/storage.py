"""Calls about flushing and compaction."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["flush", "get_compaction_state", "get_flush_state", "manual_compaction"]


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
