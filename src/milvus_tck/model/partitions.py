"""Partitions: created, dropped, listed and asked for."""

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.likeness import alike, one
from milvus_tck.model.name_rules import collection_of, is_partition_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import LOGICAL_BITS, CollectionState, Partition, ServerState
from milvus_tck.spec.clause_files import kebab
from milvus_tck.wire import messages as m

__all__ = ["DEFAULT_PARTITION", "PARTITIONS"]

DEFAULT_PARTITION = "_default"
_LOADED = 100


def _check_name(state: ServerState, rpc: str, name: str) -> None:
    """Raise `RefusalError` for a name that no partition can have."""
    prefix = kebab(rpc)
    state.rules.demand(bool(name.strip()), f"{prefix}/name-empty", "Partition name should not be empty")
    if is_partition_name(state, name):
        return
    dash = is_partition_name(state, name.replace("-", "_")) and not name.strip().startswith("-")
    rule = f"{prefix}/name-with-dash" if dash and rpc == "CreatePartition" else f"{prefix}/name-ill-formed"
    raise state.rules.refusal(rule, f"Invalid partition name: {name}")


def create_partition(state: ServerState, request: m.CreatePartitionRequest) -> RightAnswers:
    """Create a partition; one that is there already may be created again."""
    collection = collection_of(state, "CreatePartition", request)
    name = request.partition_name
    _check_name(state, "CreatePartition", name)
    state.rules.demand(not collection.spread, "create-partition/partition-key", collection.name)
    if name in collection.partitions:
        return one(m.Status())
    room = len(collection.partitions) < state.bound("partitions")
    state.rules.demand(room, "create-partition/too-many", name)

    def create(_response: object) -> None:
        made = Partition(name, state.new_id(), state.timestamp())
        collection.partitions[name] = made
        collection.added = True
        if collection.loaded_whole:
            collection.loaded.add(made.id)

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def drop_partition(state: ServerState, request: m.DropPartitionRequest) -> RightAnswers:
    """Drop a partition with its rows; one that is not there may be dropped as well."""
    collection = collection_of(state, "DropPartition", request)
    name = request.partition_name
    _check_name(state, "DropPartition", name)
    state.rules.demand(not collection.spread, "drop-partition/partition-key", collection.name)
    state.rules.demand(name != DEFAULT_PARTITION, "drop-partition/default", name)
    found = collection.partitions.get(name)
    if found is None:
        return one(m.Status())
    state.rules.demand(found.id not in collection.loaded, "drop-partition/loaded", name)

    def drop(_response: object) -> None:
        del collection.partitions[name]
        collection.table.drop(found.id)

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


def has_partition(state: ServerState, request: m.HasPartitionRequest) -> RightAnswers:
    """Tell whether a collection has a partition."""
    collection = collection_of(state, "HasPartition", request)
    _check_name(state, "HasPartition", request.partition_name)
    return one(m.BoolResponse(value=request.partition_name in collection.partitions))


def show_partitions(state: ServerState, request: m.ShowPartitionsRequest) -> RightAnswers:
    """List the partitions of a collection, or those that are loaded."""
    if request.collectionID and not request.collection_name:
        raise RefusalError("show-partitions/collection-id-alone", str(request.collectionID))
    collection = collection_of(state, "ShowPartitions", request)
    in_memory = request.type == m.ShowType.InMemory
    listed = list(collection.partitions.values())
    if in_memory:
        listed = _in_memory(state, collection, request)
    response = m.ShowPartitionsResponse(
        partition_names=[each.name for each in listed],
        partitionIDs=[each.id for each in listed],
        created_timestamps=[each.created for each in listed],
        created_utc_timestamps=[each.created >> LOGICAL_BITS for each in listed],
        inMemory_percentages=[_LOADED for _ in listed] if in_memory else [],
    )
    return RightAnswers((RightAnswer(response, alike(response, unordered=("partition_names",))),))


def _in_memory(state: ServerState, collection: CollectionState, request: m.ShowPartitionsRequest) -> list[Partition]:
    state.rules.demand(bool(collection.loaded), "show-partitions/in-memory-none", collection.name)
    named = set(request.partition_names) or collection.partitions.keys()
    return [each for each in collection.partitions.values() if each.id in collection.loaded and each.name in named]


PARTITIONS: Handlers = {
    "CreatePartition": create_partition,
    "DropPartition": drop_partition,
    "HasPartition": has_partition,
    "ShowPartitions": show_partitions,
}
