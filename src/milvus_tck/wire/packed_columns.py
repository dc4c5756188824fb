"""Columns to the wire without a Python loop: numpy arrays go out as they lie in memory.

This is `columns.column` for data of any size: the same types, the same slots, and bytes that
the protobuf parser reads as the same message. What can be sent as it is, is not copied.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.columns import SCALAR_SLOT, Values
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import (
    ArrayArray,
    DataType,
    FieldData,
    FloatArray,
    ScalarField,
    SparseFloatArray,
    VectorField,
)
from milvus_tck.wire.vectors import BITS, FLOAT, PACKED, PAIR
from milvus_tck.wire.wire_format import Buffer, delimited, nested, pack_varints, slices, tag, varint

__all__ = ["InsertColumn", "Ragged", "SparseRows", "encode_column"]

_INTEGERS = frozenset({"int_data", "long_data"})
_FIXED: dict[str, np.dtype[Any]] = {
    "float_data": np.dtype("<f4"),
    "double_data": np.dtype("<f8"),
    "bool_data": np.dtype("?"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Rows of different lengths, end to end: row i is the next `counts[i]` of `flat`."""

    flat: Values
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SparseRows:
    """Sparse vectors end to end: row i is the next `counts[i]` pairs, its indices ascending."""

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class InsertColumn:
    """The values of one field for many rows.

    `values` by type:

    - Bool, Int8 to Int64, Float, Double: a one-dimensional array, or a sequence of numbers;
    - VarChar, Text, Timestamptz, Geometry: a sequence of `str`, or an array of dtype `U` or `S`;
    - JSON: a sequence of `bytes`, one JSON text each;
    - FloatVector, Float16Vector, BFloat16Vector (by its bits, `uint16`), Int8Vector: an array of
      shape (rows, dim); BinaryVector: `uint8` of shape (rows, dim / 8);
    - SparseFloatVector: `SparseRows`, or a sequence of `bytes` as `vectors.sparse_row` makes them;
    - Array: `Ragged`, or a sequence or array of rows.
    """

    name: str
    kind: Kind
    values: Values | Ragged | SparseRows
    #: Type of the elements of an Array.
    element: Kind = DataType.Int64
    #: For a nullable field: which rows have a value. `values` then holds those rows alone.
    valid: NDArray[np.bool_] | None = None
    #: Whether these are the undeclared fields of the rows: JSON, one object each.
    dynamic: bool = False

    @property
    def rows(self) -> int:
        """How many rows it has, those without a value included."""
        if self.valid is not None:
            return len(self.valid)
        return len(self.values.counts) if isinstance(self.values, (Ragged, SparseRows)) else len(self.values)


def encode_column(column: InsertColumn) -> list[Buffer]:
    """Write the content of one `FieldData`; raises what numpy raises for values that do not fit.

    The buffers share memory with the arrays that were given.
    """
    message = FieldData.DESCRIPTOR
    name = column.name.encode()
    head = tag(message, "type") + varint(column.kind) if column.kind else b""
    if name:
        head += tag(message, "field_name") + varint(len(name)) + name
    if column.dynamic:
        head += tag(message, "is_dynamic") + varint(1)
    return [head, *_values(column), *_valid(column.valid)]


def _valid(valid: NDArray[np.bool_] | None) -> list[Buffer]:
    if valid is None or not len(valid):
        return []
    return nested(FieldData.DESCRIPTOR, "valid_data", [_bytes(valid, np.dtype("?"))])


def _values(column: InsertColumn) -> list[Buffer]:
    kind, values = column.kind, column.values
    if kind == DataType.SparseFloatVector:
        return nested(FieldData.DESCRIPTOR, "vectors", _sparse(values))
    if kind == DataType.FloatVector or kind in PACKED:
        return nested(FieldData.DESCRIPTOR, "vectors", _dense(kind, np.asarray(values)))
    if kind == DataType.Array:
        return nested(FieldData.DESCRIPTOR, "scalars", _arrays(column.element, _ragged(values)))
    slot = SCALAR_SLOT[kind]
    content, _ = _scalars(slot, values)
    return nested(FieldData.DESCRIPTOR, "scalars", nested(ScalarField.DESCRIPTOR, slot, _in_slot(slot, content)))


# --- vectors ---


def _dense(kind: Kind, rows: NDArray[Any]) -> list[Buffer]:
    message = VectorField.DESCRIPTOR
    dim = rows.shape[1] * (BITS if kind == DataType.BinaryVector else 1)
    head = tag(message, "dim") + varint(dim) if dim else b""
    if kind != DataType.FloatVector:
        slot, numbers = PACKED[kind]
        return [head, *nested(message, slot, [_bytes(rows, numbers)])]
    inner = FloatArray.DESCRIPTOR
    content = [_bytes(rows, FLOAT)]
    return [head, *nested(message, "float_vector", nested(inner, "data", content) if rows.size else [])]


