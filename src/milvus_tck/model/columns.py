"""Columns of a request as values for the rows of a collection: what is given, what is left out, what is computed."""

from typing import Any

import numpy as np

from milvus_tck.model.bm25 import weights
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.model.value_rules import decode, has_payload, read_documents
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.vectors import VECTORS

__all__ = ["META", "columns_of", "default_of", "keys_given"]

_RPC = "insert"
META = "$meta"
#: Fields of numbers, which a column may be missed of in another way.
_NUMBERS = frozenset({
    DataType.Bool, DataType.Int8, DataType.Int16, DataType.Int32, DataType.Int64, DataType.Float, DataType.Double,
})  # fmt: skip
_ALLOWED = "allow_insert_auto_id"


def keys_given(state: ServerState, collection: CollectionState, request: m.InsertRequest) -> bool:
    """Tell whether rows bring their keys; raises `RefusalError` where they may not."""
    key = collection.key
    given = any(each.field_name == key.name for each in request.fields_data)
    if key.autoID and given:
        allowed = any(pair.key == _ALLOWED and pair.value == "true" for pair in collection.properties)
        may = allowed and state.rules.accepts(f"{_RPC}/key-with-auto-id-allowed")
        state.rules.demand(may, f"{_RPC}/key-with-auto-id", key.name)
    return given


def columns_of(state: ServerState, collection: CollectionState, request: m.InsertRequest) -> dict[str, Any]:
    """Return a value for each row under every field of the collection but a key that is generated.

    Raises `RefusalError` where the columns are none that the collection takes.
    """
    rows = request.num_rows
    if not rows:
        raise state.rules.refusal(f"{_RPC}/num-rows-zero", "num_rows should be greater than 0")
    given = _by_name(state, collection, request)
    keys_given(state, collection, request)
    computed = {name for each in collection.schema.functions for name in each.output_field_names}
    found: dict[str, Any] = {}
    for field in collection.schema.fields:
        column = given.get(field.name)
        if field.name in computed:
            state.rules.demand(column is None, f"{_RPC}/function-output-given", field.name)
        elif column is not None:
            found[field.name] = _given(state, field, column, rows)
        elif not (field.is_primary_key and field.autoID):
            found[field.name] = _left_out(state, field, rows)
    for function in collection.schema.functions:
        source = found[function.input_field_names[0]]
        found[function.output_field_names[0]] = [weights(text or "") for text in source]
    if collection.schema.enable_dynamic_field:
        found[META] = _documents(state, collection, given.get(META), rows)
    return found


def _by_name(state: ServerState, collection: CollectionState, request: m.InsertRequest) -> dict[str, FieldData]:
    """Return the columns by the names of their fields, the dynamic one under `$meta`."""
    demand, fields = state.rules.demand, collection.fields
    dynamic = [each for each in request.fields_data if each.is_dynamic]
    demand(collection.schema.enable_dynamic_field or not dynamic, f"{_RPC}/dynamic-column-unwanted")
    demand(len(dynamic) < 2, f"{_RPC}/dynamic-columns-two")  # noqa: PLR2004 - two
    plain = [each for each in request.fields_data if not each.is_dynamic]
    names = [each.field_name for each in plain]
    unknown = [name for name in names if name not in fields]
    if unknown:
        raise state.rules.refusal(f"{_RPC}/column-unknown", f"field {unknown[0]} does not exist")
    demand(len(set(names)) == len(names), f"{_RPC}/column-twice", "duplicated field")
    found = {each.field_name: each for each in plain}
    return found | {META: dynamic[-1]} if dynamic else found


def _given(state: ServerState, field: m.FieldSchema, column: FieldData, rows: int) -> Any:  # noqa: ANN401
    """Return the values of a column that was given, with those that it leaves to the field filled in."""
    if not has_payload(column) and field.HasField("default_value") and _empty_is_default(state):
        return [default_of(field)] * rows
    values = decode(state, field, column)
    valid = _validity(state, field, column, rows)
    if valid is None:
        if not len(values) and field.HasField("default_value") and _empty_is_default(state):
            return [default_of(field)] * rows
        _check_rows(state, field, len(values), rows)
        return values
    if len(values) not in {sum(valid), rows}:
        _check_rows(state, field, len(values), sum(valid))
    present = iter(values if len(values) == sum(valid) else [v for v, here in zip(values, valid, strict=True) if here])
    hole = default_of(field) if field.HasField("default_value") else None
    return [next(present) if here else hole for here in valid]


def _empty_is_default(state: ServerState) -> bool:
    """Tell whether a column without values stands for the default, as before a column could be left out."""
    return state.rules.accepts(f"{_RPC}/default-value") and not state.rules.accepts(f"{_RPC}/default-by-row")


def _check_rows(state: ServerState, field: m.FieldSchema, found: int, rows: int) -> None:
    if found != rows:
        rule = "vector-rows" if field.data_type in VECTORS else "num-rows-other"
        detail = f"the num_rows {found} of {field.name} is not equal to passed num_rows {rows}"
        raise state.rules.refusal(f"{_RPC}/{rule}", detail)


def _validity(state: ServerState, field: m.FieldSchema, column: FieldData, rows: int) -> list[bool] | None:
    """Return which rows have a value, where a column says so and the profile knows that."""
    if not state.rules.accepts(f"{_RPC}/nullable"):
        return None
    may = field.nullable or field.HasField("default_value")
    if not column.valid_data:
        state.rules.demand(not may, f"{_RPC}/valid-data-absent", f"the length of valid_data of {field.name} is 0")
        return None
    state.rules.demand(may, f"{_RPC}/valid-data-unwanted", f"valid_data of {field.name}")
    state.rules.demand(len(column.valid_data) == rows, f"{_RPC}/valid-data-length", f"valid_data of {field.name}")
    return list(column.valid_data)


def _left_out(state: ServerState, field: m.FieldSchema, rows: int) -> list[Any]:
    """Return what rows have in a field whose column was left out; raises `RefusalError` where they need one."""
    if field.HasField("default_value") and state.rules.accepts(f"{_RPC}/default-by-row"):
        return [default_of(field)] * rows
    if field.nullable and state.rules.accepts(f"{_RPC}/nullable-absent"):
        return [None] * rows
    rule = "number-missing" if field.data_type in _NUMBERS and not field.is_primary_key else "column-missing"
    raise state.rules.refusal(f"{_RPC}/{rule}", f"field {field.name} has no column")


def _documents(state: ServerState, collection: CollectionState, column: FieldData | None, rows: int) -> list[bytes]:
    if column is None:
        return [b"{}"] * rows
    if column.scalars.WhichOneof("data") != "json_data":
        raise RefusalError("ParameterInvalid", "dynamic fields are JSON")
    found = read_documents(state, column, frozenset(collection.fields))
    if len(found) != rows:
        raise state.rules.refusal(f"{_RPC}/num-rows-other", "dynamic fields")
    return found


def default_of(field: m.FieldSchema) -> Any:  # noqa: ANN401 - of the type of the field
    """Return the default of a field, as it stands in a row."""
    slot = field.default_value.WhichOneof("data")
    value = getattr(field.default_value, slot) if slot else None
    return float(np.float32(value)) if field.data_type == DataType.Float else value
