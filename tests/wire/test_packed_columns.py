"""Columns without a Python loop: the protobuf parser reads the same message that it reads from the slow way."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from milvus_tck.wire import InsertColumn, Ragged, SparseRows
from milvus_tck.wire.columns import SCALAR_SLOT, Values, column, dynamic_column
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.packed_columns import encode_column
from milvus_tck.wire.vectors import VECTORS, sparse_row
from milvus_tck.wire.wire_format import pack_varints
from tests.wire.test_columns import PACKED, SCALARS

_SHAPES = stn.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
_DTYPES = {"Bool": "?", "Int8": "i1", "Int16": "i2", "Int32": "i4", "Int64": "i8", "Float": "f4", "Double": "f8"}


def _read(given_column: InsertColumn) -> FieldData:
    return FieldData.FromString(b"".join(encode_column(given_column)))


def test_every_type_is_tried() -> None:
    """The tests here try each type that the slow way can write."""
    tried = {kind for kind, _, _ in SCALARS.values()} | {kind for kind, *_ in PACKED.values()}
    assert tried | {DataType.FloatVector, DataType.SparseFloatVector} == {*SCALAR_SLOT, *VECTORS}


@pytest.mark.parametrize("name", SCALARS)
@given(data=st.data())
def test_scalars(name: str, data: st.DataObject) -> None:
    """A column of scalars, given as a list, reads as the parser reads it from protobuf's own serializer."""
    kind, _, values = SCALARS[name]
    given_values = data.draw(st.lists(values, min_size=1, max_size=300))
    assert _read(InsertColumn("c", kind, given_values)) == column("c", kind, given_values)


@pytest.mark.parametrize("name", _DTYPES)
@given(data=st.data())
def test_arrays_of_scalars(name: str, data: st.DataObject) -> None:
    """A column of numbers, given as an array of any order in memory, reads the same."""
    kind = SCALARS[name][0]
    array = data.draw(
        stn.arrays(
            np.dtype(_DTYPES[name]),
            st.integers(1, 300),
            elements={"allow_nan": False} if _DTYPES[name][0] == "f" else None,
        )
    )
    assert _read(InsertColumn("c", kind, array)) == column("c", kind, array)
    assert _read(InsertColumn("c", kind, array[::-2])) == column("c", kind, array[::-2])


#: A text in a numpy array cannot end with NUL, which is what numpy pads it with.
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)


@given(stn.arrays(np.dtype("U9"), st.integers(1, 20), elements=_TEXTS))
def test_texts_in_an_array(texts: np.ndarray[Any, np.dtype[np.str_]]) -> None:
    """Texts may come in a numpy array, of text or of bytes."""
    assert _read(InsertColumn("c", DataType.VarChar, texts)) == column("c", DataType.VarChar, texts)
    raw = np.char.encode(texts, "utf-8")
    assert list(_read(InsertColumn("c", DataType.VarChar, raw)).scalars.string_data.data) == [
        each.decode() for each in raw.tolist()
    ]


@pytest.mark.parametrize("name", sorted(SCALARS.keys() - {"JSON"}))
@given(data=st.data())
def test_array_columns(name: str, data: st.DataObject) -> None:
    """An Array column reads the same, as a list of rows or as rows end to end, empty ones too."""
    element, _, values = SCALARS[name]
    rows = data.draw(st.lists(st.lists(values, max_size=40), min_size=1, max_size=6))
    expected = column("c", DataType.Array, rows, element=element)
    assert _read(InsertColumn("c", DataType.Array, rows, element=element)) == expected
    ragged = Ragged([each for row in rows for each in row], np.array([len(row) for row in rows]))
    assert _read(InsertColumn("c", DataType.Array, ragged, element=element)) == expected


@pytest.mark.parametrize("name", _DTYPES)
@given(data=st.data())
def test_array_columns_in_arrays(name: str, data: st.DataObject) -> None:
    """The rows of an Array column may be those of one array, or arrays each."""
    element = SCALARS[name][0]
    square = data.draw(
        stn.arrays(
            np.dtype(_DTYPES[name]),
            stn.array_shapes(min_dims=2, max_dims=2),
            elements={"allow_nan": False} if _DTYPES[name][0] == "f" else None,
        )
    )
    expected = column("c", DataType.Array, square, element=element)
    assert _read(InsertColumn("c", DataType.Array, square, element=element)) == expected
    assert _read(InsertColumn("c", DataType.Array, list(square), element=element)) == expected