def _sparse(rows: Any) -> list[Buffer]:  # noqa: ANN401 - what `InsertColumn` allows
    whole = rows if isinstance(rows, SparseRows) else _from_bytes(rows)
    pairs = np.empty(len(whole.indices), dtype=PAIR)
    pairs["index"], pairs["value"] = whole.indices, whole.values
    cut = slices(_bytes(pairs, PAIR), whole.counts * PAIR.itemsize)
    inner = SparseFloatArray.DESCRIPTOR
    dim = int(whole.indices.max(initial=0)) + 1 if len(whole.indices) else 0
    end = varint(dim) if dim else b""
    contents: list[Buffer] = delimited(cut, tag(inner, "contents"))
    content = [*contents, tag(inner, "dim") + end if end else b""]
    message = VectorField.DESCRIPTOR
    return [tag(message, "dim") + end if end else b"", *nested(message, "sparse_float_vector", content)]


def _from_bytes(rows: Sequence[bytes]) -> SparseRows:
    pairs = np.frombuffer(b"".join(rows), dtype=PAIR)
    counts = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)) // PAIR.itemsize
    return SparseRows(pairs["index"], pairs["value"], counts)


def _bytes(rows: NDArray[Any], numbers: np.dtype[Any]) -> memoryview:
    """Show an array as bytes; copied only if it does not lie there in that form already."""
    if rows.dtype != numbers and numbers.kind in "iu" and rows.size:
        low, high = np.iinfo(numbers).min, np.iinfo(numbers).max
        if rows.dtype.kind not in "iu" or int(rows.min()) < low or int(rows.max()) > high:
            message = f"{rows.dtype} values that do not fit {numbers}, which holds {low} to {high}"
            raise ValueError(message)
    return np.ascontiguousarray(rows, dtype=numbers).reshape(-1).view(np.uint8).data


# --- scalars ---


def _scalars(slot: str, values: Any) -> tuple[list[Buffer], Callable[[], NDArray[np.int64]]]:  # noqa: ANN401 - see `InsertColumn`
    """Write values without what stands around them, and offer how many bytes each takes."""
    if slot in _FIXED:
        numbers = np.asarray(values, dtype=_FIXED[slot])
        return [_bytes(numbers, _FIXED[slot])], lambda: np.full(len(numbers), _FIXED[slot].itemsize)
    if slot in _INTEGERS:
        written, sizes = pack_varints(_integers(slot, values))
        return [written.data], lambda: sizes
    texts = _texts(values)
    before = tag(_list_of(slot), "data")
    content = delimited(texts, before)
    return content, lambda: _sizes_of(texts, before)


def _integers(slot: str, values: Any) -> NDArray[np.int64]:  # noqa: ANN401 - see `InsertColumn`
    numbers = np.asarray(values)
    if not len(numbers):
        return np.empty(0, dtype=np.int64)
    if numbers.dtype.kind not in "iub":
        message = f"{numbers.dtype} values for an integer column"
        raise TypeError(message)
    low, high = (-(2**31), 2**31 - 1) if slot == "int_data" else (-(2**63), 2**63 - 1)
    if int(numbers.min()) < low or int(numbers.max()) > high:
        message = f"a value out of range: {slot} holds {low} to {high}"
        raise ValueError(message)
    return numbers.astype(np.int64, copy=False)


def _texts(values: Any) -> list[bytes]:  # noqa: ANN401 - see `InsertColumn`
    given = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return given if not given or isinstance(given[0], bytes) else list(map(str.encode, given))


def _sizes_of(texts: list[bytes], before: bytes) -> NDArray[np.int64]:
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    heads = pack_varints(lengths)[1] + len(before)
    return heads + lengths


def _list_of(slot: str) -> Any:  # noqa: ANN401 - protobuf's descriptors have no useful type
    return ScalarField.DESCRIPTOR.fields_by_name[slot].message_type


def _in_slot(slot: str, content: list[Buffer]) -> list[Buffer]:
    """Put packed numbers under their tag; texts have theirs each, and nothing needs none."""
    if slot in _FIXED or slot in _INTEGERS:
        return nested(_list_of(slot), "data", content) if any(map(len, content)) else []
    return content


# --- arrays ---


def _ragged(values: Any) -> Ragged:  # noqa: ANN401 - see `InsertColumn`
    if isinstance(values, Ragged):
        return values
    if isinstance(values, np.ndarray) and values.ndim > 1:
        return Ragged(values.ravel(), np.full(len(values), values.shape[1]))
    counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    if len(values) and isinstance(values[0], np.ndarray):
        return Ragged(np.concatenate(values), counts)
    return Ragged(list(chain.from_iterable(values)), counts)


def _arrays(element: Kind, rows: Ragged) -> list[Buffer]:
    """Write one `ScalarField` per row, cut out of all elements written end to end."""
    slot = SCALAR_SLOT[element]
    content, sizes = _scalars(slot, rows.flat)
    ends = np.concatenate([[0], np.cumsum(sizes())]).astype(np.int64)
    borders = np.concatenate([[0], np.cumsum(rows.counts)])
    taken = np.diff(ends[borders])
    cut = slices(content[0] if content else b"", taken)
    message = ArrayArray.DESCRIPTOR
    outer = (tag(message, "data"), tag(ScalarField.DESCRIPTOR, slot))
    packed = slot in _FIXED or slot in _INTEGERS
    inner = (tag(_list_of(slot), "data"),) if packed else ()
    pieces = delimited(cut, *outer, *inner)
    end = tag(message, "element_type") + varint(element) if element else b""
    return nested(ScalarField.DESCRIPTOR, "array_data", [*pieces, end])
