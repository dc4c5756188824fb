"""Definitions: what a collection is defined by: the quick form, and the form with a schema."""

from milvus_tck.gateway.v2.operation import BAD_SCHEMA, INVALID, MISSING, Failed, Plain, RouteRequest, pairs, plain_text
from milvus_tck.wire import messages as m

__all__ = [
    "consistency_of",
    "create",
    "create_index",
    "described_field",
    "described_indexes",
    "field_of",
    "function_of",
    "index_pairs",
    "struct_of",
]

_INDEX_NOT_FOUND = 700
_PRIMARY, _VECTOR, _METRIC = "id", "vector", "COSINE"
#: Where a default value stands, by the type of the field.
_DEFAULTS = {
    m.DataType.Bool: "bool_data", m.DataType.Int8: "int_data", m.DataType.Int16: "int_data",
    m.DataType.Int32: "int_data", m.DataType.Int64: "long_data", m.DataType.Float: "float_data",
    m.DataType.Double: "double_data", m.DataType.VarChar: "string_data",
}  # fmt: skip


async def create(ask: RouteRequest) -> Plain:
    """Create a collection; the quick form, and one with indexes, is indexed and loaded as well."""
    given = ask.body.get("params", {})
    quick = not ask.body.get("schema")
    schema = _quick(ask, given) if quick else _full(ask, ask.body["schema"])
    level = consistency_of(str(given.get("consistencyLevel") or ask.text("consistencyLevel") or "Bounded"))
    request = m.CreateCollectionRequest(
        collection_name=ask.collection,
        schema=schema.SerializeToString(),
        shards_num=int(given.get("shardsNum", 1)),
        consistency_level=level,
        num_partitions=int(given.get("partitionsNum", 0)),
        properties=pairs({name: given[key] for key, name in _PROPERTIES.items() if key in given}),
    )
    indexes = ask.body.get("indexParams") or ([_quick_index(ask)] if quick else [])
    known = bool(indexes) and await _exists(ask)
    await ask.do("CreateCollection", request)
    try:
        for each in indexes:
            await create_index(ask, each)
        if indexes:
            await ask.do("LoadCollection", m.LoadCollectionRequest(collection_name=ask.collection))
    except Failed as failed:
        if not known:  # nobody is left with half of what was asked for; what was there before is somebody's
            await _take_back(ask, failed)
        raise
    return {"data": {}}


async def _take_back(ask: RouteRequest, why: Failed) -> None:
    """Drop what was created; where that fails, too, both are told, under the code of what failed first."""
    try:
        await ask.do("DropCollection", m.DropCollectionRequest(collection_name=ask.collection))
    except Failed as left:
        raise Failed(why.code, f"{why.message}; the collection is left behind: {left.message}", why.http) from left


async def described_indexes(ask: RouteRequest) -> list[m.IndexDescription]:
    """Describe the indexes of a collection; one without any has none here, other than over gRPC."""
    request = m.DescribeIndexRequest(collection_name=ask.collection)
    try:
        return list((await ask.call("DescribeIndex", request, m.DescribeIndexResponse)).index_descriptions)
    except Failed as failed:
        if failed.code != _INDEX_NOT_FOUND:
            raise
        return []


async def _exists(ask: RouteRequest) -> bool:
    return (
        await ask.call("HasCollection", m.HasCollectionRequest(collection_name=ask.collection), m.BoolResponse)
    ).value


_PROPERTIES = {"ttlSeconds": "collection.ttl.seconds", "partitionKeyIsolation": "partitionkey.isolation"}


def _quick(ask: RouteRequest, given: Plain) -> m.CollectionSchema:
    dimension = ask.number("dimension")
    if dimension == 0:
        raise Failed(MISSING, "dimension is required for quickly create collection(default metric type: COSINE)")
    kind = ask.text("idType", "Int64")
    if kind not in {"Int64", "VarChar", "Varchar"}:
        raise Failed(INVALID, f"idType can only be [Int64, VarChar], default: Int64, not {kind}")
    key = m.FieldSchema(
        name=ask.text("primaryFieldName", _PRIMARY), is_primary_key=True, autoID=bool(ask.body.get("autoID")),
        data_type=m.DataType.Int64 if kind == "Int64" else m.DataType.VarChar,
    )  # fmt: skip
    if kind != "Int64":
        key.type_params.extend(pairs({"max_length": given.get("max_length", "65535")}))
    vector = m.FieldSchema(
        name=ask.text("vectorFieldName", _VECTOR), data_type=m.DataType.FloatVector,
        type_params=pairs({"dim": str(dimension)}),
    )  # fmt: skip
    dynamic = given.get("enableDynamicField", True)
    return m.CollectionSchema(
        name=ask.collection, description=ask.text("description"), autoID=key.autoID, fields=[key, vector],
        enable_dynamic_field=dynamic if isinstance(dynamic, bool) else str(dynamic).lower() == "true",
    )  # fmt: skip


def _quick_index(ask: RouteRequest) -> Plain:
    name = ask.text("vectorFieldName", _VECTOR)
    return {"fieldName": name, "indexName": name, "metricType": ask.text("metricType", _METRIC)}


