"""Columns of data: numpy and plain values to `FieldData`, and back.

One column holds one field of many rows. Scalars travel as typed lists; Int8 and Int16 as
int32, what has a text of its own (Timestamptz, WKT geometry) as text.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, IDs, ScalarField
from milvus_tck.wire.unreadable import UnreadableAnswerError
from milvus_tck.wire.vectors import VECTORS, read_vectors, write_vectors

__all__ = [
    "SCALAR_SLOT", "Values", "column", "dynamic_column", "read_column", "read_dynamic", "read_ids", "read_json",
    "values_of",
]  # fmt: skip

#: The values of one column: scalars in a sequence, vectors as the rows of an array.
Values = Sequence[Any] | NDArray[Any]

#: Characters of what is no JSON that are shown.
_SHOWN = 200

#: Where the values of each scalar type stand in a `ScalarField`.
SCALAR_SLOT: dict[Kind, str] = {
    DataType.Bool: "bool_data",
    DataType.Int8: "int_data",
    DataType.Int16: "int_data",
    DataType.Int32: "int_data",
    DataType.Int64: "long_data",
    DataType.Float: "float_data",
    DataType.Double: "double_data",
    DataType.String: "string_data",
    DataType.VarChar: "string_data",
    DataType.Text: "string_data",
    DataType.Timestamptz: "string_data",
    DataType.Geometry: "geometry_wkt_data",
    DataType.JSON: "json_data",
}


def column(name: str, kind: Kind, values: Values, *, element: Kind | None = None) -> FieldData:
    """Write one column of type `kind`; vectors come as `write_vectors` wants them.

    `element` is the type of the elements of an Array column.
    """
    data = FieldData(field_name=name, type=kind)
    if kind in VECTORS:
        data.vectors.CopyFrom(write_vectors(kind, values))
    elif kind == DataType.Array:
        _arrays(data, values, DataType.Int64 if element is None else element)
    else:
        slot = SCALAR_SLOT[kind]
        getattr(data.scalars, slot).data.extend(_plain(values))
    return data


def dynamic_column(rows: Sequence[bytes]) -> FieldData:
    """Write the dynamic fields of every row, each as the bytes of one JSON object."""
    data = column("", DataType.JSON, rows)
    data.is_dynamic = True
    return data


def _plain(values: Values) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _arrays(data: FieldData, rows: Values, element: Kind) -> None:
    arrays = data.scalars.array_data
    arrays.element_type = element
    for row in rows:
        cell = ScalarField()
        getattr(cell, SCALAR_SLOT[element]).data.extend(_plain(row))
        arrays.data.append(cell)


def read_column(data: FieldData) -> list[Any]:
    """Read a column of an answer: one plain value per row, vectors as `read_vectors` gives them.

    A row that `valid_data` marks as null is `None`. Raises `UnreadableAnswerError` where the data does
    not make rows, or makes another number of them than `valid_data`.
    """
    values = read_vectors(data.vectors) if data.WhichOneof("field") == "vectors" else _read_scalars(data.scalars)
    if not data.valid_data:
        return values
    present = iter(values if len(values) == sum(data.valid_data) else _at(values, data.valid_data))
    return [next(present) if valid else None for valid in data.valid_data]


def values_of(columns: Iterable[FieldData], name: str) -> list[Any]:
    """Return the values of the columns of a name, of which an answer has one: `values_of(answer.fields_data, "id")`."""
    return [value for each in columns if each.field_name == name for value in read_column(each)]


def read_json(value: bytes | str) -> Any:  # noqa: ANN401 - what JSON says
    """Read JSON in a column; raises `UnreadableAnswerError` where it is none."""
    try:
        return json.loads(value)
    except ValueError as error:  # no JSON, or no UTF-8
        message = f"{value[:_SHOWN]!r} is no JSON: {error}"
        raise UnreadableAnswerError(message) from error


def read_dynamic(value: bytes | str) -> dict[str, Any]:
    """Read the dynamic fields of a row; raises `UnreadableAnswerError` where they are no object."""
    found = read_json(value)
    if not isinstance(found, dict):
        message = f"the dynamic fields of a row are {type(found).__name__} and no object"
        raise UnreadableAnswerError(message)
    return found


def read_ids(ids: IDs) -> list[int | str]:
    """Return the keys of rows that were written, or found, in their order."""
    return [*ids.int_id.data, *ids.str_id.data]


def _at(values: list[Any], valid: Sequence[bool]) -> list[Any]:
    """Pick the values that count where the null rows keep their places."""
    if len(values) != len(valid):
        message = f"there are {len(values)} values of {len(valid)} rows, of which {sum(valid)} are not null"
        raise UnreadableAnswerError(message)
    return [value for value, here in zip(values, valid, strict=True) if here]


def _read_scalars(scalars: ScalarField) -> list[Any]:
    slot = scalars.WhichOneof("data")
    if slot is None:
        return []
    if slot == "array_data":
        return [_read_scalars(cell) for cell in scalars.array_data.data]
    return list(getattr(scalars, slot).data)
