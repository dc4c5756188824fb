"""Loading and releasing: which partitions of a collection are in memory."""

from collections.abc import Iterable

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.likeness import alike, one
from milvus_tck.model.name_rules import collection_of, find_collection, partition_of
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, Partition, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.vectors import VECTORS

__all__ = ["LOADING"]

_DONE = 100
#: Where collections are loaded to; the one resource group that there is, and its nodes.
_GROUP = "__default_resource_group"
_QUERY_NODES = 1


def load_collection(state: ServerState, request: m.LoadCollectionRequest) -> RightAnswers:
    """Load all partitions of a collection."""
    rules = state.rules
    collection = collection_of(state, "LoadCollection", request)
    _check_groups(state, collection, request.resource_groups)
    if request.refresh:
        rules.demand(bool(collection.loaded), "load-collection/refresh-not-loaded", collection.name)
        return one(m.Status())
    _check_indexes(collection, "LoadCollection")
    partly = bool(collection.loaded) and not collection.loaded_whole
    rules.demand(not partly, "load-collection/while-partitions-loaded", collection.name)
    replicas = max(request.replica_number, 1)
    if collection.loaded:
        same = replicas == collection.replicas
        rules.demand(same, "load-collection/other-replica-number", str(replicas))
    rules.demand(replicas <= _QUERY_NODES, "load-collection/replicas-too-many", str(replicas))

    def load(_response: object) -> None:
        _load(collection, collection.partitions.values(), replicas)
        collection.loaded_whole = True

    return RightAnswers((RightAnswer(m.Status(), effect=load),))


def _load(collection: CollectionState, partitions: Iterable[Partition], replicas: int) -> None:
    collection.loaded.update(each.id for each in partitions)
    collection.released -= collection.loaded
    collection.replicas = replicas


def _check_groups(state: ServerState, collection: CollectionState, groups: Iterable[str]) -> None:
    unknown = [each for each in groups if each != _GROUP]
    if not unknown:
        return
    rule = "load-collection/other-resource-group" if collection.loaded else "load-collection/resource-group-unknown"
    state.rules.demand(right=False, clause=rule, detail=f"resource group not found[{unknown[0]}]")
    raise state.rules.refusal("load-collection/resource-group-unknown", f"resource group not found[{unknown[0]}]")


def _check_indexes(collection: CollectionState, rpc: str) -> None:
    """Raise `RefusalError` where a vector field has no index."""
    if not collection.indexes:
        raise RefusalError("load-collection/no-index" if rpc == "LoadCollection" else "load-partitions/no-index")
    indexed = {each.field for each in collection.indexes.values()}
    bare = [each.name for each in collection.schema.fields if each.data_type in VECTORS and each.name not in indexed]
    if bare:
        raise RefusalError("load-collection/no-vector-index", f"field: {bare[0]}")


def load_partitions(state: ServerState, request: m.LoadPartitionsRequest) -> RightAnswers:
    """Load partitions of a collection beside those that are loaded."""
    rules = state.rules
    collection = collection_of(state, "LoadPartitions", request)
    rules.demand(bool(request.partition_names), "load-partitions/none")
    rules.demand(not collection.spread, "load-partitions/partition-key", collection.name)
    wanted = [partition_of(state, "LoadPartitions", collection, name) for name in request.partition_names]
    _check_groups(state, collection, request.resource_groups)
    if request.refresh:
        rules.demand(bool(collection.loaded), "load-collection/refresh-not-loaded", collection.name)
        return one(m.Status())
    _check_indexes(collection, "LoadPartitions")
    rules.demand(not collection.loaded_whole, "load-partitions/while-collection-loaded", collection.name)
    added = {each.id for each in wanted} - collection.loaded
    rules.demand(not (added and collection.loaded), "load-partitions/second", collection.name)
    replicas = max(request.replica_number, 1)
    if collection.loaded:
        rules.demand(replicas == collection.replicas, "load-partitions/other-replica-number", str(replicas))
    rules.demand(replicas <= _QUERY_NODES, "load-collection/replicas-too-many", str(replicas))
    return RightAnswers((RightAnswer(m.Status(), effect=lambda _: _load(collection, wanted, replicas)),))


