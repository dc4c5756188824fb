"""Collections: created, described, listed, asked for and dropped."""

from typing import Any

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, nothing
from milvus_tck.model.definitions import read_schema, shards_of, spread_of
from milvus_tck.model.field_rules import dim_of
from milvus_tck.model.likeness import agreed, alike, one
from milvus_tck.model.name_rules import collection_of, collections_of, database_of, find_collection
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import LOGICAL_BITS, CollectionState, Database, Partition, ServerState
from milvus_tck.model.table import RowStore
from milvus_tck.model.value_rules import DENSE
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import CollectionSchema, DataType
from milvus_tck.wire.vectors import BITS

__all__ = ["COLLECTIONS"]

_LOADED = 100


def _dense_fields(schema: CollectionSchema) -> dict[str, tuple[Any, int]]:
    """Return the element type and the width in memory of each dense vector field."""
    found = {each.name: (each.data_type, dim_of(each)) for each in schema.fields if each.data_type in DENSE}
    return {
        name: (DENSE[kind], dim // BITS if kind == DataType.BinaryVector else dim)
        for name, (kind, dim) in found.items()
    }


def create_collection(state: ServerState, request: m.CreateCollectionRequest) -> RightAnswers:
    """Create a collection, or find that it is there already as it was asked for."""
    database = database_of(state, "CreateCollection", request)
    assert database is not None  # noqa: S101 - no profile creates anything in a database that is not there
    schema = read_schema(state, request)
    shards = shards_of(state, request)
    spread = spread_of(state, request, schema)
    name = request.collection_name
    if name in database.aliases:
        raise RefusalError("create-collection/name-is-alias", name)
    existing = database.collections.get(name)
    if existing is not None:
        _check_same(existing, request, schema, shards, spread)
        return one(m.Status())
    _check_capacity(state, shards, spread or 1)

    def create(_response: object) -> None:
        database.collections[name] = _created(state, request, schema, shards, spread)

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def _check_same(existing: CollectionState, request: Any, schema: Any, shards: int, spread: int) -> None:  # noqa: ANN401
    """Raise `RefusalError` where a definition differs from what exists, by what differs first."""
    same = {
        "other-description": existing.schema.description == schema.description,
        "other-dynamic-flag": existing.schema.enable_dynamic_field == schema.enable_dynamic_field,
        "other-schema": existing.schema == schema,
        "other-shards": existing.shards == shards,
        "other-consistency-level": existing.level == request.consistency_level,
        "other-properties": _pairs(existing.properties) == _pairs(request.properties),
        "partitions-added-since": not existing.added and existing.spread == spread,
    }
    different = next((rule for rule, holds in same.items() if not holds), "")
    if different:
        raise RefusalError(f"create-collection/{different}", request.collection_name)


def _pairs(found: Any) -> dict[str, str]:  # noqa: ANN401 - repeated KeyValuePair
    return {pair.key: pair.value for pair in found}


def _check_capacity(state: ServerState, shards: int, partitions: int) -> None:
    every = [each for database in state.databases.values() for each in database.collections.values()]
    if len(every) >= state.bound("collections"):
        raise RefusalError("create-collection/collections-too-many")
    used = sum(each.shards * len(each.partitions) for each in every) + shards * partitions
    capacity = state.limit("capacity")
    if capacity is not None and used > capacity:
        raise RefusalError("create-collection/capacity-exceeded")


def _created(state: ServerState, request: Any, schema: CollectionSchema, shards: int, spread: int) -> CollectionState:  # noqa: ANN401
    created = state.timestamp()
    names = [each.name for each in schema.fields]
    table = RowStore(_dense_fields(schema), [*names, "$meta"] if schema.enable_dynamic_field else names)
    partitions = [f"_default_{number}" for number in range(spread)] or ["_default"]
    return CollectionState(
        name=request.collection_name,
        id=state.new_id(),
        created=created,
        schema=schema,
        shards=shards,
        level=request.consistency_level,
        properties=tuple(request.properties),
        spread=spread,
        table=table,
        partitions={name: Partition(name, state.new_id(), created) for name in partitions},
    )


def drop_collection(state: ServerState, request: m.DropCollectionRequest) -> RightAnswers:
    """Drop a collection; one that is not there may be dropped as well."""
    database = database_of(state, "DropCollection", request)
    found = find_collection(state, "DropCollection", request)
    if database is None or found is None:
        return one(m.Status())
    state.rules.demand(request.collection_name not in database.aliases, "drop-collection/alias")
    state.rules.demand(not found.aliases, "drop-collection/has-alias", ", ".join(found.aliases))

    def drop(_response: object) -> None:
        del database.collections[found.name]
        for alias in found.aliases:
            del database.aliases[alias]

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


def has_collection(state: ServerState, request: m.HasCollectionRequest) -> RightAnswers:
    """Tell whether there is a collection, or an alias."""
    return one(m.BoolResponse(value=find_collection(state, "HasCollection", request) is not None))


def describe_collection(state: ServerState, request: m.DescribeCollectionRequest) -> RightAnswers:
    """Describe a collection by its name, by an alias, or by its id alone."""
    if request.collectionID and not request.collection_name:
        found = _by_id(state, request.collectionID)
    else:
        found = collection_of(state, "DescribeCollection", request)
    response = _description(found, request.collection_name or found.name)
    name = ("collection", found.id)
    return agreed(
        state,
        response,
        {
            "collectionID": (*name, "id"),
            "created_timestamp": (*name, "created"),
            "created_utc_timestamp": (*name, "utc"),
        },
        looked_at=("collection_name", "shards_num", "consistency_level", "aliases", "properties"),
    )


def _by_id(state: ServerState, identifier: int) -> CollectionState:
    for database in state.databases.values():
        for each in database.collections.values():
            if state.chosen.get(("collection", each.id, "id"), each.id) == identifier:
                return each
    raise RefusalError("describe-collection/unknown-id", f"can't find collection[collection={identifier}]")


def _description(found: CollectionState, name: str) -> m.DescribeCollectionResponse:
    channels = [f"by-dev-rootcoord-dml_{number}_{found.id}v{number}" for number in range(found.shards)]
    return m.DescribeCollectionResponse(
        schema=found.schema,
        collectionID=found.id,
        virtual_channel_names=channels,
        physical_channel_names=[each.rpartition("_")[0] for each in channels],
        created_timestamp=found.created,
        created_utc_timestamp=found.created >> LOGICAL_BITS,
        shards_num=found.shards,
        aliases=found.aliases,
        consistency_level=found.level,  # type: ignore[arg-type]
        collection_name=name,
        properties=found.properties,
        num_partitions=found.spread or len(found.partitions),
    )


def show_collections(state: ServerState, request: m.ShowCollectionsRequest) -> RightAnswers:
    """List the collections of a database, or those of it that are in memory."""
    database = database_of(state, "ShowCollections", request)
    assert database is not None  # noqa: S101 - no profile lists what a database that is not there holds
    in_memory = request.type == m.ShowType.InMemory
    listed = _in_memory(state, database, request) if in_memory else list(database.collections.values())
    if request.time_stamp and state.rules.accepts("show-collections/time-stamp"):
        listed = [each for each in listed if each.created <= request.time_stamp]
    response = m.ShowCollectionsResponse(
        collection_names=[each.name for each in listed],
        collection_ids=[each.id for each in listed],
        created_timestamps=[each.created for each in listed],
        created_utc_timestamps=[each.created >> LOGICAL_BITS for each in listed],
        inMemory_percentages=[_LOADED for _ in listed] if in_memory else [],
        query_service_available=[True for _ in listed] if in_memory else [],
    )
    return RightAnswers((RightAnswer(response, alike(response, unordered=("collection_names",)), nothing),))


def _in_memory(state: ServerState, database: Database, request: Any) -> list[CollectionState]:  # noqa: ANN401
    for name in request.collection_names:
        if database.find(name) is None:
            raise state.rules.refusal("show-collections/in-memory-unknown", f"collection not found[{name}]")
    named = collections_of(state, "ShowCollections", request) if request.collection_names else None
    return [each for each in (database.collections.values() if named is None else named) if each.loaded]


COLLECTIONS: Handlers = {
    "CreateCollection": create_collection,
    "DropCollection": drop_collection,
    "HasCollection": has_collection,
    "DescribeCollection": describe_collection,
    "ShowCollections": show_collections,
}
