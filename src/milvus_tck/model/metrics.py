"""Metrics: what a query and a row are to each other. Exact, over every row."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.bm25 import bm25
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.vectors import PAIR

__all__ = ["LARGER_IS_NEARER", "as_floats", "read_query", "scores"]

#: Metrics under which the largest score is the best one; under the others it is the smallest.
LARGER_IS_NEARER = frozenset({"IP", "COSINE", "BM25"})
#: What a row that is no hit at all scores, whatever else there is.
NO_HIT = np.nan

_Bits = NDArray[np.uint8]


def as_floats(kind: Kind, rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return dense vectors of numbers as single-precision floats."""
    if kind == DataType.BFloat16Vector:
        return (rows.astype(np.uint32) << 16).view(np.float32)
    return rows if rows.dtype == np.float32 else rows.astype(np.float32)


def scores(metric: str, kind: Kind, query: Any, rows: Any) -> NDArray[np.float32]:  # noqa: ANN401 - of any kind
    """Score rows of a vector field by a query of the same kind: one number for each, NaN for what is no hit.

    Dense vectors are arrays, one row each; sparse ones bytes of pairs of index and value.
    """
    if kind == DataType.SparseFloatVector:
        found = bm25(query, list(rows)) if metric == "BM25" else _sparse_products(query, list(rows))
        return np.where(found > 0, found, NO_HIT).astype(np.float32)
    if kind == DataType.BinaryVector:
        return _OF_BITS[metric](query, rows)
    return _OF_FLOATS[metric](as_floats(kind, query), as_floats(kind, rows))


# --- numbers ---


def _squared_distances(query: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    apart = rows - query
    found: NDArray[np.float32] = np.einsum("ij,ij->i", apart, apart)
    return found


def _products(query: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows @ query


def _cosines(query: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows)) * np.sqrt(query @ query)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(lengths > 0, (rows @ query) / lengths, np.float32(0)).astype(np.float32)


_OF_FLOATS: dict[str, Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]] = {
    "L2": _squared_distances,
    "IP": _products,
    "COSINE": _cosines,
}


# --- bits ---


def _count(bits: _Bits) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.bitwise_count(bits).sum(axis=1).astype(np.float32)
    return found


def _hamming(query: _Bits, rows: _Bits) -> NDArray[np.float32]:
    return _count(query ^ rows)


def _common_share(query: _Bits, rows: _Bits) -> NDArray[np.float32]:
    either = _count(query | rows)
    return np.where(either > 0, _count(query & rows) / np.maximum(either, 1), np.float32(0))


def _jaccard(query: _Bits, rows: _Bits) -> NDArray[np.float32]:
    return np.float32(1) - _common_share(query, rows)


def _tanimoto(query: _Bits, rows: _Bits) -> NDArray[np.float32]:
    with np.errstate(divide="ignore"):
        found: NDArray[np.float32] = -np.log2(_common_share(query, rows))
    return found


def _substructure(query: _Bits, rows: _Bits) -> NDArray[np.float32]:
    """The query is a part of the row."""
    return np.where(((query & rows) == query).all(axis=1), np.float32(0), np.float32(NO_HIT))


def _superstructure(query: _Bits, rows: _Bits) -> NDArray[np.float32]:
    """The row is a part of the query."""
    return np.where(((query & rows) == rows).all(axis=1), np.float32(0), np.float32(NO_HIT))


_OF_BITS: dict[str, Callable[[_Bits, _Bits], NDArray[np.float32]]] = {
    "HAMMING": _hamming,
    "JACCARD": _jaccard,
    "TANIMOTO": _tanimoto,
    "SUBSTRUCTURE": _substructure,
    "SUPERSTRUCTURE": _superstructure,
}


# --- sparse vectors ---


def _sparse_products(query: bytes, rows: list[bytes]) -> NDArray[np.float64]:
    wanted = dict(read_query(query))
    return np.array([sum(value * wanted.get(index, 0.0) for index, value in read_query(row)) for row in rows])


def read_query(row: bytes) -> list[tuple[int, float]]:
    """Return the pairs of a sparse vector."""
    found: list[tuple[int, float]] = np.frombuffer(row, dtype=PAIR).tolist()
    return found
