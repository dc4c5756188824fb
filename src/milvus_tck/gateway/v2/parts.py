"""Partitions, indexes and aliases of collections, and databases."""

from milvus_tck.gateway.v2.definitions import create_index, described_indexes
from milvus_tck.gateway.v2.operation import Handler, Plain, RouteRequest, pairs
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS"]


async def _partitions(ask: RouteRequest) -> Plain:
    request = m.ShowPartitionsRequest(collection_name=ask.collection)
    found = await ask.call("ShowPartitions", request, m.ShowPartitionsResponse)
    return {"data": list(found.partition_names)}


async def _has_partition(ask: RouteRequest) -> Plain:
    request = m.HasPartitionRequest(collection_name=ask.collection, partition_name=ask.text("partitionName"))
    return {"data": {"has": (await ask.call("HasPartition", request, m.BoolResponse)).value}}


async def _partition_statistics(ask: RouteRequest) -> Plain:
    request = m.GetPartitionStatisticsRequest(collection_name=ask.collection, partition_name=ask.text("partitionName"))
    found = await ask.call("GetPartitionStatistics", request, m.GetPartitionStatisticsResponse)
    return {"data": {"rowCount": int(next((each.value for each in found.stats if each.key == "row_count"), "0"))}}


async def _create_partition(ask: RouteRequest) -> Plain:
    name = ask.text("partitionName")
    await ask.do("CreatePartition", m.CreatePartitionRequest(collection_name=ask.collection, partition_name=name))
    return {"data": {}}


async def _drop_partition(ask: RouteRequest) -> Plain:
    name = ask.text("partitionName")
    await ask.do("DropPartition", m.DropPartitionRequest(collection_name=ask.collection, partition_name=name))
    return {"data": {}}


async def _load_partitions(ask: RouteRequest) -> Plain:
    names = ask.texts("partitionNames")
    await ask.do("LoadPartitions", m.LoadPartitionsRequest(collection_name=ask.collection, partition_names=names))
    return {"data": {}}


async def _release_partitions(ask: RouteRequest) -> Plain:
    names = ask.texts("partitionNames")
    await ask.do("ReleasePartitions", m.ReleasePartitionsRequest(collection_name=ask.collection, partition_names=names))
    return {"data": {}}


async def _indexes(ask: RouteRequest) -> Plain:
    """List the indexes by their names."""
    return {"data": [each.index_name for each in await described_indexes(ask)]}


async def _describe_index(ask: RouteRequest) -> Plain:
    request = m.DescribeIndexRequest(collection_name=ask.collection, index_name=ask.text("indexName"))
    found = await ask.call("DescribeIndex", request, m.DescribeIndexResponse)
    return {"data": [_index(each) for each in found.index_descriptions]}


def _index(index: m.IndexDescription) -> Plain:
    params = {each.key: each.value for each in index.params}
    return {
        "fieldName": index.field_name,
        "indexName": index.index_name,
        "indexType": params.get("index_type", ""),
        "metricType": params.get("metric_type", ""),
        "totalRows": index.total_rows,
        "indexedRows": index.indexed_rows,
        "pendingRows": index.pending_index_rows,
        "indexState": m.IndexState.Name(index.state),
        "failReason": index.index_state_fail_reason,
    }


async def _create_indexes(ask: RouteRequest) -> Plain:
    for each in ask.body["indexParams"]:
        await create_index(ask, each)
    return {"data": {}}


async def _drop_index(ask: RouteRequest) -> Plain:
    name = ask.text("indexName")
    await ask.do("DropIndex", m.DropIndexRequest(collection_name=ask.collection, index_name=name))
    return {"data": {}}


async def _alter_index(ask: RouteRequest) -> Plain:
    request = m.AlterIndexRequest(
        collection_name=ask.collection, index_name=ask.text("indexName"),
        extra_params=pairs(ask.body.get("properties", {})), delete_keys=ask.texts("propertyKeys"),
    )  # fmt: skip
    await ask.do("AlterIndex", request)
    return {"data": {}}


async def _aliases(ask: RouteRequest) -> Plain:
    request = m.ListAliasesRequest(collection_name=ask.collection)
    return {"data": list((await ask.call("ListAliases", request, m.ListAliasesResponse)).aliases)}


async def _describe_alias(ask: RouteRequest) -> Plain:
    request = m.DescribeAliasRequest(alias=ask.text("aliasName"))
    found = await ask.call("DescribeAlias", request, m.DescribeAliasResponse)
    return {"data": {"dbName": found.db_name, "collectionName": found.collection, "aliasName": found.alias}}


async def _create_alias(ask: RouteRequest) -> Plain:
    await ask.do("CreateAlias", m.CreateAliasRequest(collection_name=ask.collection, alias=ask.text("aliasName")))
    return {"data": {}}


async def _drop_alias(ask: RouteRequest) -> Plain:
    await ask.do("DropAlias", m.DropAliasRequest(alias=ask.text("aliasName")))
    return {"data": {}}


async def _alter_alias(ask: RouteRequest) -> Plain:
    await ask.do("AlterAlias", m.AlterAliasRequest(collection_name=ask.collection, alias=ask.text("aliasName")))
    return {"data": {}}


async def _databases(ask: RouteRequest) -> Plain:
    found = await ask.call("ListDatabases", m.ListDatabasesRequest(), m.ListDatabasesResponse)
    return {"data": list(found.db_names)}


async def _describe_database(ask: RouteRequest) -> Plain:
    found = await ask.call("DescribeDatabase", m.DescribeDatabaseRequest(), m.DescribeDatabaseResponse)
    properties = [{"key": each.key, "value": each.value} for each in found.properties]
    return {"data": {"dbName": found.db_name or ask.text("dbName"), "dbID": found.dbID, "properties": properties}}


async def _create_database(ask: RouteRequest) -> Plain:
    await ask.do("CreateDatabase", m.CreateDatabaseRequest(properties=pairs(ask.body.get("properties", {}))))
    return {"data": {}}


async def _drop_database(ask: RouteRequest) -> Plain:
    await ask.do("DropDatabase", m.DropDatabaseRequest())
    return {"data": {}}


async def _alter_database(ask: RouteRequest) -> Plain:
    properties = pairs(ask.body.get("properties", {}))
    await ask.do("AlterDatabase", m.AlterDatabaseRequest(properties=properties, delete_keys=ask.texts("propertyKeys")))
    return {"data": {}}


HANDLERS: dict[str, Handler] = {
    "/partitions/list": _partitions,
    "/partitions/has": _has_partition,
    "/partitions/get_stats": _partition_statistics,
    "/partitions/create": _create_partition,
    "/partitions/drop": _drop_partition,
    "/partitions/load": _load_partitions,
    "/partitions/release": _release_partitions,
    "/indexes/list": _indexes,
    "/indexes/describe": _describe_index,
    "/indexes/create": _create_indexes,
    "/indexes/drop": _drop_index,
    "/indexes/alter_properties": _alter_index,
    "/indexes/drop_properties": _alter_index,
    "/aliases/list": _aliases,
    "/aliases/describe": _describe_alias,
    "/aliases/create": _create_alias,
    "/aliases/drop": _drop_alias,
    "/aliases/alter": _alter_alias,
    "/databases/list": _databases,
    "/databases/describe": _describe_database,
    "/databases/create": _create_database,
    "/databases/drop": _drop_database,
    "/databases/alter": _alter_database,
    "/databases/alter_properties": _alter_database,
    "/databases/drop_properties": _alter_database,
}
