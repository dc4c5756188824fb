"""Collections: what they are, whether they are loaded, and what is done to them as a whole."""

from milvus_tck.gateway.v2.definitions import create, described_field, described_indexes, field_of
from milvus_tck.gateway.v2.operation import Failed, Handler, Plain, RouteRequest, pairs
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS"]

_LOADED, _NOT_LOADED, _MISSING = (
    m.LoadState.LoadStateLoaded,
    m.LoadState.LoadStateNotLoad,
    m.LoadState.LoadStateNotExist,
)
_COLLECTION_NOT_FOUND = 100
_WHOLE = 100


async def _list(ask: RouteRequest) -> Plain:
    found = await ask.call("ShowCollections", m.ShowCollectionsRequest(), m.ShowCollectionsResponse)
    return {"data": list(found.collection_names)}


async def _has(ask: RouteRequest) -> Plain:
    found = await ask.call("HasCollection", m.HasCollectionRequest(collection_name=ask.collection), m.BoolResponse)
    return {"data": {"has": found.value}}


async def _describe(ask: RouteRequest) -> Plain:
    request = m.DescribeCollectionRequest(collection_name=ask.collection)
    found = await ask.call("DescribeCollection", request, m.DescribeCollectionResponse)
    schema = found.schema
    key = next((each for each in schema.fields if each.is_primary_key), m.FieldSchema())
    return {"data": {
        "collectionName": found.collection_name or ask.collection,
        "collectionID": found.collectionID,
        "description": schema.description,
        "autoId": key.autoID or schema.autoID,
        "fields": [described_field(each) for each in schema.fields],
        "functions": [_function(each) for each in schema.functions],
        "aliases": list(found.aliases),
        "indexes": await _indexes(ask),
        "load": m.LoadState.Name(await _state(ask)),
        "shardsNum": found.shards_num,
        "partitionsNum": found.num_partitions,
        "consistencyLevel": m.ConsistencyLevel.Name(found.consistency_level),
        "enableDynamicField": schema.enable_dynamic_field,
        "properties": [{"key": each.key, "value": each.value} for each in found.properties],
    }}  # fmt: skip


def _function(function: m.FunctionSchema) -> Plain:
    return {
        "name": function.name,
        "description": function.description,
        "type": m.FunctionType.Name(function.type),
        "id": function.id,
        "inputFieldNames": list(function.input_field_names),
        "outputFieldNames": list(function.output_field_names),
        "params": [{"key": each.key, "value": each.value} for each in function.params],
    }


async def _indexes(ask: RouteRequest) -> list[Plain]:
    """Describe the indexes in short."""
    return [
        {
            "fieldName": each.field_name,
            "indexName": each.index_name,
            "metricType": next((pair.value for pair in each.params if pair.key == "metric_type"), ""),
        }
        for each in await described_indexes(ask)
    ]


async def _state(ask: RouteRequest) -> "m.LoadState.ValueType":
    request = m.GetLoadStateRequest(collection_name=ask.collection, partition_names=ask.texts("partitionNames"))
    return (await ask.call("GetLoadState", request, m.GetLoadStateResponse)).state


async def _load_state(ask: RouteRequest) -> Plain:
    """Tell the state of a load, and of one that is going on how far it is; what is not there is a failure here."""
    state = await _state(ask)
    if state == _MISSING:
        raise Failed(_COLLECTION_NOT_FOUND, f"collection not found[collection={ask.collection}]")
    told: Plain = {"loadState": m.LoadState.Name(state)}
    if state != _NOT_LOADED:
        told["loadProgress"] = _WHOLE if state == _LOADED else await _progress(ask)
    return {"data": told}


async def _progress(ask: RouteRequest) -> int:
    request = m.GetLoadingProgressRequest(collection_name=ask.collection, partition_names=ask.texts("partitionNames"))
    return (await ask.call("GetLoadingProgress", request, m.GetLoadingProgressResponse)).progress


async def _statistics(ask: RouteRequest) -> Plain:
    request = m.GetCollectionStatisticsRequest(collection_name=ask.collection)
    found = await ask.call("GetCollectionStatistics", request, m.GetCollectionStatisticsResponse)
    return {"data": {"rowCount": int(next((each.value for each in found.stats if each.key == "row_count"), "0"))}}


