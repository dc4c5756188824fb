"""Columns: what is written in numpy or plain values comes back, byte for byte where bytes are the promise."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from milvus_tck.wire.columns import column, dynamic_column, read_column
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, FloatArray, ScalarField, VectorArray, VectorField
from milvus_tck.wire.vectors import sparse_row

_INT32 = st.integers(-(2**31), 2**31 - 1)
_FLOAT32 = st.floats(width=32, allow_nan=False)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
#: Each scalar type, where its values stand on the wire, and values of it.
SCALARS: dict[str, tuple[Kind, str, st.SearchStrategy[Any]]] = {
    "Bool": (DataType.Bool, "bool_data", st.booleans()),
    "Int8": (DataType.Int8, "int_data", st.integers(-128, 127)),
    "Int16": (DataType.Int16, "int_data", st.integers(-(2**15), 2**15 - 1)),
    "Int32": (DataType.Int32, "int_data", _INT32),
    "Int64": (DataType.Int64, "long_data", st.integers(-(2**63), 2**63 - 1)),
    "Float": (DataType.Float, "float_data", _FLOAT32),
    "Double": (DataType.Double, "double_data", st.floats(allow_nan=False)),
    "String": (DataType.String, "string_data", _TEXT),
    "VarChar": (DataType.VarChar, "string_data", _TEXT),
    "Text": (DataType.Text, "string_data", _TEXT),
    "JSON": (DataType.JSON, "json_data", st.binary(max_size=20)),
    "Geometry": (DataType.Geometry, "geometry_wkt_data", _TEXT),
    "Timestamptz": (DataType.Timestamptz, "string_data", _TEXT),
}
#: Each vector type that packs its rows into bytes: its slot, its number type, dimensions and bytes per number.
PACKED: dict[str, tuple[Kind, str, str, int, int]] = {
    "BinaryVector": (DataType.BinaryVector, "binary_vector", "u1", 8, 1),
    "Float16Vector": (DataType.Float16Vector, "float16_vector", "<f2", 1, 2),
    "BFloat16Vector": (DataType.BFloat16Vector, "bfloat16_vector", "<u2", 1, 2),
    "Int8Vector": (DataType.Int8Vector, "int8_vector", "i1", 1, 1),
}
_SHAPES = stn.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5)


def _sent(data: FieldData) -> FieldData:
    """What the other side parses."""
    return FieldData.FromString(data.SerializeToString())


@pytest.mark.parametrize("name", SCALARS)
@given(data=st.data())
def test_scalars_come_back(name: str, data: st.DataObject) -> None:
    """Each scalar type travels in its own slot, one value per row, and nothing is lost on the way."""
    kind, slot, values = SCALARS[name]
    given_values = data.draw(st.lists(values, min_size=1))
    sent = _sent(column("c", kind, given_values))
    assert (sent.field_name, sent.type, sent.scalars.WhichOneof("data")) == ("c", kind, slot)
    assert list(getattr(sent.scalars, slot).data) == given_values == read_column(sent)


@pytest.mark.parametrize("name", sorted(SCALARS.keys() - {"JSON"}))
@given(data=st.data())
def test_arrays_come_back(name: str, data: st.DataObject) -> None:
    """An Array column names its element's type and holds one scalar field per row, of that slot even if empty."""
    element, slot, values = SCALARS[name]
    rows = data.draw(st.lists(st.lists(values, max_size=4), min_size=1, max_size=4))
    sent = _sent(column("c", DataType.Array, rows, element=element))
    assert sent.scalars.array_data.element_type == element
    assert [each.WhichOneof("data") for each in sent.scalars.array_data.data] == [slot] * len(rows)
    assert read_column(sent) == rows


