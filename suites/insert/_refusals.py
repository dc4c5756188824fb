"""Insertions that are refused, by the clause that speaks of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from milvus_tck.suites.insert._row_layout import Layout
from milvus_tck.suites.insert._vectors import BITS, BRAIN_HALVES, DIM, HALVES, SPARSE, VectorKind

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.schema import field, int64_key, varchar
from milvus_tck.wire.vectors import sparse_row

__all__ = ["NUMBERS", "REFUSED", "Wrong", "columns_of", "instead", "without"]

Insertion = Call[m.MutationResult]

#: The rows of a wrong insertion.
NUMBERS = (1, 2, 3)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an insertion into a collection of a layout."""

    layout: Layout
    #: Turns a valid insertion of NUMBERS into the wrong one.
    spoil: Callable[[Insertion], Insertion]


def columns_of(call: Insertion) -> list[FieldData]:
    """Return the columns of an insertion."""
    request: Any = call.request
    return list(request.fields_data)


def instead(*given: FieldData) -> Callable[[Insertion], Insertion]:
    """Send these columns instead of those of the same names; others are added."""
    names = {each.field_name for each in given}
    return lambda call: call.but(
        fields_data=[*(each for each in columns_of(call) if each.field_name not in names), *given]
    )


def without(*names: str) -> Callable[[Insertion], Insertion]:
    """Leave out columns."""
    return lambda call: call.but(fields_data=[each for each in columns_of(call) if each.field_name not in names])


def _but(**fields: object) -> Callable[[Insertion], Insertion]:
    return lambda call: call.but(**fields)


_BESIDE = Layout((field("x", DataType.Int64), varchar("s", 8)))
_BITS = Layout(vectors=BITS)
_SPARSE = Layout(vectors=SPARSE)
_DYNAMIC = Layout(dynamic=True)
_KEYED = Layout((field("k", DataType.Int64, partition_key=True),))


def _of(kind: Kind, *values: Any) -> Wrong:  # noqa: ANN401 - values of any type
    """Insert these values into a field of a scalar type; the first one fills what is left of the rows."""
    layout = Layout((varchar("x", 8) if kind == DataType.VarChar else field("x", kind),))
    return Wrong(layout, instead(column("x", kind, [*values, *[values[0]] * (len(NUMBERS) - len(values))])))


def _vectors(*rows: Sequence[float], dim: int | None = None) -> Wrong:
    """Insert these vectors, filled up to the number of rows; they may say that they have another dimension."""
    filled = [*rows, *[[1.0] * len(rows[0])] * (len(NUMBERS) - len(rows))]
    given = column("vec", DataType.FloatVector, np.array(filled, dtype=np.float32))
    given.vectors.dim = len(rows[0]) if dim is None else dim
    return Wrong(Layout(), instead(given))


def _halves(kind: VectorKind, bits: int) -> Wrong:
    """Insert vectors of numbers of two bytes, one of them with these bits."""
    numbers = np.array([[bits, 0, 0, 0], [0] * DIM, [0] * DIM], dtype=np.uint16)
    return Wrong(
        Layout(vectors=kind), instead(column("vec", kind.type, numbers.view(np.float16) if kind is HALVES else numbers))
    )


def _binary_for_float() -> Wrong:
    given = column("vec", DataType.BinaryVector, np.zeros((len(NUMBERS), 4 * DIM), dtype=np.uint8))
    given.type, given.vectors.dim = DataType.FloatVector, DIM
    return Wrong(Layout(), instead(given))


def _float_for_binary() -> Wrong:
    given = column("vec", DataType.FloatVector, np.zeros((len(NUMBERS), 8 * DIM)))
    given.type = DataType.BinaryVector
    return Wrong(_BITS, instead(given))


def _bits(size: int) -> Wrong:
    given = column("vec", DataType.BinaryVector, np.zeros((1, size), dtype=np.uint8))
    given.vectors.dim = 8 * DIM
    return Wrong(_BITS, instead(given))


def _array(element: Kind, rows: Sequence[Sequence[Any]], written: Kind | None = None) -> Wrong:
    params = {"max_capacity": "4"} | ({"max_length": "8"} if element == DataType.VarChar else {})
    layout = Layout((field("x", DataType.Array, params, element=element),))
    filled = [*rows, *[rows[-1]] * (len(NUMBERS) - len(rows))]
    return Wrong(layout, instead(column("x", DataType.Array, filled, element=written or element)))


