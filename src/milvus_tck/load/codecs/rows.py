"""Rows of the high-level REST and columns of gRPC, each from the other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from milvus_tck.wire.columns import SCALAR_SLOT, column
from milvus_tck.wire.messages import DataType, FieldData

__all__ = ["columns_of", "ids_of", "rows_of"]


def rows_of(columns: Iterable[FieldData]) -> list[dict[str, Any]]:
    """Return the rows of columns of numbers, texts and float vectors; raises `ValueError` for others."""
    named = {each.field_name: _values(each) for each in columns}
    return [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]


def _values(given: FieldData) -> Sequence[Any]:
    if given.type == DataType.FloatVector:
        return list(np.asarray(given.vectors.float_vector.data, dtype=np.float32).reshape(-1, given.vectors.dim))
    if given.type not in SCALAR_SLOT or given.type in {DataType.JSON, DataType.Array}:
        message = f"column {given.field_name!r} is of a type that rows are not made of here"
        raise ValueError(message)
    values: Sequence[Any] = getattr(given.scalars, SCALAR_SLOT[given.type]).data
    return values


def columns_of(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> list[FieldData]:
    """Return columns of 64-bit integers, which is all that a load run reads back."""
    return [column(name, DataType.Int64, ids_of(row[name] for row in rows)) for name in names]


def ids_of(values: Iterable[Any]) -> list[int]:
    """Read ids, which stand as numbers or as texts."""
    return [int(each) for each in values]
