"""Statements: what each witness tells of a fact: one small function for each pair in `proto/witnesses.toml`.

A function asks its RPC and says what that tells, in the words of the fact, whichever RPC it was.
Where a refusal is an answer (there is no such collection), it is told as one. Everything else
ends in a `Stop`: the RPC tells nothing.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import values_of

if TYPE_CHECKING:
    from milvus_tck.verdict.case.case import Case

__all__ = ["STATEMENTS", "every_key", "everything", "shown"]

#: More rows than a small collection holds.
_MANY = 100
_DONE = 100
#: How often a list is asked for that others get in the way of.
_LOOKS = 10
_DEFAULT = "_default"
#: Dimension of the vectors of collections that are searched as a whole.
_DIM = 4
_STATES = m.LoadState


def everything(collection: str, *partitions: str) -> Call[m.SearchResults]:
    """Search a small collection of vectors `vec` so that every row is found, or every row of these partitions."""
    return calls.search(collection, np.zeros((1, _DIM), dtype=np.float32), topk=_MANY, partitions=partitions)


def every_key(collection: str, *partitions: str) -> Call[m.QueryResults]:
    """Query a collection with the key `id` so that every row is found, or every row of these partitions."""
    request = m.QueryRequest(
        collection_name=collection,
        expr=f"id >= {-(1 << 62)}",
        output_fields=["id"],
        partition_names=partitions,
        consistency_level=m.ConsistencyLevel.Strong,
        guarantee_timestamp=0,
    )
    return Call("Query", request)


def _told(tck: "Case", call: Call[Any]) -> Any:  # noqa: ANN401 - the answer of any RPC
    """Return an answer, or `None` where the server refuses in words; raises where it tells nothing."""
    outcome = tck.call(call)
    if outcome.in_band and not outcome.ok and not outcome.unsupported and not outcome.garbled:
        return None
    return tck.answered(call, outcome)


def shown(tck: "Case", call: Call[m.ShowCollectionsResponse] | None = None) -> m.ShowCollectionsResponse:
    """List collections, all of them unless a call says which.

    Some servers refuse that while others drop collections, as they do at any moment of a run;
    that is a race, which decides nothing, so they are asked again.
    """
    wanted = call or calls.show_collections()
    for _ in range(_LOOKS - 1):
        outcome = tck.call(wanted)
        if outcome.ok and outcome.answer is not None:
            return outcome.answer
        if not outcome.in_band:
            break
    return tck.ok(wanted)


# -- the server ----------------------------------------------------------------------------


def _tells_its_version(tck: "Case") -> bool:
    return bool(tck.ok(calls.get_version()).version)


def _counts_its_clients(tck: "Case") -> bool:
    return tck.ok(calls.connect()).identifier > 0


# -- collections ---------------------------------------------------------------------------


def _has(tck: "Case", name: str) -> bool:
    answer = _told(tck, calls.has_collection(name))
    return answer is not None and answer.value


def _describes(tck: "Case", name: str) -> bool:
    answer = _told(tck, calls.describe_collection(name))
    return answer is not None and answer.schema.name == name


def _lists(tck: "Case", name: str) -> bool:
    return name in shown(tck).collection_names


def _definition(tck: "Case", name: str) -> object:
    return tck.ok(calls.describe_collection(name))


def _row(tck: "Case", name: str) -> object:
    answer = shown(tck)
    rows = zip(answer.collection_names, answer.collection_ids, answer.created_timestamps, strict=False)
    return next((row for row in rows if row[0] == name), None)


# -- partitions ----------------------------------------------------------------------------


def _has_partition(tck: "Case", collection: str, name: str) -> bool:
    return tck.ok(calls.has_partition(collection, name)).value


def _lists_partition(tck: "Case", collection: str, name: str) -> bool:
    return name in tck.ok(calls.show_partitions(collection)).partition_names


def _partitions(tck: "Case", collection: str) -> list[str]:
    return sorted(tck.ok(calls.show_partitions(collection)).partition_names)


def _partitions_named(tck: "Case", collection: str) -> list[str]:
    """Of the partitions that the test has named so far, return those that are there."""
    named = {getattr(each.request, "partition_name", "") for each in tck.exchanges} | {_DEFAULT}
    return sorted(name for name in named if name and _has_partition(tck, collection, name))


# -- indexes -------------------------------------------------------------------------------


def _indexes(tck: "Case", collection: str) -> object:
    answer = _told(tck, calls.describe_index(collection))
    told = () if answer is None else answer.index_descriptions
    rows = [(each.index_name, each.field_name, sorted((pair.key, pair.value) for pair in each.params)) for each in told]
    return sorted(rows)  # nobody promises an order: upstream keeps them in a map


def _index_state(tck: "Case", collection: str) -> object:
    """Tell whether there are indexes: the state of none is refused, that of several as well where none is named."""
    answer = _told(tck, calls.get_index_state(collection))
    return [] if answer is None or not answer.state else [""]


# -- loads ---------------------------------------------------------------------------------


def _load_state(tck: "Case", collection: str, *partitions: str) -> int:
    return tck.ok(calls.get_load_state(collection, partitions)).state


def _load_progress(tck: "Case", collection: str, *partitions: str) -> int:
    answer = _told(tck, calls.get_loading_progress(collection, partitions))
    return _state(None if answer is None else answer.progress)


def _in_memory(tck: "Case", collection: str, *partitions: str) -> int:
    """Tell it by the list of collections in memory; of partitions that of the collection is the nearest."""
    if partitions:
        return _partitions_in_memory(tck, collection, partitions)
    answer = shown(tck, calls.show_collections(m.ShowType.InMemory))
    percentages = dict(zip(answer.collection_names, answer.inMemory_percentages, strict=False))
    return _state(percentages.get(collection))


def _partitions_in_memory(tck: "Case", collection: str, partitions: tuple[str, ...]) -> int:
    answer = _told(tck, calls.show_partitions(collection, m.ShowType.InMemory))
    lists = ((), ()) if answer is None else (answer.partition_names, answer.inMemory_percentages)
    percentages = dict(zip(*lists, strict=False))
    states = {_state(percentages.get(each)) for each in partitions}
    least_first = (_STATES.LoadStateNotLoad, _STATES.LoadStateLoading, _STATES.LoadStateLoaded)
    return next(state for state in least_first if state in states)


def _state(percentage: int | None) -> int:
    if percentage is None:
        return _STATES.LoadStateNotLoad
    return _STATES.LoadStateLoaded if percentage == _DONE else _STATES.LoadStateLoading


def _serves_search(tck: "Case", collection: str, *partitions: str) -> int:
    return _served(_told(tck, everything(collection, *partitions)))


def _serves_query(tck: "Case", collection: str, *partitions: str) -> int:
    return _served(_told(tck, every_key(collection, *partitions)))


def _served(answer: object) -> int:
    return _STATES.LoadStateNotLoad if answer is None else _STATES.LoadStateLoaded


# -- rows ----------------------------------------------------------------------------------


def _found(tck: "Case", collection: str, *partitions: str) -> list[int]:
    return sorted(tck.ok(everything(collection, *partitions)).results.ids.int_id.data)


def _queried(tck: "Case", collection: str, *partitions: str) -> list[int]:
    fields = tck.ok(every_key(collection, *partitions)).fields_data
    return sorted(values_of(fields, "id"))


def _counted(tck: "Case", collection: str) -> str | None:
    stats = tck.ok(calls.get_collection_statistics(collection)).stats
    return {pair.key: pair.value for pair in stats}.get("row_count")


def _segments(tck: "Case", collection: str) -> dict[int, int]:
    """Return the rows of each persistent segment of a collection."""
    request = m.GetPersistentSegmentInfoRequest(dbName="", collectionName=collection)
    call: Call[m.GetPersistentSegmentInfoResponse] = Call("GetPersistentSegmentInfo", request)
    return {each.segmentID: each.num_rows for each in tck.ok(call).infos}


def _counted_in_segments(tck: "Case", collection: str) -> str | None:
    return str(sum(_segments(tck, collection).values()))


def _flushed(tck: "Case", collection: str, sealed: m.FlushResponse) -> bool:
    return tck.ok(calls.get_flush_state(collection, sealed)).flushed


def _flushed_segments(tck: "Case", collection: str, sealed: m.FlushResponse) -> bool:
    wanted = sealed.coll_segIDs[collection].data if collection in sealed.coll_segIDs else ()
    return set(wanted) <= _segments(tck, collection).keys()


_LOADS: Mapping[str, Callable[..., Any]] = {
    "GetLoadState": _load_state,
    "GetLoadingProgress": _load_progress,
    "ShowCollections": _in_memory,
    "Search": _serves_search,
    "Query": _serves_query,
}
#: What each witness says of a fact; the arguments are those of the fact.
STATEMENTS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "server": {"GetVersion": _tells_its_version, "Connect": _counts_its_clients},
    "collection": {"HasCollection": _has, "DescribeCollection": _describes, "ShowCollections": _lists},
    "listing": {"ShowCollections": _lists, "HasCollection": _has, "DescribeCollection": _describes},
    "definition": {"DescribeCollection": _definition, "ShowCollections": _row, "HasCollection": _has},
    "partition": {"HasPartition": _has_partition, "ShowPartitions": _lists_partition},
    "partitions": {"ShowPartitions": _partitions, "HasPartition": _partitions_named},
    "index": {"DescribeIndex": _indexes, "GetIndexState": _index_state},
    "load": _LOADS,
    "partition-load": _LOADS,
    "keys": {"Search": _found, "Query": _queried},
    "count": {"GetCollectionStatistics": _counted, "GetPersistentSegmentInfo": _counted_in_segments},
    "flushed": {"GetFlushState": _flushed, "GetPersistentSegmentInfo": _flushed_segments},
}
