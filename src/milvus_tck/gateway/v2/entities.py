"""Rows: written, deleted, fetched by key and by filter."""

import orjson

from milvus_tck.gateway.v2.definitions import consistency_of
from milvus_tck.gateway.v2.operation import BAD_DATA, BAD_FORMAT, Failed, Handler, Plain, RouteRequest
from milvus_tck.gateway.v2.results import keys_of, rows_of
from milvus_tck.gateway.v2.rows import columns_of
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS", "schema_of"]

_LIMIT = 100
_CHECK_KEY = 1806


async def schema_of(ask: RouteRequest) -> m.CollectionSchema:
    """Ask for the schema of the collection."""
    request = m.DescribeCollectionRequest(collection_name=ask.collection)
    return (await ask.call("DescribeCollection", request, m.DescribeCollectionResponse)).schema


def _rows(ask: RouteRequest) -> list[Plain]:
    rows = ask.body["data"]
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Failed(BAD_FORMAT, "can only accept json format request, error: data is no array of objects")
    if not rows:
        raise Failed(BAD_DATA, "fail to deal the insert data, error: missing required parameters")
    return rows


async def _insert(ask: RouteRequest) -> Plain:
    rows = _rows(ask)
    request = m.InsertRequest(
        collection_name=ask.collection, partition_name=ask.text("partitionName"), num_rows=len(rows),
        fields_data=columns_of(await schema_of(ask), rows),
    )  # fmt: skip
    found = await ask.call("Insert", request, m.MutationResult)
    ids = keys_of(found.IDs, integers=ask.integers)
    return {"cost": ask.cost, "data": {"insertCount": found.insert_cnt, "insertIds": ids}}


async def _upsert(ask: RouteRequest) -> Plain:
    rows = _rows(ask)
    partial = bool(ask.body.get("partialUpdate"))
    request = m.UpsertRequest(
        collection_name=ask.collection, partition_name=ask.text("partitionName"), num_rows=len(rows),
        fields_data=columns_of(await schema_of(ask), rows, partial=partial), partial_update=partial,
    )  # fmt: skip
    found = await ask.call("Upsert", request, m.MutationResult)
    ids = keys_of(found.IDs, integers=ask.integers)
    return {"cost": ask.cost, "data": {"upsertCount": found.upsert_cnt, "upsertIds": ids}}


async def _delete(ask: RouteRequest) -> Plain:
    request = m.DeleteRequest(
        collection_name=ask.collection, partition_name=ask.text("partitionName"), expr=ask.text("filter")
    )
    found = await ask.call("Delete", request, m.MutationResult)
    return {"cost": ask.cost, "data": {"deleteCount": found.delete_cnt}}


async def _query(ask: RouteRequest) -> Plain:
    limits = {"limit": ask.number("limit", _LIMIT), "offset": ask.number("offset")}
    return await _asked(ask, ask.text("filter"), limits)


async def _get(ask: RouteRequest) -> Plain:
    schema = await schema_of(ask)
    key = next((each for each in schema.fields if each.is_primary_key), m.FieldSchema())
    given = ask.body["id"]
    ids = given if isinstance(given, list) else [given]
    return await _asked(ask, f"{key.name} in [{', '.join(_literal(key, each) for each in ids)}]", {})


def _literal(key: m.FieldSchema, value: object) -> str:
    """Write a key as a filter has it; raises `Failed`."""
    if key.data_type == m.DataType.VarChar and isinstance(value, str):
        return orjson.dumps(value).decode()
    try:
        if key.data_type == m.DataType.Int64 and not isinstance(value, (bool, float)):
            return str(int(str(value)))
    except ValueError:
        pass
    raise Failed(_CHECK_KEY, f"fail to check primary key, error: {str(value)[:40]!r} is no key of {key.name!r}")


async def _asked(ask: RouteRequest, expr: str, limits: dict[str, int]) -> Plain:
    names = ask.texts("partitionNames") or [each for each in [ask.text("partitionName")] if each]
    level = ask.text("consistencyLevel")
    request = m.QueryRequest(
        collection_name=ask.collection, expr=expr, partition_names=names,
        output_fields=ask.texts("outputFields") or ["*"],
        query_params=[m.KeyValuePair(key=key, value=str(value)) for key, value in limits.items()],
        use_default_consistency=not level,
    )  # fmt: skip
    if level:
        request.consistency_level = consistency_of(level)
    found = await ask.call("Query", request, m.QueryResults)
    return {
        "cost": ask.cost,
        "data": rows_of(found.fields_data, integers=ask.integers, wanted=ask.texts("outputFields")),
    }


HANDLERS: dict[str, Handler] = {
    "/entities/insert": _insert,
    "/entities/upsert": _upsert,
    "/entities/delete": _delete,
    "/entities/query": _query,
    "/entities/get": _get,
}
