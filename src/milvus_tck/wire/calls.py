"""Calls to the core RPCs, with the arguments that tests name and nothing else.

Each function builds one valid request; a test derives the wrong ones from it with
`Call.but`. Names and order follow the RPCs.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.kinds import Consistency, Show
from milvus_tck.wire.schema import collection_schema
from milvus_tck.wire.search import placeholder_group

__all__ = [
    "as_json", "connect", "create_collection", "create_index", "create_partition", "describe_collection",
    "describe_index", "drop_collection", "drop_index", "drop_partition", "flush", "get_collection_statistics",
    "get_flush_state",
    "get_index_build_progress", "get_index_state", "get_load_state", "get_loading_progress",
    "get_partition_statistics", "get_version", "has_collection", "has_partition", "insert", "load_collection",
    "load_partitions", "release_collection", "release_partitions", "search", "show_collections", "show_partitions",
]  # fmt: skip


def get_version() -> Call[m.GetVersionResponse]:
    """Ask for the version text."""
    return Call("GetVersion", m.GetVersionRequest())


def connect() -> Call[m.ConnectResponse]:
    """Introduce ourselves and ask for the server's identity."""
    info = m.ClientInfo(sdk_type="milvus-tck", sdk_version="1")
    return Call("Connect", m.ConnectRequest(client_info=info))


def create_collection(
    name: str,
    *fields: m.FieldSchema,
    description: str = "",
    dynamic: bool = False,
    shards: int = 0,
    level: Consistency = m.ConsistencyLevel.Strong,
    properties: Mapping[str, str] | None = None,
) -> Call[m.Status]:
    """Create a collection of these fields; `shards` 0 leaves the number to the server."""
    schema = collection_schema(name, *fields, description=description, dynamic=dynamic)
    request = m.CreateCollectionRequest(
        collection_name=name,
        schema=schema.SerializeToString(),
        shards_num=shards,
        consistency_level=level,
        properties=key_values(properties or {}),
    )
    return Call("CreateCollection", request)


def drop_collection(name: str) -> Call[m.Status]:
    """Drop a collection."""
    return Call("DropCollection", m.DropCollectionRequest(collection_name=name))


def has_collection(name: str) -> Call[m.BoolResponse]:
    """Ask whether a collection exists."""
    return Call("HasCollection", m.HasCollectionRequest(collection_name=name))


def describe_collection(name: str) -> Call[m.DescribeCollectionResponse]:
    """Ask for the definition of a collection."""
    return Call("DescribeCollection", m.DescribeCollectionRequest(collection_name=name))


def show_collections(kind: Show = m.ShowType.All) -> Call[m.ShowCollectionsResponse]:
    """List all collections, or those in memory."""
    return Call("ShowCollections", m.ShowCollectionsRequest(type=kind))


def get_collection_statistics(name: str) -> Call[m.GetCollectionStatisticsResponse]:
    """Ask for the statistics of a collection."""
    return Call("GetCollectionStatistics", m.GetCollectionStatisticsRequest(collection_name=name))


def load_collection(name: str, replicas: int = 1) -> Call[m.Status]:
    """Start to load a collection."""
    return Call("LoadCollection", m.LoadCollectionRequest(collection_name=name, replica_number=replicas))


def release_collection(name: str) -> Call[m.Status]:
    """Release a collection from memory."""
    return Call("ReleaseCollection", m.ReleaseCollectionRequest(collection_name=name))


def get_load_state(name: str, partitions: Iterable[str] = ()) -> Call[m.GetLoadStateResponse]:
    """Ask whether a collection, or partitions of it, are loaded."""
    return Call("GetLoadState", m.GetLoadStateRequest(collection_name=name, partition_names=partitions))


def get_loading_progress(name: str, partitions: Iterable[str] = ()) -> Call[m.GetLoadingProgressResponse]:
    """Ask how far loading has come, in percent."""
    return Call("GetLoadingProgress", m.GetLoadingProgressRequest(collection_name=name, partition_names=partitions))


def create_partition(collection: str, name: str) -> Call[m.Status]:
    """Create a partition."""
    return Call("CreatePartition", m.CreatePartitionRequest(collection_name=collection, partition_name=name))


def drop_partition(collection: str, name: str) -> Call[m.Status]:
    """Drop a partition with its rows."""
    return Call("DropPartition", m.DropPartitionRequest(collection_name=collection, partition_name=name))


