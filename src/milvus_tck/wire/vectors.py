"""Vectors on the wire: rows of an array to `VectorField`, and back.

The vectors of all rows travel end to end. A binary vector packs eight dimensions into a
byte with the first one in the most significant bit; a sparse one is a row of bytes,
pairs of index and value with the indices ascending.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, VectorField
from milvus_tck.wire.unreadable import UnreadableAnswerError

__all__ = ["BITS", "FLOAT", "PACKED", "PAIR", "VECTORS", "count_vectors", "read_vectors", "sparse_row", "write_vectors"]

#: Numbers of a float vector.
FLOAT = np.dtype("<f4")
#: Where vectors that travel as bytes stand, and what their numbers are; a bfloat16 is given by its bits.
PACKED: dict[Kind, tuple[str, np.dtype[Any]]] = {
    DataType.BinaryVector: ("binary_vector", np.dtype("u1")),
    DataType.Float16Vector: ("float16_vector", np.dtype("<f2")),
    DataType.BFloat16Vector: ("bfloat16_vector", np.dtype("<u2")),
    DataType.Int8Vector: ("int8_vector", np.dtype("i1")),
}
#: Every type of a vector field.
VECTORS = frozenset({DataType.FloatVector, DataType.SparseFloatVector, *PACKED})
#: One entry of a sparse vector.
PAIR = np.dtype([("index", "<u4"), ("value", "<f4")])
#: Dimensions of a binary vector in one byte.
BITS = 8


def write_vectors(kind: Kind, rows: Sequence[bytes] | NDArray[Any]) -> VectorField:
    """Write vectors of type `kind`: an array of shape (rows, dim), for binary ones (rows, dim / 8).

    Sparse vectors come as the bytes that `sparse_row` makes, one for each row.
    """
    if kind == DataType.SparseFloatVector:
        return _sparse(rows)
    if kind == DataType.FloatVector:
        floats = np.asarray(rows, dtype=FLOAT)
        written = VectorField(dim=floats.shape[1])
        written.float_vector.data.extend(floats.ravel().tolist())
        return written
    slot, numbers = PACKED[kind]
    packed = np.asarray(rows, dtype=numbers)
    dim = packed.shape[1] * (BITS if kind == DataType.BinaryVector else 1)
    written = VectorField(dim=dim)
    setattr(written, slot, packed.tobytes())
    return written


def sparse_row(values: Mapping[int, float]) -> bytes:
    """Write one sparse vector from its values by index, in ascending order of the index."""
    return np.array(sorted(values.items()), dtype=PAIR).tobytes()


def _sparse(rows: Sequence[bytes] | NDArray[Any]) -> VectorField:
    written = VectorField()
    written.sparse_float_vector.contents.extend(rows)
    ends = [int(np.frombuffer(row, dtype=PAIR)["index"].max()) + 1 for row in rows if len(row)]
    written.dim = written.sparse_float_vector.dim = max(ends, default=0)
    return written


def read_vectors(vectors: VectorField) -> list[Any]:
    """Split vectors by row: floats as tuples of numbers, all others as bytes.

    Raises `UnreadableAnswerError` where the data does not divide into vectors of the dimension.
    """
    slot = vectors.WhichOneof("data")
    if slot is None:
        return []
    if slot == "sparse_float_vector":
        return list(vectors.sparse_float_vector.contents)
    if slot == "vector_array":
        return [read_vectors(each) for each in vectors.vector_array.data]
    flat = _flat(vectors, slot)
    size = _size(slot, vectors.dim)
    if count_vectors(vectors) is None:
        message = f"{slot} holds {len(flat)} values, which are no vectors of dimension {vectors.dim}"
        raise UnreadableAnswerError(message)
    rows = (flat[start : start + size] for start in range(0, len(flat), size))
    return [row if isinstance(row, bytes) else tuple(row) for row in rows]


def count_vectors(vectors: VectorField) -> int | None:
    """Count the rows; `None` where the data does not divide into vectors of the dimension."""
    slot = vectors.WhichOneof("data")
    if slot is None:
        return 0
    if slot == "sparse_float_vector":
        return len(vectors.sparse_float_vector.contents)
    if slot == "vector_array":
        return len(vectors.vector_array.data)
    length, size = len(_flat(vectors, slot)), _size(slot, vectors.dim)
    if not length:
        return 0
    return length // size if size > 0 and length % size == 0 else None


def _flat(vectors: VectorField, slot: str) -> Sequence[float] | bytes:
    found = getattr(vectors, slot)
    return found if isinstance(found, bytes) else found.data


def _size(slot: str, dim: int) -> int:
    """How many values, or bytes, one vector takes."""
    return {"float_vector": dim, "binary_vector": dim // BITS, "int8_vector": dim}.get(slot, 2 * dim)
