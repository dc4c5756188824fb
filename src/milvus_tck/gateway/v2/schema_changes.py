"""What is added to the schema of a collection that exists, and taken from it."""

from milvus_tck.gateway.v2.definitions import field_of, function_of, index_pairs, struct_of
from milvus_tck.gateway.v2.operation import INVALID, Failed, Handler, Plain, RouteRequest
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS"]


async def _alter(ask: RouteRequest, action: m.AlterCollectionSchemaRequest.Action) -> Plain:
    request = m.AlterCollectionSchemaRequest(collection_name=ask.collection, action=action)
    await ask.call("AlterCollectionSchema", request, m.AlterCollectionSchemaResponse)
    return {"data": {}}


async def _add_function_field(ask: RouteRequest) -> Plain:
    """Add a function with the field that it fills and an index on that, all in one."""
    output, index = ask.body["outputField"], ask.body["indexParams"]
    if index.get("fieldName") != output.get("fieldName"):
        text = f"indexParams.fieldName {index.get('fieldName')!r} is not outputField.fieldName"
        raise Failed(INVALID, f"{text} {output.get('fieldName')!r}")
    info = m.AlterCollectionSchemaRequest.FieldInfo(
        field_schema=field_of(output, auto=False), index_name=str(index.get("indexName") or ""),
        extra_params=index_pairs(index),
    )  # fmt: skip
    added = m.AlterCollectionSchemaRequest.AddRequest(
        field_infos=[info], func_schema=[function_of(ask.body["function"])]
    )
    return await _alter(ask, m.AlterCollectionSchemaRequest.Action(add_request=added))


async def _drop_function_field(ask: RouteRequest) -> Plain:
    """Drop a function with the fields that it fills."""
    dropped = m.AlterCollectionSchemaRequest.DropRequest(
        function_name=ask.text("functionName"), drop_function_output_fields=True
    )
    return await _alter(ask, m.AlterCollectionSchemaRequest.Action(drop_request=dropped))


async def _drop_field(ask: RouteRequest) -> Plain:
    """Drop a field, named by its name or by its id."""
    name, number = ask.text("fieldName"), ask.body.get("fieldId")
    if bool(name) == (number is not None):
        raise Failed(INVALID, "exactly one of fieldName and fieldId is needed")
    if number is None:
        dropped = m.AlterCollectionSchemaRequest.DropRequest(field_name=name)
    elif number > 0:
        dropped = m.AlterCollectionSchemaRequest.DropRequest(field_id=number)
    else:
        raise Failed(INVALID, f"fieldId {number} is not above 0")
    return await _alter(ask, m.AlterCollectionSchemaRequest.Action(drop_request=dropped))


async def _add_struct(ask: RouteRequest) -> Plain:
    request = m.AddCollectionStructFieldRequest(
        collection_name=ask.collection, struct_array_field_schema=struct_of(ask.body["schema"])
    )
    await ask.do("AddCollectionStructField", request)
    return {"data": {}}


HANDLERS: dict[str, Handler] = {
    "/collections/add_function_field": _add_function_field,
    "/collections/drop_function_field": _drop_function_field,
    "/collections/fields/drop": _drop_field,
    "/collections/struct_fields/add": _add_struct,
}