@given(stn.arrays(np.float32, _SHAPES, elements={"allow_nan": False}))
def test_float_vectors(rows: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    """Float vectors read the same, whatever their order in memory and the size of their numbers."""
    for each in (rows, np.asfortranarray(rows), rows.astype(np.float64), rows[::2], rows.T):
        assert _read(InsertColumn("v", DataType.FloatVector, each)) == column("v", DataType.FloatVector, each)


@pytest.mark.parametrize("name", PACKED)
@given(data=st.data())
def test_packed_vectors(name: str, data: st.DataObject) -> None:
    """Vectors that travel as bytes read the same."""
    kind, _, numbers, *_ = PACKED[name]
    rows = data.draw(stn.arrays(np.dtype(numbers), _SHAPES))
    for each in (rows, np.asfortranarray(rows), rows[::2]):
        assert _read(InsertColumn("v", kind, each)) == column("v", kind, each)


@given(
    st.lists(st.dictionaries(st.integers(0, 2**32 - 2), st.floats(0, width=32), max_size=60), min_size=1, max_size=4)
)
def test_sparse_vectors(rows: list[dict[int, float]]) -> None:
    """Sparse vectors read the same, given as bytes or as all indices and all values end to end; empty ones too."""
    raw = [sparse_row(row) for row in rows]
    expected = column("v", DataType.SparseFloatVector, raw)
    pairs = [pair for row in rows for pair in sorted(row.items())]
    indices = np.array([index for index, _ in pairs], dtype=np.uint32)
    values = np.array([value for _, value in pairs], dtype=np.float32)
    for each in (raw, SparseRows(indices, values, np.array([len(row) for row in rows]))):
        assert _read(InsertColumn("v", DataType.SparseFloatVector, each)) == expected


@given(st.lists(st.booleans(), min_size=1))
def test_rows_without_a_value(valid: list[bool]) -> None:
    """A nullable column carries one flag for each row, and values for those that have one."""
    values = np.arange(sum(valid))
    expected = column("c", DataType.Int64, values)
    expected.valid_data.extend(valid)
    given_column = InsertColumn("c", DataType.Int64, values, valid=np.array(valid))
    assert (_read(given_column), given_column.rows) == (expected, len(valid))


def test_the_dynamic_column() -> None:
    """The undeclared fields travel as JSON in a column without a name that is marked as dynamic."""
    rows = [b'{"a": 1}', b"{}"]
    assert _read(InsertColumn("", DataType.JSON, rows, dynamic=True)) == dynamic_column(rows)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_varints(values: list[int]) -> None:
    """Each number takes as many bytes as said, seven bits in each, the lowest ones first."""
    raw, sizes = pack_varints(np.array(values, dtype=np.int64))
    ends = np.cumsum(sizes).tolist()
    read = [_number(bytes(raw[start:end])) for start, end in zip([0, *ends], ends, strict=False)]
    assert read == values
    assert sum(sizes) == len(raw)


def _number(raw: bytes) -> int:
    assert all(byte & 0x80 for byte in raw[:-1])
    assert not raw[-1] & 0x80
    value = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(raw))
    (signed,) = struct.unpack("<q", value.to_bytes(8, "little"))
    return int(signed)


def test_vectors_are_not_copied() -> None:
    """The piece that holds float vectors is the memory of the array itself, and so are those of other vectors."""
    for kind, dtype in ((DataType.FloatVector, "<f4"), (DataType.Float16Vector, "<f2"), (DataType.Int8Vector, "i1")):
        rows = np.ones((100, 8), dtype=dtype)
        views = [each for each in encode_column(InsertColumn("v", kind, rows)) if isinstance(each, memoryview)]
        assert [np.shares_memory(np.frombuffer(each, "u1"), rows) for each in views] == [True]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (DataType.Int8, [2**31]),
        (DataType.Int32, np.array([-(2**31) - 1])),
        (DataType.Int64, np.array([2**63], dtype=np.uint64)),
        (DataType.Int8Vector, np.array([[128]])),
        (DataType.BinaryVector, np.array([[256]])),
        (DataType.BFloat16Vector, np.array([[1.5]])),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kind: Kind, values: Values) -> None:
    """A value that the type cannot hold is an error, never another value."""
    with pytest.raises(ValueError, match=r"out of range|do not fit"):
        encode_column(InsertColumn("c", kind, values))


def test_numbers_of_another_sort_are_refused() -> None:
    """A fraction is no integer."""
    with pytest.raises(TypeError, match="integer column"):
        encode_column(InsertColumn("c", DataType.Int64, [1.5]))
