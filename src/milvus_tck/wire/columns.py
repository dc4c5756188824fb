"""Columns of data: numpy and plain values to `FieldData`, and back.

One column holds one field of many rows. Scalars travel as typed lists, vectors of all
rows end to end. Layouts: Int8 and Int16 travel as int32, a binary vector packs eight
dimensions into a byte with the first one in the most significant bit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, ScalarField

__all__ = ["Values", "column", "dynamic_column", "read_column"]

#: The values of one column: scalars in a sequence, vectors as the rows of an array.
Values = Sequence[Any] | NDArray[Any]

_SCALAR_SLOT = {
    DataType.Bool: "bool_data",
    DataType.Int8: "int_data",
    DataType.Int16: "int_data",
    DataType.Int32: "int_data",
    DataType.Int64: "long_data",
    DataType.Float: "float_data",
    DataType.Double: "double_data",
    DataType.String: "string_data",
    DataType.VarChar: "string_data",
    DataType.JSON: "json_data",
}


def column(name: str, kind: Kind, values: Values, *, element: Kind | None = None) -> FieldData:
    """Write one column of type `kind`; vectors come as an array of shape (rows, dim) or (rows, dim / 8).

    `element` is the type of the elements of an Array column.
    """
    data = FieldData(field_name=name, type=kind)
    if kind == DataType.FloatVector:
        _float_vectors(data, np.asarray(values, dtype=np.float32))
    elif kind == DataType.BinaryVector:
        _binary_vectors(data, np.asarray(values, dtype=np.uint8))
    elif kind == DataType.Array:
        _arrays(data, values, DataType.Int64 if element is None else element)
    else:
        slot = _SCALAR_SLOT[kind]
        getattr(data.scalars, slot).data.extend(_plain(values))
    return data


def dynamic_column(rows: Sequence[bytes]) -> FieldData:
    """Write the dynamic fields of every row, each as the bytes of one JSON object."""
    data = column("", DataType.JSON, rows)
    data.is_dynamic = True
    return data


def _plain(values: Values) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _float_vectors(data: FieldData, rows: NDArray[np.float32]) -> None:
    data.vectors.dim = rows.shape[1]
    data.vectors.float_vector.data.extend(rows.ravel().tolist())


def _binary_vectors(data: FieldData, rows: NDArray[np.uint8]) -> None:
    data.vectors.dim = rows.shape[1] * 8
    data.vectors.binary_vector = rows.tobytes()


def _arrays(data: FieldData, rows: Values, element: Kind) -> None:
    arrays = data.scalars.array_data
    arrays.element_type = element
    for row in rows:
        cell = ScalarField()
        getattr(cell, _SCALAR_SLOT[element]).data.extend(_plain(row))
        arrays.data.append(cell)


def read_column(data: FieldData) -> list[Any]:
    """Read a column of an answer: one plain value per row, vectors as tuples of numbers or as bytes."""
    if data.WhichOneof("field") == "vectors":
        return _read_vectors(data)
    slot = data.scalars.WhichOneof("data")
    if slot is None:
        return []
    if slot == "array_data":
        return [_read_cell(cell) for cell in data.scalars.array_data.data]
    return list(getattr(data.scalars, slot).data)


def _read_cell(cell: ScalarField) -> list[Any]:
    slot = cell.WhichOneof("data")
    return [] if slot is None else list(getattr(cell, slot).data)


def _read_vectors(data: FieldData) -> list[Any]:
    vectors = data.vectors
    dim = vectors.dim
    if vectors.WhichOneof("data") == "float_vector":
        flat = vectors.float_vector.data
        return [tuple(flat[start : start + dim]) for start in range(0, len(flat), dim)]
    packed = vectors.binary_vector
    size = dim // 8
    return [packed[start : start + size] for start in range(0, len(packed), size)] if size else []
