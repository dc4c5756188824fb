"""Values of every type, at the ends of their ranges and beyond the obvious."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from milvus_tck.suites.insert._row_layout import Layout
from milvus_tck.suites.insert._vectors import BITS, BRAIN_HALVES, BYTES, FLOATS, HALVES, SPARSE, VectorKind

from milvus_tck.wire.columns import column, read_json
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema, PlaceholderType
from milvus_tck.wire.schema import field, int64_key, varchar, vector
from milvus_tck.wire.vectors import sparse_row

__all__ = ["KEYS", "LARGEST", "TYPES", "VECTORS", "Values"]

_FIELD = "x"


def _same(value: object) -> object:
    return value


def _floats(value: float | Sequence[float]) -> bytes:
    """The bits of single-precision numbers: equal means the same number, -0.0 and 0.0 apart."""
    return b"".join(struct.pack("<f", each) for each in (value if isinstance(value, Sequence) else [value]))


def _doubles(value: float | Sequence[float]) -> bytes:
    return b"".join(struct.pack("<d", each) for each in (value if isinstance(value, Sequence) else [value]))


def _json(value: bytes) -> object:
    """A JSON document as a value: blanks and the order of keys may change on the way."""
    return read_json(value)


def _shape(value: str) -> str:
    """A geometry as text: blanks may change on the way."""
    return value.replace(" (", "(").replace(", ", ",").upper()


def _moment(value: str) -> datetime:
    """A moment, in whatever zone it is written."""
    return datetime.fromisoformat(value)


@dataclass(frozen=True)
class Values:
    """A column of values, one for each row, and how two of them are compared."""

    layout: Layout
    name: str
    kind: Kind
    values: Any
    #: What has to be the same before and after.
    compared: Callable[[Any], object] = _same
    element: Kind | None = None

    def columns(self, numbers: Sequence[int]) -> list[FieldData]:
        """Write rows with these values, whatever follows from the numbers beside them."""
        others = [each for each in self.layout.columns(numbers) if each.field_name != self.name]
        return [*others, column(self.name, self.kind, self.values, element=self.element)]

    def given(self) -> list[object]:
        """Return what every row has to give back."""
        rows = list(self.values)
        return [self.compared(row.tolist() if isinstance(row, np.ndarray) else row) for row in rows]


def _scalar(schema: FieldSchema, values: Sequence[Any], compared: Callable[[Any], object] = _same) -> Values:
    element = schema.element_type if schema.data_type == DataType.Array else None
    return Values(Layout((schema,)), schema.name, schema.data_type, values, compared, element)


def _plain(kind: Kind, values: Sequence[Any], compared: Callable[[Any], object] = _same) -> Mapping[str, Values]:
    return {"": _scalar(field(_FIELD, kind), values, compared)}


def _array(kind: Kind, values: Sequence[Any], compared: Callable[[Any], object] = _same) -> Values:
    params = {"max_capacity": "4"} | ({"max_length": "8"} if kind == DataType.VarChar else {})
    return _scalar(field(_FIELD, DataType.Array, params, element=kind), values, compared)


def _vectors(kind: VectorKind, values: Any, compared: Callable[[Any], object]) -> Mapping[str, Values]:  # noqa: ANN401
    return {"": Values(Layout(vectors=kind), kind.schema.name, kind.type, values, compared)}


#: The largest number and the smallest one above zero, in single and in double precision.
_MAX_FLOAT, _MIN_FLOAT = 3.4028234663852886e38, 1.401298464324817e-45
_MAX_DOUBLE, _MIN_DOUBLE = 1.7976931348623157e308, 5e-324
#: Whole numbers that a double cannot hold.
_ODD = 2**53 + 1

#: The most that a VarChar field may have in bytes, an Array field in elements, a vector in dimensions.
_MAX_LENGTH, _MAX_CAPACITY, _MAX_DIM = 65535, 4096, 32768
#: The most that a document may have in bytes.
_MAX_DOCUMENT = 65536

_TEXT = varchar(_FIELD, 16)
_GEOMETRY = field(_FIELD, DataType.Geometry)
_DOCUMENTS = (
    b'{"a": 1, "b": [1, 2.5, "x", null, true], "c": {"d": "e"}}',
    b"{}",
    f'{{"Schlüssel": "日本語 🦜", "n": {_ODD}}}'.encode(),
)

#: Scalar types.
TYPES: Mapping[str, Mapping[str, Values]] = {
    "insert/bool": _plain(DataType.Bool, [True, False, True]),
    "insert/int8": _plain(DataType.Int8, [-(2**7), 2**7 - 1, 0, -1]),
    "insert/int16": _plain(DataType.Int16, [-(2**15), 2**15 - 1, 0, -1]),
    "insert/int32": _plain(DataType.Int32, [-(2**31), 2**31 - 1, 0, -1]),
    "insert/int64": _plain(DataType.Int64, [-(2**63), 2**63 - 1, 0, -1, _ODD, -_ODD]),
    "insert/float": _plain(DataType.Float, [0.1, _MAX_FLOAT, -_MAX_FLOAT, _MIN_FLOAT, 0.0, -0.0], _floats),
    "insert/double": _plain(DataType.Double, [0.1, _MAX_DOUBLE, -_MAX_DOUBLE, _MIN_DOUBLE, 0.0, -0.0], _doubles),
    "insert/varchar": {
        "plain": _scalar(_TEXT, ["a", "B c", "\t\n\"'\\%"]),
        "empty": _scalar(_TEXT, ["", " ", "x"]),
        "unicode": _scalar(_TEXT, ["日本語", "é", "e\u0301", "🦜"]),
        "max-length": _scalar(_TEXT, ["x" * 16, "日" * 5 + "x", "🦜" * 4]),
    },
    "insert/json": {"": _scalar(field(_FIELD, DataType.JSON), _DOCUMENTS, _json)},
    "insert/array": {
        "bool": _array(DataType.Bool, [[True, False], [], [True] * 4]),
        "int8": _array(DataType.Int8, [[-(2**7), 2**7 - 1], [], [1, 2, 3, 4]]),
        "int16": _array(DataType.Int16, [[-(2**15), 2**15 - 1], [], [1, 2, 3, 4]]),
        "int32": _array(DataType.Int32, [[-(2**31), 2**31 - 1], [], [1, 2, 3, 4]]),
        "int64": _array(DataType.Int64, [[-(2**63), 2**63 - 1], [], [_ODD, -_ODD, 0, 1]]),
        "float": _array(DataType.Float, [[0.1, _MAX_FLOAT], [], [_MIN_FLOAT, -0.0, 0.0, 1.0]], _floats),
        "double": _array(DataType.Double, [[0.1, _MAX_DOUBLE], [], [_MIN_DOUBLE, -0.0, 0.0, 1.0]], _doubles),
        "varchar": _array(DataType.VarChar, [["", "日本"], [], ["abcdefgh"] * 4]),
    },
    "insert/text": {"": _scalar(field(_FIELD, DataType.Text, {"max_length": "64"}), ["a", "", "日本語"])},
    "insert/geometry": {
        "point": _scalar(_GEOMETRY, ["POINT (1 -2.5)", "POINT (0 0)"], _shape),
        "line": _scalar(_GEOMETRY, ["LINESTRING (0 0, 1 1)"], _shape),
        "polygon": _scalar(_GEOMETRY, ["POLYGON ((0 0, 4 0, 4 4, 0 0))"], _shape),
    },
    "insert/timestamptz": _plain(
        DataType.Timestamptz,
        ["2024-02-29T12:30:45Z", "1969-12-31T23:59:59+00:00", "2025-01-01T01:00:00+08:00"],
        _moment,
    ),
}

#: Single-precision numbers of all sizes whose distances stay finite.
_REALS = np.array([[0.1, -0.0, _MIN_FLOAT, 1e18], [1, 2, 3, 4], [1 / 3, -7.25, 1e-38, -1e18]], dtype=np.float32)
_HALF = np.array([[0.1, -0.0, 6e-8, 65504], [1, 2, 3, 4], [1 / 3, -7.25, 6.1e-5, -100]], dtype=np.float16)

#: Vector types.
VECTORS: Mapping[str, Mapping[str, Values]] = {
    "insert/float-vector": _vectors(FLOATS, _REALS, _floats),
    "insert/binary-vector": _vectors(
        BITS, np.array([[255, 0, 1, 128], [0x5A, 0xA5, 2, 64], [0, 0, 0, 0]], dtype=np.uint8), bytes
    ),
    "insert/float16-vector": _vectors(HALVES, _HALF, lambda row: _bytes(row, np.float16)),
    "insert/bfloat16-vector": _vectors(
        BRAIN_HALVES, (_REALS.view(np.uint32) >> 16).astype(np.uint16), lambda row: _bytes(row, np.uint16)
    ),
    "insert/int8-vector": _vectors(
        BYTES, np.array([[-128, 127, 0, -1], [1, 2, 3, 4]], dtype=np.int8), lambda row: _bytes(row, np.int8)
    ),
    "insert/sparse-vector": _vectors(
        SPARSE, [sparse_row({0: 1.0}), sparse_row({0: 0.1, 7: 2.5, 2**32 - 2: _MIN_FLOAT})], _same
    ),
}


#: Values that are as large as their fields may have them, and a small one beside each.
LARGEST: Mapping[str, Mapping[str, Values]] = {
    "insert/varchar-longest": {"": _scalar(varchar(_FIELD, _MAX_LENGTH), ["日" * (_MAX_LENGTH // 3), "x"])},
    "insert/json-longest": {
        "": _scalar(
            field(_FIELD, DataType.JSON), [b'{"a":"%b"}' % (b"x" * (_MAX_DOCUMENT - len('{"a":""}'))), b"{}"], _json
        )
    },
    "insert/array-longest": {
        "": _scalar(
            field(_FIELD, DataType.Array, {"max_capacity": str(_MAX_CAPACITY)}, element=DataType.Int64),
            [list(range(_MAX_CAPACITY)), [1]],
        )
    },
    "insert/vector-longest": _vectors(
        VectorKind(vector("vec", _MAX_DIM), "FLAT", "L2", PlaceholderType.FloatVector, bytes(4 * _MAX_DIM)),
        np.arange(2 * _MAX_DIM).reshape(2, _MAX_DIM),
        _floats,
    ),
}


def _bytes(row: bytes | Sequence[float], numbers: type[np.generic]) -> bytes:
    return row if isinstance(row, bytes) else np.array(row, dtype=numbers).tobytes()


def _keys(key: FieldSchema, values: Sequence[Any]) -> Values:
    layout = Layout((field(_FIELD, DataType.Int64),), key=key)
    return Values(layout, key.name, key.data_type, values)


#: Keys of either type; the field `x` beside them tells which row is which.
KEYS: Mapping[str, Mapping[str, Values]] = {
    "insert/int64-key": {"": _keys(int64_key(), [0, -1, 2**63 - 1, -(2**63), _ODD, -_ODD])},
    "insert/varchar-key": {"": _keys(varchar("id", 16, primary=True), ["", "a", "A", "日本語", "x" * 16, " a"])},
}