def _documents(*documents: bytes) -> Wrong:
    filled = [*documents, *[b"{}"] * (len(NUMBERS) - len(documents))]
    return Wrong(_DYNAMIC, lambda call: call.but(fields_data=[*columns_of(call), dynamic_column(filled)]))


def _sparse(row: bytes) -> Wrong:
    rows = [row, *[sparse_row({0: 1.0})] * (len(NUMBERS) - 1)]
    given = m.FieldData(field_name="vec", type=DataType.SparseFloatVector)
    given.vectors.dim = given.vectors.sparse_float_vector.dim = DIM
    given.vectors.sparse_float_vector.contents.extend(rows)
    return Wrong(_SPARSE, instead(given))


def _validity(schema: FieldSchema, values: Sequence[int], valid: Sequence[bool]) -> Wrong:
    given = column("x", DataType.Int64, values)
    given.valid_data.extend(valid)
    return Wrong(Layout((schema,)), instead(given))


def _nullable() -> FieldSchema:
    schema = field("x", DataType.Int64)
    schema.nullable = True
    return schema


def _twice(call: Insertion) -> Insertion:
    return call.but(fields_data=[*columns_of(call), *(each for each in columns_of(call) if each.field_name == "x")])


_NAN, _INFINITE = float("nan"), float("inf")
_LONGEST_DOCUMENT = 65536


def _document(size: int) -> bytes:
    """Make a JSON document of that many bytes."""
    return b'{"a":"%b"}' % (b"x" * (size - len(b'{"a":""}')))


