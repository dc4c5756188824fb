"""Searches by vectors, by texts, and by several of them at once."""

from typing import Any

import numpy as np

from milvus_tck.gateway.v2.definitions import consistency_of
from milvus_tck.gateway.v2.entities import schema_of
from milvus_tck.gateway.v2.operation import BAD_FORMAT, INVALID, MISSING, Failed, Handler, Plain, RouteRequest, pairs
from milvus_tck.gateway.v2.results import hits_of
from milvus_tck.gateway.v2.rows import dimension_of, vector_of
from milvus_tck.wire import messages as m
from milvus_tck.wire.search import TAG
from milvus_tck.wire.vectors import VECTORS

__all__ = ["HANDLERS"]

_LIMIT = 100
_KINDS = {
    m.DataType.FloatVector: m.PlaceholderType.FloatVector,
    m.DataType.BinaryVector: m.PlaceholderType.BinaryVector,
    m.DataType.Float16Vector: m.PlaceholderType.Float16Vector,
    m.DataType.BFloat16Vector: m.PlaceholderType.BFloat16Vector,
    m.DataType.Int8Vector: m.PlaceholderType.Int8Vector,
    m.DataType.SparseFloatVector: m.PlaceholderType.SparseFloatVector,
}
_BITS = 8


async def _search(ask: RouteRequest) -> Plain:
    request = _request(ask, await schema_of(ask), ask.body)
    request.output_fields.extend(ask.texts("outputFields"))
    request.partition_names.extend(ask.texts("partitionNames"))
    request.search_params.extend(pairs(_grouping(ask.body)))
    _consistency(ask, request)
    return _told(ask, await ask.call("Search", request, m.SearchResults))


async def _hybrid(ask: RouteRequest) -> Plain:
    schema = await schema_of(ask)
    parts = ask.body.get("search") or ()
    if not parts:
        raise Failed(INVALID, "nq [0] is invalid, there is no search")
    rerank = ask.body.get("rerank") or {}
    rank = {
        "strategy": rerank.get("strategy") or "rrf", "params": rerank.get("params") or {},
        "limit": ask.number("limit", _LIMIT), "offset": ask.number("offset"), "round_decimal": -1,
    }  # fmt: skip
    request = m.HybridSearchRequest(
        collection_name=ask.collection, requests=[_request(ask, schema, each) for each in parts],
        rank_params=pairs({**rank, **_grouping(ask.body)}), output_fields=ask.texts("outputFields"),
        partition_names=ask.texts("partitionNames"),
    )  # fmt: skip
    for each in request.requests:
        each.partition_names.extend(ask.texts("partitionNames"))
    _consistency(ask, request)
    return _told(ask, await ask.call("HybridSearch", request, m.SearchResults))


def _told(ask: RouteRequest, found: m.SearchResults) -> Plain:
    rows = hits_of(found.results, integers=ask.integers, wanted=ask.texts("outputFields"))
    return {"cost": ask.cost, "data": rows, "topks": list(found.results.topks)}


def _consistency(ask: RouteRequest, request: m.SearchRequest | m.HybridSearchRequest) -> None:
    level = ask.text("consistencyLevel")
    request.use_default_consistency = not level
    if level:
        request.consistency_level = consistency_of(level)


def _grouping(body: Plain) -> Plain:
    """Write what groups hits, if anything does."""
    names = {"groupingField": "group_by_field", "groupSize": "group_size", "strictGroupSize": "strict_group_size"}
    return {name: body[key] for key, name in names.items() if body.get(key)}


def _request(ask: RouteRequest, schema: m.CollectionSchema, body: Plain) -> m.SearchRequest:
    """Write one search; raises `Failed`."""
    queries = body.get("data")
    if not isinstance(queries, list) or not queries:
        raise Failed(MISSING, "missing required parameters, error: data")
    field = _field(schema, body)
    given = body.get("searchParams") or {}
    if not isinstance(given, dict):
        raise Failed(BAD_FORMAT, "can only accept json format request, error: searchParams is no object")
    inner = {**given.get("params", {}), **(body.get("params") or {})}
    params: dict[str, Any] = {
        "anns_field": field.name, "topk": body.get("limit", _LIMIT), "offset": body.get("offset", 0),
        "params": inner, "round_decimal": -1,
    }  # fmt: skip
    metric = body.get("metricType") or given.get("metricType")
    params |= {"metric_type": metric} if metric else {}
    return m.SearchRequest(
        collection_name=ask.collection, dsl=str(body.get("filter") or ""), dsl_type=m.DslType.BoolExprV1,
        placeholder_group=_placeholders(field, queries), search_params=pairs(params), nq=len(queries),
    )  # fmt: skip


def _field(schema: m.CollectionSchema, body: Plain) -> m.FieldSchema:
    vectors = [each for each in schema.fields if each.data_type in VECTORS]
    name = body.get("annsField") or ""
    if not name and len(vectors) == 1:
        return vectors[0]
    found = next((each for each in vectors if each.name == name), None)
    if found is None:
        text = f"annsField {name!r} is none of the vector fields {[each.name for each in vectors]}"
        raise Failed(BAD_FORMAT, f"can only accept json format request, error: {text}")
    return found


def _placeholders(field: m.FieldSchema, queries: list[object]) -> bytes:
    if all(isinstance(each, str) for each in queries) and field.data_type == m.DataType.SparseFloatVector:
        kind, values = m.PlaceholderType.VarChar, [str(each).encode() for each in queries]
    else:
        kind, values = _KINDS[field.data_type], [_bytes(field, each) for each in queries]
    holder = m.PlaceholderValue(tag=TAG, type=kind, values=values)
    return m.PlaceholderGroup(placeholders=[holder]).SerializeToString()


def _bytes(field: m.FieldSchema, query: object) -> bytes:
    try:
        row = vector_of(field, query)
    except Failed as failed:
        raise Failed(BAD_FORMAT, f"can only accept json format request, error: {failed.message}") from failed
    if isinstance(row, bytes):
        return row
    assert isinstance(row, np.ndarray)  # noqa: S101 - what is no bytes is one
    length = len(row) * (_BITS if field.data_type == m.DataType.BinaryVector else 1)
    if dimension_of(field) not in {0, length}:
        raise Failed(BAD_FORMAT, f"can only accept json format request, error: dimension: {dimension_of(field)}, "
                     f"but length of []float: {length}")  # fmt: skip
    return row.tobytes()


HANDLERS: dict[str, Handler] = {
    "/entities/search": _search,
    "/entities/hybrid_search": _hybrid,
    "/entities/advanced_search": _hybrid,
}
