"""Kinds of vectors: a field of each, an index that fits, vectors that follow from keys, and a query for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from milvus_tck.wire import messages as m
from milvus_tck.wire.kinds import Kind, Placeholder
from milvus_tck.wire.messages import DataType, FieldSchema, PlaceholderType
from milvus_tck.wire.schema import field, vector
from milvus_tck.wire.search import TAG
from milvus_tck.wire.vectors import sparse_row

__all__ = ["BITS", "BRAIN_HALVES", "BYTES", "DIM", "FLOATS", "HALVES", "SPARSE", "VectorKind"]

#: Dimensions of vectors of numbers; binary ones have eight times as many.
DIM = 4


@dataclass(frozen=True)
class VectorKind:
    """A kind of vector, in a field named `vec`."""

    schema: FieldSchema
    index: str
    metric: str
    #: Placeholder of a query that finds every row, and the bytes of it.
    placeholder: Placeholder
    query: bytes
    params: Mapping[str, int] | None = None

    @property
    def type(self) -> Kind:
        """The type of the field."""
        return self.schema.data_type

    @property
    def group(self) -> bytes:
        """The query as a search wants it."""
        holder = m.PlaceholderValue(tag=TAG, type=self.placeholder, values=[self.query])
        return m.PlaceholderGroup(placeholders=[holder]).SerializeToString()

    def values(self, keys: Sequence[int]) -> Any:  # noqa: ANN401 - as a column of the kind wants them
        """Make a vector of each key."""
        if self.type == DataType.SparseFloatVector:
            return [sparse_row({0: 1.0, 1 + key % 100: 0.5}) for key in keys]
        numbers = np.array([[key % 100 + place for place in range(DIM)] for key in keys])
        return numbers if self.type in {DataType.FloatVector, DataType.Float16Vector} else numbers.astype(np.uint8)


FLOATS = VectorKind(vector("vec", DIM), "FLAT", "L2", PlaceholderType.FloatVector, bytes(4 * DIM))
BITS = VectorKind(
    vector("vec", 8 * DIM, DataType.BinaryVector), "BIN_FLAT", "HAMMING", PlaceholderType.BinaryVector, bytes(DIM)
)
HALVES = VectorKind(
    vector("vec", DIM, DataType.Float16Vector), "FLAT", "L2", PlaceholderType.Float16Vector, bytes(2 * DIM)
)
BRAIN_HALVES = VectorKind(
    vector("vec", DIM, DataType.BFloat16Vector), "FLAT", "L2", PlaceholderType.BFloat16Vector, bytes(2 * DIM)
)
BYTES = VectorKind(
    vector("vec", DIM, DataType.Int8Vector),
    "HNSW",
    "L2",
    PlaceholderType.Int8Vector,
    bytes(DIM),
    {"M": 8, "efConstruction": 64},
)
SPARSE = VectorKind(
    field("vec", DataType.SparseFloatVector),
    "SPARSE_INVERTED_INDEX",
    "IP",
    PlaceholderType.SparseFloatVector,
    sparse_row({0: 1.0}),
)
