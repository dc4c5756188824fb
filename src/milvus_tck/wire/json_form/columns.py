"""Columns of an Insert: `{"type": 5, "field_name": "id", "field": [1, 2]}`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from milvus_tck.wire.columns import SCALAR_SLOT
from milvus_tck.wire.json_form import plain
from milvus_tck.wire.json_form.errors import Inexpressible, Malformed
from milvus_tck.wire.json_form.text import Plain
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, ScalarField

__all__ = ["floats", "read_into", "write"]

_FLOAT = np.dtype("<f4")
#: Scalar types that servers read; JSON, arrays and geometries are "unsupported data type".
_SCALARS = frozenset({
    DataType.Bool, DataType.Int8, DataType.Int16, DataType.Int32, DataType.Int64, DataType.Float, DataType.Double,
    DataType.VarChar,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Vectors:
    """How the rows of one type of vectors stand in a body: each as a list of numbers."""

    slot: str
    #: Numbers on the wire, and those in the body.
    wire: np.dtype[Any]
    widen: Callable[[NDArray[Any]], NDArray[Any]]
    narrow: Callable[[NDArray[Any]], NDArray[Any]]


def _widen_bfloat(bits: NDArray[Any]) -> NDArray[Any]:
    return (bits.astype("<u4") << 16).view(_FLOAT)


def _narrow_bfloat(numbers: NDArray[Any]) -> NDArray[Any]:
    return (numbers.view("<u4") >> 16).astype("<u2")


_VECTORS: dict[Kind, _Vectors] = {
    DataType.FloatVector: _Vectors("float_vector", _FLOAT, lambda raw: raw, lambda numbers: numbers),
    DataType.Float16Vector: _Vectors(
        "float16_vector", np.dtype("<f2"), lambda raw: raw.astype(_FLOAT), lambda numbers: numbers.astype("<f2")
    ),
    DataType.BFloat16Vector: _Vectors("bfloat16_vector", np.dtype("<u2"), _widen_bfloat, _narrow_bfloat),
}


# -- to a body ------------------------------------------------------------------------------


def write(column: FieldData) -> Plain:
    """Write a column; raises `Inexpressible` where its data and its type tell different stories."""
    other = [member.name for member, _ in column.ListFields() if member.name not in _MEMBERS]
    if other:
        raise Inexpressible(f"a column in a body has no {', '.join(other)}")
    body: Plain = {"type": column.type, "field_name": column.field_name, "field": _field(column)}
    if column.field_id:
        body["field_id"] = column.field_id
    return {name: value for name, value in body.items() if name == "field" or value}


_MEMBERS = frozenset({"type", "field_name", "field_id", "scalars", "vectors"})


def _field(column: FieldData) -> object:
    kind = column.type
    if kind in _SCALARS and column.WhichOneof("field") == "scalars":
        return _scalars(column.scalars, SCALAR_SLOT[kind])
    if kind in _VECTORS and column.WhichOneof("field") == "vectors":
        return _vectors(column, _VECTORS[kind])
    raise Inexpressible(f"the data of column {column.field_name!r} is not what its type {kind} has in a body")


def _scalars(data: ScalarField, slot: str) -> object:
    if data.WhichOneof("data") != slot:
        raise Inexpressible(f"the data of a column stands in {data.WhichOneof('data')}, not in {slot}")
    found = getattr(data, slot)
    written = plain.write(found, answer=False).get("data", [])
    _nothing_else(found)
    return written


def _nothing_else(array: Message) -> None:
    other = [member.name for member, _ in array.ListFields() if member.name != "data"]
    if other:
        raise Inexpressible(f"the data of a column in a body has no {', '.join(other)}")


def _vectors(column: FieldData, how: _Vectors) -> object:
    data, dim = column.vectors, column.vectors.dim
    if data.WhichOneof("data") != how.slot:
        raise Inexpressible(f"the vectors stand in {data.WhichOneof('data')}, not in {how.slot}")
    found = getattr(data, how.slot)
    raw = np.frombuffer(found, how.wire) if isinstance(found, bytes) and not len(found) % how.wire.itemsize else None
    numbers = np.asarray(found.data, dtype=_FLOAT) if not isinstance(found, bytes) else raw
    if numbers is None or dim <= 0 or not len(numbers) or len(numbers) % dim:
        raise Inexpressible(f"the vectors of {column.field_name!r} are no whole rows of dimension {dim}")
    return plain.write_floats(how.widen(numbers).reshape(-1, dim), single=True)


# -- from a body ----------------------------------------------------------------------------


def read_into(column: FieldData, body: object, place: str) -> None:
    """Fill an empty column; raises `Malformed`, also for vectors of different lengths."""
    if not isinstance(body, dict):
        raise Malformed(f"{place}: not an object")
    plain.read_into(column, {name: body[name] for name in _NAMES & body.keys()}, place, answer=False)
    values = body.get("field")
    if not isinstance(values, list):
        raise Malformed(f"{place}.field: not an array")
    if column.type in _VECTORS:
        _read_vectors(column, values, _VECTORS[column.type], f"{place}.field")
    elif column.type in _SCALARS:
        inside = getattr(column.scalars, SCALAR_SLOT[column.type])
        inside.SetInParent()
        plain.read_into(inside, {"data": values}, f"{place}.field", answer=False)
    else:
        raise Malformed(f"{place}.type: {column.type} is no data type that a body can have")


_NAMES = frozenset({"type", "field_name", "field_id"})


def _read_vectors(column: FieldData, rows: list[Any], how: _Vectors, place: str) -> None:
    vectors = [floats(row, f"{place}[{number}]") for number, row in enumerate(rows)]
    dims = {len(each) for each in vectors}
    if len(dims) != 1 or 0 in dims:
        raise Malformed(f"{place}: rows of {sorted(dims)} numbers are no vectors of one dimension")
    numbers = np.concatenate(vectors)
    column.vectors.dim = dims.pop()
    if how.slot == "float_vector":
        column.vectors.float_vector.data.extend(numbers.tolist())
    else:
        setattr(column.vectors, how.slot, how.narrow(numbers).tobytes())


def floats(values: object, place: str) -> NDArray[np.float32]:
    """Read a list of numbers as float32; raises `Malformed`."""
    if not isinstance(values, list) or set(map(type, values)) - {int, float}:
        raise Malformed(f"{place}: not an array of numbers")
    if max(map(abs, values), default=0) >= plain.TOO_LARGE:
        raise Malformed(f"{place}: a number is too large for a float32")
    return np.asarray(values, dtype=np.float32)
