"""Exact scores of rows for a query, as servers tell them: what the bounds of a range are made of."""

import numpy as np
from numpy.typing import NDArray

from milvus_tck.load.data.dataset import Dataset, Ids, Numbers, Queries
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.packed_columns import SparseRows
from milvus_tck.wire.vectors import PAIR

__all__ = ["DISTANCES", "Scores", "exact_scores"]

Scores = NDArray[np.float64]
#: Metrics by which the nearest row has the least score.
DISTANCES = frozenset({"L2", "HAMMING"})


def exact_scores(dataset: Dataset, query: Queries, rows: Ids, metric: str) -> Scores:
    """Return the score of each row: L2 squared, IP and COSINE as they are, HAMMING in bits."""
    if not len(rows):
        return np.empty(0)
    found = [dataset.vectors(row, row + 1) for row in rows.tolist()]
    if isinstance(query, list):
        return np.array([_product(query[0], each) for each in found if isinstance(each, SparseRows)])
    table = np.concatenate([each for each in found if not isinstance(each, SparseRows)])
    if dataset.kind == DataType.BinaryVector:
        differing: Numbers = np.bitwise_xor(table, query).astype(np.uint8)
        bits: Scores = np.unpackbits(differing, axis=1).sum(axis=1).astype(np.float64)
        return bits
    return _of_numbers(_plain(table, dataset), _plain(query, dataset)[0], metric)


def _product(query: bytes, row: SparseRows) -> float:
    """Return the inner product of two sparse vectors."""
    asked = np.frombuffer(query, dtype=PAIR)
    _, ours, theirs = np.intersect1d(asked["index"], row.indices, assume_unique=True, return_indices=True)
    return float((asked["value"][ours].astype(np.float64) * np.asarray(row.values, np.float64)[theirs]).sum())


def _plain(table: Numbers, dataset: Dataset) -> Scores:
    """Return vectors as plain numbers; a bfloat16 is the upper half of a float32."""
    if dataset.kind == DataType.BFloat16Vector:
        return (table.astype("<u4") << 16).view("<f4").astype(np.float64)
    return table.astype(np.float64)


def _of_numbers(table: Scores, query: Scores, metric: str) -> Scores:
    found: Scores
    if metric == "L2":
        found = ((table - query) ** 2).sum(axis=1)
    elif metric == "IP":
        found = table @ query
    else:
        found = table @ query / (np.linalg.norm(table, axis=1) * np.linalg.norm(query))
    return found