@given(stn.arrays(np.float32, _SHAPES, elements=stn.from_dtype(np.dtype(np.float32), allow_nan=False)))
def test_float_vectors_come_back(rows: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    """Float vectors travel end to end, dim numbers each."""
    sent = _sent(column("v", DataType.FloatVector, rows))
    assert (sent.type, sent.vectors.dim) == (DataType.FloatVector, rows.shape[1])
    assert list(sent.vectors.float_vector.data) == rows.ravel().tolist()
    assert read_column(sent) == [tuple(row) for row in rows.tolist()]


@pytest.mark.parametrize("name", PACKED)
@given(data=st.data())
def test_packed_vectors_come_back(name: str, data: st.DataObject) -> None:
    """Vectors of other numbers travel as bytes end to end, little-endian; a binary one counts dim in bits."""
    kind, slot, numbers, bits, size = PACKED[name]
    rows = data.draw(stn.arrays(np.dtype(numbers), _SHAPES))
    sent = _sent(column("v", kind, rows))
    assert (sent.type, sent.vectors.dim, sent.vectors.WhichOneof("data")) == (kind, rows.shape[1] * bits, slot)
    read = read_column(sent)
    assert read == [row.tobytes() for row in rows]
    assert {len(row) for row in read} == {rows.shape[1] * size}


@given(st.lists(st.dictionaries(st.integers(0, 2**32 - 2), st.floats(0, width=32), max_size=5), min_size=1, max_size=4))
def test_sparse_vectors_come_back(rows: list[dict[int, float]]) -> None:
    """A sparse vector is pairs of a 32-bit index and a 32-bit float, indices ascending; dim lies above the largest."""
    sent = _sent(column("v", DataType.SparseFloatVector, [sparse_row(row) for row in rows]))
    read = read_column(sent)
    assert [list(struct.iter_unpack("<If", row)) for row in read] == [sorted(row.items()) for row in rows]
    assert sent.vectors.dim == max((index + 1 for row in rows for index in row), default=0)


def test_bits_of_a_binary_vector() -> None:
    """The first dimension of a binary vector is the most significant bit of its first byte."""
    sent = column("v", DataType.BinaryVector, np.packbits([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]], axis=1))
    assert sent.vectors.binary_vector == b"\x80\x01"
    assert sent.vectors.dim == 16


def test_a_number_in_little_endian() -> None:
    """The bytes of a half-precision number come with the least significant one first."""
    sent = column("v", DataType.Float16Vector, np.array([[1.0]]))
    assert sent.vectors.float16_vector == struct.pack("<e", 1.0)


def test_the_dynamic_column() -> None:
    """Dynamic fields travel in one JSON column without a name that is marked as dynamic."""
    sent = _sent(dynamic_column([b'{"a": 1}', b"{}"]))
    assert (sent.type, sent.field_name, sent.is_dynamic) == (DataType.JSON, "", True)
    assert read_column(sent) == [b'{"a": 1}', b"{}"]


def test_an_empty_column_has_no_rows() -> None:
    """A column without data, of scalars, vectors or neither, reads as no rows."""
    assert read_column(FieldData()) == []
    assert read_column(FieldData(scalars=ScalarField())) == []
    assert read_column(FieldData(vectors=VectorField(dim=4))) == []
    assert read_column(column("v", DataType.FloatVector, np.zeros((0, 4)))) == []


@given(st.lists(st.one_of(st.none(), st.integers(1, 9)), min_size=1))
def test_null_rows_read_as_none(rows: list[int | None]) -> None:
    """A row that valid_data marks as null is none, whether its place in the data is kept or left out."""
    valid = [row is not None for row in rows]
    kept = column("c", DataType.Int64, [row or 0 for row in rows])
    left_out = column("c", DataType.Int64, [row for row in rows if row is not None])
    for each in (kept, left_out):
        each.valid_data.extend(valid)
        assert read_column(_sent(each)) == rows


def test_null_rows_that_do_not_fit_are_refused() -> None:
    """Flags for another number of rows than there are say nothing about which are null."""
    data = column("c", DataType.Int64, [1, 2, 3])
    data.valid_data.extend([True, False])
    with pytest.raises(ValueError, match="3 values of 2 rows"):
        read_column(data)


@pytest.mark.parametrize("dim", [0, -1, 3])
def test_data_that_makes_no_vectors_is_refused(dim: int) -> None:
    """Vectors whose data does not divide by their dimension are no rows, and are never read as some."""
    for written in (
        VectorField(dim=dim, int8_vector=b"12345"),
        VectorField(dim=dim, binary_vector=b"12345"),
        VectorField(dim=dim, bfloat16_vector=b"12345"),
        VectorField(dim=dim, float_vector=FloatArray(data=[1, 2, 3, 4, 5])),
    ):
        with pytest.raises(ValueError, match=f"no vectors of dimension {dim}"):
            read_column(FieldData(vectors=written))


def test_a_list_of_vectors_per_row() -> None:
    """An ArrayOfVector column reads as the vectors of each row."""
    inner = column("", DataType.FloatVector, [[1, 2], [3, 4]]).vectors
    data = FieldData(vectors=VectorField(dim=2, vector_array=VectorArray(dim=2, data=[inner])))
    assert read_column(data) == [[(1.0, 2.0), (3.0, 4.0)]]


def test_a_value_that_does_not_fit_is_refused() -> None:
    """A value that the slot cannot hold is an error where it is written, never another value."""
    with pytest.raises(ValueError, match="out of range"):
        column("c", DataType.Int8, [2**31])
    with pytest.raises(KeyError):
        column("c", Kind(77), [1])
