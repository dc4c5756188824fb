"""Calls about collections."""

from collections.abc import Mapping, Sequence

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.kinds import Consistency, Show
from milvus_tck.wire.schema import collection_schema

__all__ = [
    "add_collection_field",
    "alter_collection",
    "alter_collection_field",
    "create_collection",
    "describe_collection",
    "drop_collection",
    "get_collection_statistics",
    "has_collection",
    "rename_collection",
    "show_collections",
    "truncate_collection",
]


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


def rename_collection(name: str, new_name: str) -> Call[m.Status]:
    """Give a collection another name."""
    return Call("RenameCollection", m.RenameCollectionRequest(oldName=name, newName=new_name))


def truncate_collection(name: str) -> Call[m.TruncateCollectionResponse]:
    """Remove all rows of a collection."""
    return Call("TruncateCollection", m.TruncateCollectionRequest(collection_name=name))


def alter_collection(
    name: str, properties: Mapping[str, str] | None = None, delete: Sequence[str] = ()
) -> Call[m.Status]:
    """Set properties of a collection, or delete some."""
    request = m.AlterCollectionRequest(
        collection_name=name, properties=key_values(properties or {}), delete_keys=delete
    )
    return Call("AlterCollection", request)


def add_collection_field(name: str, added: m.FieldSchema) -> Call[m.Status]:
    """Give a collection one more field."""
    request = m.AddCollectionFieldRequest(collection_name=name, schema=added.SerializeToString())
    return Call("AddCollectionField", request)


def alter_collection_field(
    name: str, field: str, properties: Mapping[str, str] | None = None, delete: Sequence[str] = ()
) -> Call[m.Status]:
    """Set parameters of a field, or delete some."""
    request = m.AlterCollectionFieldRequest(
        collection_name=name, field_name=field, properties=key_values(properties or {}), delete_keys=delete
    )
    return Call("AlterCollectionField", request)
