"""Vector kinds: what the vectors of a load run are made of, with the metric and the index where none is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from milvus_tck.load.plan.scenario import DataPlan
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType

__all__ = ["VECTOR_KINDS", "VectorKind", "of_vector", "settled"]

_ALL = ("L2", "IP", "COSINE")
_BITS_FOR_A_NUMBER = 4


@dataclass(frozen=True, slots=True)
class VectorKind:
    """One kind of vector."""

    kind: Kind
    #: Metrics by which the neighbours of planted rows are known; the first one holds where none is named.
    metrics: tuple[str, ...] = _ALL
    #: The index where none is named.
    index: str = "AUTOINDEX"


#: Neighbours of int8 rows are known by L2 alone: by the others they lie closer together than rounding moves them.
VECTOR_KINDS: Mapping[str, VectorKind] = {
    "float32": VectorKind(DataType.FloatVector),
    "float16": VectorKind(DataType.Float16Vector),
    "bfloat16": VectorKind(DataType.BFloat16Vector),
    "int8": VectorKind(DataType.Int8Vector, ("L2",)),
    "binary": VectorKind(DataType.BinaryVector, ("HAMMING",), "BIN_FLAT"),
    "sparse": VectorKind(DataType.SparseFloatVector, ("IP",), "SPARSE_INVERTED_INDEX"),
}


def settled(data: DataPlan) -> DataPlan:
    """Fill in the metric and the index that belong to the kind; raises `ValueError` for what does not go together."""
    kind = VECTOR_KINDS[data.vector]
    metric = data.metric or kind.metrics[0]
    if data.vector != "float32" and metric not in kind.metrics:
        message = f"neighbours of {data.vector} rows are known by {' and '.join(kind.metrics)} only, not by {metric}"
        raise ValueError(message)
    if data.dataset and data.vector != "float32":
        message = f"vectors of files are float32, not {data.vector}"
        raise ValueError(message)
    return replace(data, metric=metric, index=data.index or kind.index)


def of_vector(data: DataPlan, name: str) -> DataPlan:
    """Return it with vectors of another kind; where its index cannot hold them, with the usual one of that kind.

    Bits tell less than numbers do: binary rows get four times as many dimensions. Raises `ValueError` as `settled`.
    """
    if name not in {"binary", "sparse"}:
        return settled(replace(data, vector=name))
    dim = data.dim * (_BITS_FOR_A_NUMBER if name == "binary" else 1)
    return settled(replace(data, vector=name, dim=dim, metric="", index="", index_params={}, search_params={}))