#: Wrong insertions; some are right in some profile.
REFUSED: Mapping[str, Mapping[str, Wrong]] = {
    "insert/num-rows-zero": {
        "with-columns": Wrong(_BESIDE, _but(num_rows=0)),
        "without-columns": Wrong(_BESIDE, _but(num_rows=0, fields_data=[])),
    },
    "insert/num-rows-other": {"more": Wrong(_BESIDE, _but(num_rows=5)), "fewer": Wrong(_BESIDE, _but(num_rows=2))},
    "insert/columns-unequal": {
        "longer": Wrong(_BESIDE, instead(column("x", DataType.Int64, [1, 2, 3, 4]))),
        "shorter": Wrong(_BESIDE, instead(column("x", DataType.Int64, [1, 2]))),
    },
    "insert/number-missing": {"": Wrong(_BESIDE, without("x"))},
    "insert/column-missing": {
        "text": Wrong(_BESIDE, without("s")),
        "vector": Wrong(_BESIDE, without("vec")),
        "key": Wrong(_BESIDE, without("id")),
        "all": Wrong(_BESIDE, without("id", "vec", "x", "s")),
    },
    "insert/column-unknown": {"": Wrong(_BESIDE, instead(column("nosuch", DataType.Int64, NUMBERS)))},
    "insert/column-twice": {"": Wrong(_BESIDE, _twice)},
    "insert/dynamic-column-unwanted": {
        "": Wrong(Layout(), lambda call: call.but(fields_data=[*columns_of(call), dynamic_column([b"{}"] * 3)]))
    },
    "insert/dynamic-columns-two": {
        "": Wrong(
            _DYNAMIC, lambda call: call.but(fields_data=[*columns_of(call), *[dynamic_column([b'{"a": 1}'] * 3)] * 2])
        )
    },
    "insert/key-with-auto-id": {
        "": Wrong(Layout(key=int64_key(auto_id=True)), instead(column("id", DataType.Int64, NUMBERS)))
    },
    "insert/partition-unknown": {"": Wrong(Layout(), _but(partition_name="nosuch"))},
    "insert/partition-name-ill-formed": {
        "dollar": Wrong(Layout(), _but(partition_name="a$b")),
        "blank": Wrong(Layout(), _but(partition_name="a b")),
        "256-bytes": Wrong(Layout(), _but(partition_name="x" * 256)),
    },
    "insert/partition-with-partition-key": {"": Wrong(_KEYED, _but(partition_name="_default_0"))},
    "insert/vector-length": {"": _vectors([1.0, 2.0, 3.0])},
    "insert/vector-rows": {"": _vectors([1.0] * 2 * DIM)},
    "insert/vector-dim-declared": {"": _vectors([1.0] * DIM, dim=DIM // 2)},
    "insert/vector-kind-other": {"binary-for-float": _binary_for_float(), "float-for-binary": _float_for_binary()},
    "insert/vector-not-a-number": {
        "nan": _vectors([1.0, _NAN, 3.0, 4.0]),
        "infinity": _vectors([_INFINITE, 2.0, 3.0, 4.0]),
        "minus-infinity": _vectors([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, -_INFINITE]),
    },
    "insert/half-vector-not-a-number": {
        "float16": _halves(HALVES, 0x7E00),
        "float16-infinity": _halves(HALVES, 0x7C00),
        "bfloat16": _halves(BRAIN_HALVES, 0x7FC0),
        "bfloat16-infinity": _halves(BRAIN_HALVES, 0x7F80),
    },
    "insert/binary-vector-length": {"shorter": _bits(len(NUMBERS) * DIM - 1), "longer": _bits(len(NUMBERS) * DIM + 1)},
    "insert/number-not-a-number": {
        "float-nan": _of(DataType.Float, _NAN, 1.0),
        "float-infinity": _of(DataType.Float, _INFINITE, 1.0),
        "double-nan": _of(DataType.Double, _NAN, 1.0),
        "double-infinity": _of(DataType.Double, 1.0, -_INFINITE),
    },
    "insert/integer-out-of-range": {
        "int8-above": _of(DataType.Int8, 2**7),
        "int8-below": _of(DataType.Int8, 0, -(2**7) - 1),
        "int16-above": _of(DataType.Int16, 2**15),
        "int16-below": _of(DataType.Int16, 0, 0, -(2**15) - 1),
    },
    "insert/varchar-too-long": {
        "ascii": _of(DataType.VarChar, "x" * 9),
        "bytes": _of(DataType.VarChar, "a", "日" * 3),
        "key": Wrong(
            Layout(key=varchar("id", 8, primary=True)), instead(column("id", DataType.VarChar, ["a", "b", "x" * 9]))
        ),
    },
    "insert/json-too-long": {"": _of(DataType.JSON, _document(_LONGEST_DOCUMENT + 1), b"{}")},
    "insert/array-too-long": {"": _array(DataType.Int64, [[1, 2, 3, 4, 5], [1]])},
    "insert/array-element-kind": {
        "text-for-int64": _array(DataType.Int64, [["a"], ["b"]], DataType.VarChar),
        "int64-for-text": _array(DataType.VarChar, [[1], [2]], DataType.Int64),
    },
    "insert/array-element-out-of-range": {
        "int8": _array(DataType.Int8, [[200], [1]]),
        "varchar": _array(DataType.VarChar, [["x" * 9], ["a"]]),
    },
    "insert/dynamic-not-json": {
        "broken": _documents(b'{"a": 1'),
        "array": _documents(b"{}", b"[1]"),
        "empty": _documents(b""),
    },
    "insert/dynamic-key-meta": {"": _documents(b'{"$meta": {}}')},
    "insert/dynamic-key-of-field-refused": {"key": _documents(b'{"id": 5}'), "vector": _documents(b'{"vec": 5}')},
    "insert/dynamic-too-long": {"": _documents(_document(_LONGEST_DOCUMENT + 1))},
    "insert/sparse-length": {"": _sparse(sparse_row({0: 1.0})[:-1])},
    "insert/sparse-ill-formed": {
        "unsorted": _sparse(sparse_row({7: 1.0}) + sparse_row({1: 1.0})),
        "not-a-number": _sparse(sparse_row({1: _NAN})),
        "infinity": _sparse(sparse_row({1: _INFINITE})),
        "negative": _sparse(sparse_row({1: -1.0})),
        "index": _sparse(sparse_row({2**32 - 1: 1.0})),
    },
    "insert/valid-data-length": {"": _validity(_nullable(), [10], [True, False])},
    "insert/valid-data-unwanted": {"": _validity(field("x", DataType.Int64), NUMBERS, [True] * 3)},
}  # fmt: skip