async def _drop(ask: RouteRequest) -> Plain:
    await ask.do("DropCollection", m.DropCollectionRequest(collection_name=ask.collection))
    return {"data": {}}


async def _rename(ask: RouteRequest) -> Plain:
    request = m.RenameCollectionRequest(
        oldName=ask.collection, newName=ask.text("newCollectionName"), newDBName=ask.text("newDbName")
    )
    await ask.do("RenameCollection", request)
    return {"data": {}}


async def _load(ask: RouteRequest, *, refresh: bool = False) -> Plain:
    await ask.do("LoadCollection", m.LoadCollectionRequest(collection_name=ask.collection, refresh=refresh))
    return {"data": {}}


async def _refresh(ask: RouteRequest) -> Plain:
    return await _load(ask, refresh=True)


async def _release(ask: RouteRequest) -> Plain:
    await ask.do("ReleaseCollection", m.ReleaseCollectionRequest(collection_name=ask.collection))
    return {"data": {}}


async def _alter(ask: RouteRequest) -> Plain:
    properties = pairs(ask.body.get("properties", {}))
    request = m.AlterCollectionRequest(
        collection_name=ask.collection, properties=properties, delete_keys=ask.texts("propertyKeys")
    )
    await ask.do("AlterCollection", request)
    return {"data": {}}


async def _alter_field(ask: RouteRequest) -> Plain:
    request = m.AlterCollectionFieldRequest(
        collection_name=ask.collection,
        field_name=ask.text("fieldName"),
        properties=pairs(ask.body.get("fieldParams", {})),
    )
    await ask.do("AlterCollectionField", request)
    return {"data": {}}


async def _add_field(ask: RouteRequest) -> Plain:
    schema = field_of(ask.body["schema"], auto=False).SerializeToString()
    await ask.do("AddCollectionField", m.AddCollectionFieldRequest(collection_name=ask.collection, schema=schema))
    return {"data": {}}


async def _truncate(ask: RouteRequest) -> Plain:
    request = m.TruncateCollectionRequest(collection_name=ask.collection)
    await ask.call("TruncateCollection", request, m.TruncateCollectionResponse)
    return {"data": {}}


async def _flush(ask: RouteRequest) -> Plain:
    await ask.call("Flush", m.FlushRequest(collection_names=[ask.collection]), m.FlushResponse)
    return {"data": {}}


async def _compact(ask: RouteRequest) -> Plain:
    asked = m.DescribeCollectionRequest(collection_name=ask.collection)
    known = await ask.call("DescribeCollection", asked, m.DescribeCollectionResponse)
    request = m.ManualCompactionRequest(
        collectionID=known.collectionID,
        collection_name=ask.collection,
        majorCompaction=bool(ask.body.get("isClustering")),
    )
    found = await ask.call("ManualCompaction", request, m.ManualCompactionResponse)
    return {"data": {"compactionID": found.compactionID}}


async def _compaction(ask: RouteRequest) -> Plain:
    number = ask.number("jobID")
    found = await ask.call(
        "GetCompactionState", m.GetCompactionStateRequest(compactionID=number), m.GetCompactionStateResponse
    )
    return {"data": {
        "compactionID": number,
        "state": m.CompactionState.Name(found.state),
        "executingPlanNumber": found.executingPlanNo,
        "timeoutPlanNumber": found.timeoutPlanNo,
        "completedPlanNumber": found.completedPlanNo,
    }}  # fmt: skip


HANDLERS: dict[str, Handler] = {
    "/collections/list": _list,
    "/collections/has": _has,
    "/collections/describe": _describe,
    "/collections/get_stats": _statistics,
    "/collections/get_load_state": _load_state,
    "/collections/create": create,
    "/collections/drop": _drop,
    "/collections/rename": _rename,
    "/collections/load": _load,
    "/collections/refresh_load": _refresh,
    "/collections/release": _release,
    "/collections/alter_properties": _alter,
    "/collections/drop_properties": _alter,
    "/collections/fields/alter_properties": _alter_field,
    "/collections/fields/add": _add_field,
    "/collections/truncate": _truncate,
    "/collections/flush": _flush,
    "/collections/compact": _compact,
    "/collections/get_compaction_state": _compaction,
}