def _full(ask: RouteRequest, given: Plain) -> m.CollectionSchema:
    auto = bool(given.get("autoID", given.get("autoId", False)))
    fields = given.get("fields")
    if not isinstance(fields, list) or not fields:
        raise Failed(MISSING, "missing required parameters, error: schema.fields")
    return m.CollectionSchema(
        name=ask.collection,
        description=ask.text("description"),
        autoID=auto,
        enable_dynamic_field=bool(given.get("enableDynamicField", False)),
        fields=[field_of(each, auto=auto) for each in fields],
        functions=[function_of(each) for each in given.get("functions") or ()],
    )


def field_of(given: Plain, *, auto: bool) -> m.FieldSchema:
    """Read the definition of a field; raises `Failed`."""
    name, kind = given.get("fieldName"), given.get("dataType")
    if not name or not kind:
        raise Failed(MISSING, f"missing required parameters, error: {'dataType' if name else 'fieldName'}")
    made = m.FieldSchema(
        name=str(name),
        description=str(given.get("description", "")),
        data_type=_type(str(kind), "dataType"),
        is_primary_key=bool(given.get("isPrimary")),
        is_partition_key=bool(given.get("isPartitionKey")),
        is_clustering_key=bool(given.get("isClusteringKey")),
        nullable=bool(given.get("nullable")),
        autoID=auto and bool(given.get("isPrimary")),
        type_params=pairs(given.get("elementTypeParams") or {}),
    )
    if made.data_type in {m.DataType.Array, m.DataType.ArrayOfVector}:
        made.element_type = _type(str(given.get("elementDataType", "")), "elementDataType")
    if given.get("defaultValue") is not None:
        _default(made, given["defaultValue"])
    return made


def struct_of(given: Plain) -> m.StructArrayFieldSchema:
    """Read the definition of a field of structs, each member of which is an array; raises `Failed`."""
    name, fields = given.get("fieldName"), given.get("fields")
    if not name or not fields:
        raise Failed(MISSING, f"missing required parameters, error: {'schema.fields' if name else 'fieldName'}")
    params = {**(given.get("elementTypeParams") or {}), **(given.get("typeParams") or {})}
    return m.StructArrayFieldSchema(
        name=str(name), description=str(given.get("description", "")), nullable=bool(given.get("nullable")),
        fields=[field_of(each, auto=False) for each in fields], type_params=pairs(params),
    )  # fmt: skip


def _type(name: str, member: str) -> "m.DataType.ValueType":
    try:
        return m.DataType.Value(name)
    except ValueError as error:
        raise Failed(INVALID, f"{member} {name} is invalid(case sensitive).") from error


def _default(made: m.FieldSchema, value: object) -> None:
    slot = _DEFAULTS.get(made.data_type)
    if slot is None:
        raise Failed(BAD_SCHEMA, f"field {made.name} can have no default value")
    try:
        setattr(made.default_value, slot, value)
    except (TypeError, ValueError) as error:
        raise Failed(BAD_SCHEMA, f"default value of field {made.name}: {error}") from error


def function_of(given: Plain) -> m.FunctionSchema:
    """Read a function of a collection; raises `Failed` for a type that nobody has."""
    try:
        kind = m.FunctionType.Value(str(given.get("type", "Unknown")))
    except ValueError as error:
        raise Failed(INVALID, f"function type {given.get('type')} is invalid(case sensitive).") from error
    return m.FunctionSchema(
        name=str(given.get("name", "")), description=str(given.get("description", "")), type=kind,
        input_field_names=given.get("inputFieldNames", ()), output_field_names=given.get("outputFieldNames", ()),
        params=pairs(given.get("params") or {}),
    )  # fmt: skip


def described_field(field: m.FieldSchema) -> Plain:
    """Tell of a field what a description tells."""
    told: Plain = {
        "id": field.fieldID,
        "name": field.name,
        "type": m.DataType.Name(field.data_type),
        "description": field.description,
        "primaryKey": field.is_primary_key,
        "partitionKey": field.is_partition_key,
        "clusteringKey": field.is_clustering_key,
        "autoId": field.autoID,
        "nullable": field.nullable,
    }
    if field.data_type == m.DataType.Array:
        told["elementType"] = m.DataType.Name(field.element_type)
    if field.type_params:
        told["params"] = [{"key": each.key, "value": each.value} for each in field.type_params]
    return told


def consistency_of(name: str) -> "m.ConsistencyLevel.ValueType":
    """Read a consistency level by its name; raises `Failed`."""
    try:
        return m.ConsistencyLevel.Value(name)
    except ValueError as error:
        raise Failed(INVALID, f"consistencyLevel can only be {m.ConsistencyLevel.keys()}, not {name}") from error


async def create_index(ask: RouteRequest, given: Plain) -> None:
    """Create one index; raises `Failed`."""
    if not given.get("fieldName"):
        raise Failed(MISSING, "missing required parameters, error: indexParams.fieldName")
    request = m.CreateIndexRequest(
        collection_name=ask.collection, field_name=str(given["fieldName"]),
        index_name=str(given.get("indexName") or given["fieldName"]), extra_params=index_pairs(given),
    )  # fmt: skip
    await ask.do("CreateIndex", request)


def index_pairs(given: Plain) -> list[m.KeyValuePair]:
    """Write the parameters of an index: its type, its metric, and the others as one text."""
    params = dict(given.get("params") or {})
    named = {"index_type": given.get("indexType"), "metric_type": given.get("metricType")}
    named = {name: value for name, value in named.items() if value}
    named.setdefault("index_type", str(params.pop("index_type", "AUTOINDEX")))
    return [*pairs(named), *([m.KeyValuePair(key="params", value=plain_text(params))] if params else ())]