def has_partition(collection: str, name: str) -> Call[m.BoolResponse]:
    """Ask whether a partition exists."""
    return Call("HasPartition", m.HasPartitionRequest(collection_name=collection, partition_name=name))


def show_partitions(collection: str, kind: Show = m.ShowType.All) -> Call[m.ShowPartitionsResponse]:
    """List the partitions of a collection."""
    return Call("ShowPartitions", m.ShowPartitionsRequest(collection_name=collection, type=kind))


def load_partitions(collection: str, *names: str, replicas: int = 1) -> Call[m.Status]:
    """Start to load partitions."""
    request = m.LoadPartitionsRequest(collection_name=collection, partition_names=names, replica_number=replicas)
    return Call("LoadPartitions", request)


def release_partitions(collection: str, *names: str) -> Call[m.Status]:
    """Release partitions from memory."""
    return Call("ReleasePartitions", m.ReleasePartitionsRequest(collection_name=collection, partition_names=names))


def get_partition_statistics(collection: str, name: str) -> Call[m.GetPartitionStatisticsResponse]:
    """Ask for the statistics of a partition."""
    request = m.GetPartitionStatisticsRequest(collection_name=collection, partition_name=name)
    return Call("GetPartitionStatistics", request)


def create_index(
    collection: str,
    field: str,
    index_type: str | None,
    metric: str | None = None,
    params: Mapping[str, Any] | None = None,
    *,
    name: str = "",
) -> Call[m.Status]:
    """Create an index; what is `None` is not sent, so that the server's default counts."""
    given = {
        "index_type": index_type,
        "metric_type": metric,
        "params": None if params is None else as_json(params),
    }
    extra = key_values({key: value for key, value in given.items() if value is not None})
    request = m.CreateIndexRequest(collection_name=collection, field_name=field, index_name=name, extra_params=extra)
    return Call("CreateIndex", request)


def describe_index(collection: str, field: str = "", name: str = "") -> Call[m.DescribeIndexResponse]:
    """Ask for the indexes of a collection; an empty name asks for all."""
    request = m.DescribeIndexRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("DescribeIndex", request)


def get_index_state(collection: str, field: str = "", name: str = "") -> Call[m.GetIndexStateResponse]:
    """Ask for the state of an index."""
    request = m.GetIndexStateRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("GetIndexState", request)


def get_index_build_progress(collection: str, field: str = "", name: str = "") -> Call[m.GetIndexBuildProgressResponse]:
    """Ask how many rows of an index are built."""
    request = m.GetIndexBuildProgressRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("GetIndexBuildProgress", request)


def drop_index(collection: str, field: str = "", name: str = "") -> Call[m.Status]:
    """Drop an index."""
    request = m.DropIndexRequest(collection_name=collection, field_name=field, index_name=name)
    return Call("DropIndex", request)


def insert(
    collection: str, columns: Sequence[m.FieldData], rows: int, *, partition: str = ""
) -> Call[m.MutationResult]:
    """Insert columns of `rows` rows each; an empty partition means the default one."""
    request = m.InsertRequest(collection_name=collection, partition_name=partition, fields_data=columns, num_rows=rows)
    return Call("Insert", request)


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


def as_json(params: Mapping[str, Any]) -> str:
    """Write the options of an index as the JSON text that they travel in."""
    return json.dumps(dict(params))


def search(  # noqa: PLR0913 - what a search is made of
    collection: str,
    queries: NDArray[Any],
    *,
    field: str = "vec",
    topk: int = 10,
    metric: str | None = "L2",
    expr: str = "",
    output: Iterable[str] = (),
    partitions: Iterable[str] = (),
    level: Consistency = m.ConsistencyLevel.Strong,
    **params: object,
) -> Call[m.SearchResults]:
    """Search the nearest neighbours of the rows of `queries`.

    Further keywords go into `params`, the options of the index (`nprobe=8`, `radius=1.5`).
    """
    options = {
        "anns_field": field,
        "topk": str(topk),
        "metric_type": metric,
        "params": as_json(params),
        "round_decimal": "-1",
    }
    request = m.SearchRequest(
        collection_name=collection,
        partition_names=partitions,
        dsl=expr,
        dsl_type=m.DslType.BoolExprV1,
        placeholder_group=placeholder_group(queries),
        nq=len(queries),
        output_fields=output,
        search_params=key_values({key: value for key, value in options.items() if value is not None}),
        consistency_level=level,
    )
    return Call("Search", request)