def release_collection(state: ServerState, request: m.ReleaseCollectionRequest) -> RightAnswers:
    """Release every partition of a collection; what is not loaded may be released as well."""
    collection = collection_of(state, "ReleaseCollection", request)

    def release(_response: object) -> None:
        _release(collection, set(collection.loaded))
        collection.released.clear()

    return RightAnswers((RightAnswer(m.Status(), effect=release),))


def _release(collection: CollectionState, partitions: set[int]) -> None:
    collection.released |= partitions & collection.loaded
    collection.loaded -= partitions
    if not collection.loaded:
        collection.loaded_whole = False


def release_partitions(state: ServerState, request: m.ReleasePartitionsRequest) -> RightAnswers:
    """Release partitions of a collection; others stay loaded."""
    rules = state.rules
    collection = collection_of(state, "ReleasePartitions", request)
    rules.demand(bool(request.partition_names), "release-partitions/none")
    rules.demand(not collection.spread, "release-partitions/partition-key", collection.name)
    wanted = {partition_of(state, "ReleasePartitions", collection, name).id for name in request.partition_names}
    rules.demand(not collection.loaded_whole, "release-partitions/after-load-collection", collection.name)
    return RightAnswers((RightAnswer(m.Status(), effect=lambda _: _release(collection, wanted)),))


def get_load_state(state: ServerState, request: m.GetLoadStateRequest) -> RightAnswers:
    """Tell whether a collection, or each of some partitions, is loaded."""
    collection = find_collection(state, "GetLoadState", request)
    if collection is None:
        return one(m.GetLoadStateResponse(state=m.LoadState.LoadStateNotExist))
    loaded = bool(collection.loaded)
    for name in request.partition_names:
        if name not in collection.partitions and state.rules.accepts("get-load-state/partition-unknown"):
            loaded = False
        else:
            loaded = loaded and partition_of(state, "GetLoadState", collection, name).id in collection.loaded
    found = m.LoadState.LoadStateLoaded if loaded else m.LoadState.LoadStateNotLoad
    response = m.GetLoadStateResponse(state=found)
    if not loaded:
        return one(response)
    going_on = m.GetLoadStateResponse(state=m.LoadState.LoadStateLoading)
    return RightAnswers((RightAnswer(response, alike(response, ("state",))), *one(going_on).alternatives))


def get_loading_progress(state: ServerState, request: m.GetLoadingProgressRequest) -> RightAnswers:
    """Tell how far a load has come: all the way, or anywhere before that."""
    collection = collection_of(state, "GetLoadingProgress", request)
    wanted = [partition_of(state, "GetLoadingProgress", collection, name).id for name in request.partition_names]
    if not collection.loaded:
        raise RefusalError("get-loading-progress/not-loaded", collection.name)
    if not set(wanted) <= collection.loaded:
        raise RefusalError("get-loading-progress/other-partition", ", ".join(request.partition_names))
    response = m.GetLoadingProgressResponse(progress=_DONE, refresh_progress=_DONE)
    going_on = alike(response)

    def why_wrong(found: m.GetLoadingProgressResponse) -> str:
        return going_on(found) or ("" if 0 <= found.progress <= _DONE else f"progress is {found.progress}")

    return RightAnswers((RightAnswer(response, why_wrong),))


LOADING: Handlers = {
    "LoadCollection": load_collection,
    "LoadPartitions": load_partitions,
    "ReleaseCollection": release_collection,
    "ReleasePartitions": release_partitions,
    "GetLoadState": get_load_state,
    "GetLoadingProgress": get_loading_progress,
}
