"""Rows of JSON to columns of the protocol, by the schema of their collection."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson

from milvus_tck.gateway.v2.operation import BAD_DATA, Failed, Plain
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.vectors import BITS, VECTORS, sparse_row

__all__ = ["columns_of", "dimension_of", "vector_of"]

_INTEGERS = {m.DataType.Int8: 8, m.DataType.Int16: 16, m.DataType.Int32: 32, m.DataType.Int64: 64}
_FLOATS = (m.DataType.Float, m.DataType.Double)
_TEXTS = (m.DataType.VarChar, m.DataType.String, m.DataType.Text, m.DataType.Timestamptz, m.DataType.Geometry)


def columns_of(schema: m.CollectionSchema, rows: Sequence[Plain], *, partial: bool = False) -> list[m.FieldData]:
    """Write every column of some rows; raises `Failed` for data that does not fit the schema.

    Keys that the server makes, and what functions make, may be missing; of a `partial` update everything may
    but the key.
    """
    computed = {name for each in schema.functions for name in each.output_field_names}
    known = {each.name for each in schema.fields}
    columns = [
        _column(field, [row.get(field.name) for row in rows])
        for field in schema.fields
        if not _left_out(field, rows, computed, partial=partial)
    ]
    others = [{name: value for name, value in row.items() if name not in known} for row in rows]
    if schema.enable_dynamic_field:
        columns.append(dynamic_column([orjson.dumps(each) for each in others]))
    elif any(others):
        name = next(name for each in others for name in each)
        raise Failed(BAD_DATA, f"fail to deal the insert data, error: the collection has no field {name!r}")
    return columns


def _left_out(field: m.FieldSchema, rows: Sequence[Plain], computed: set[str], *, partial: bool) -> bool:
    if field.is_dynamic or field.name in computed or field.is_function_output:
        return True
    absent = all(field.name not in row for row in rows)
    return absent and (field.autoID or (partial and not field.is_primary_key))


def _column(field: m.FieldSchema, values: Sequence[object]) -> m.FieldData:
    """Write one column; null stands where a field may be null, or has a default value."""
    optional = field.nullable or field.HasField("default_value")
    if not optional and any(each is None for each in values):
        raise _wrong(field, "the value is missing")
    present = [_value(field, each) for each in values if each is not None]
    if field.data_type in VECTORS and field.data_type != m.DataType.SparseFloatVector:
        made = column(field.name, field.data_type, _stacked(field, present)) if present else m.FieldData()
    else:
        made = column(field.name, field.data_type, present, element=field.element_type)
    made.field_name, made.type = field.name, field.data_type
    if optional:
        made.valid_data.extend(each is not None for each in values)
    return made


def _stacked(field: m.FieldSchema, rows: list[Any]) -> Any:  # noqa: ANN401 - of the type of the field
    lengths = {len(row) for row in rows}
    dimension = dimension_of(field) // (BITS if field.data_type == m.DataType.BinaryVector else 1)
    if len(lengths) != 1 or (dimension and dimension not in lengths):
        raise _wrong(field, f"vectors of {sorted(lengths)} numbers where there are to be {dimension}")
    return np.stack(rows)


def _value(field: m.FieldSchema, value: object) -> Any:  # noqa: ANN401 - of the type of the field
    kind = field.data_type
    if kind in VECTORS:
        return vector_of(field, value)
    if kind == m.DataType.Array:
        cell = m.FieldSchema(name=field.name, data_type=field.element_type)
        if not isinstance(value, list):
            raise _wrong(field, "not an array")
        return [_value(cell, each) for each in value]
    if kind == m.DataType.JSON:
        return orjson.dumps(value)
    return _scalar(field, value)


def _scalar(field: m.FieldSchema, value: object) -> Any:  # noqa: ANN401 - of the type of the field
    kind = field.data_type
    if kind in _INTEGERS:
        return _integer(field, value, _INTEGERS[kind])
    if kind == m.DataType.Bool and isinstance(value, bool):
        return value
    if kind in _FLOATS and isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if kind in _TEXTS and isinstance(value, str):
        return value
    raise _wrong(field, f"{str(value)[:40]!r} is no {m.DataType.Name(kind)}")


def _integer(field: m.FieldSchema, value: object, bits: int) -> int:
    """Read an integer, which may stand in a text: that is how it was answered."""
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if not isinstance(number, int) or isinstance(number, bool) or not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise _wrong(field, f"{str(value)[:40]!r} is no Int{bits}")
    return number


def vector_of(field: m.FieldSchema, value: object) -> Any:  # noqa: ANN401 - of the type of the field
    """Read one vector: a row of an array, or bytes for a sparse one; raises `Failed`."""
    try:
        return _VECTORS[field.data_type](value)
    except (TypeError, ValueError, OverflowError, binascii.Error, AttributeError) as error:
        raise _wrong(field, f"no {m.DataType.Name(field.data_type)}: {error}") from error


def _numbers(value: object, kind: str) -> Any:  # noqa: ANN401 - numpy's
    if not isinstance(value, list) or set(map(type, value)) - {int, float} or not value:
        raise ValueError("not an array of numbers")
    return np.asarray(value, dtype=kind)


def _bytes(value: object, kind: str) -> Any:  # noqa: ANN401 - numpy's
    """Read base64, or numbers one by one."""
    if isinstance(value, str):
        return np.frombuffer(base64.b64decode(value, validate=True), dtype=kind)
    return _numbers(value, kind)


def _bfloats(value: object) -> Any:  # noqa: ANN401 - numpy's
    if isinstance(value, str):
        return _bytes(value, "<u2")
    return (_numbers(value, "<f4").view("<u4") >> 16).astype("<u2")


def _sparse(value: object) -> bytes:
    """Read an object of index and value, or one of two lists."""
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - vector_of tells of it
    if value.keys() == {"indices", "values"}:
        value = dict(zip(value["indices"], value["values"], strict=True))
    return sparse_row({int(index): float(each) for index, each in value.items()})


_VECTORS: dict[int, Callable[[object], Any]] = {
    m.DataType.FloatVector: lambda value: _numbers(value, "<f4"),
    m.DataType.BinaryVector: lambda value: _bytes(value, "u1"),
    m.DataType.Float16Vector: lambda value: _bytes(value, "<f2"),
    m.DataType.BFloat16Vector: _bfloats,
    m.DataType.Int8Vector: lambda value: _bytes(value, "i1"),
    m.DataType.SparseFloatVector: _sparse,
}


def dimension_of(field: m.FieldSchema) -> int:
    """Return the declared dimension of a field; 0 where there is none."""
    return next((int(each.value) for each in field.type_params if each.key == "dim" and each.value.isdigit()), 0)


def _wrong(field: m.FieldSchema, what: str) -> Failed:
    return Failed(BAD_DATA, f"fail to deal the insert data, error: field {field.name}: {what}")
