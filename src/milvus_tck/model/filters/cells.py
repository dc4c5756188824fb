"""Reading places out of columns: whole columns at once, elements and JSON row by row."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.filters.fields import Columns
from milvus_tck.model.filters.operands import FieldPath
from milvus_tck.model.filters.truth import FALSE, UNKNOWN, Truth
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType

__all__ = ["MISSING", "every_row", "follow", "missing", "present", "rows_of", "whole_column"]


class _Missing:
    """What stands where there is no value: no such key, no such element."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()

_TYPES: dict[Kind, Any] = {DataType.Bool: np.bool_, DataType.Float: np.float32, DataType.Double: np.float64}
_TEXT = frozenset({DataType.VarChar, DataType.String})


def rows_of(columns: Columns) -> int:
    """Return how many rows there are."""
    return len(next(iter(columns.values())).values)


def present(place: FieldPath, columns: Columns) -> NDArray[np.bool_] | None:
    """Say per row whether the field is not null; `None` where no row is."""
    return columns[place.field.name].valid


def whole_column(place: FieldPath, columns: Columns) -> NDArray[Any]:
    """Return a column of plain values as an array of its type; what stands for a null is of no meaning."""
    column = columns[place.field.name]
    values = column.values
    if place.kind in _TEXT:
        return np.array(["" if value is None else value for value in values], dtype=object)
    wanted = _TYPES.get(place.kind, np.int64)
    if column.valid is None or isinstance(values, np.ndarray):
        return np.asarray(values, dtype=wanted)
    return np.array([0 if value is None else value for value in values], dtype=wanted)


def follow(value: object, path: tuple[str, ...]) -> object:
    """Return what is at a place of a JSON value, or MISSING.

    A key of digits alone is a position where there is a list, and a key where there is an object.
    """
    for key in path:
        if isinstance(value, dict):
            value = value.get(key, MISSING)
        elif isinstance(value, list) and key.isdigit() and str(int(key)) == key and int(key) < len(value):
            value = value[int(key)]
        else:
            return MISSING
    return value


def every_row(place: FieldPath, columns: Columns, judge: Callable[[Any], np.uint8]) -> Truth:
    """Judge what is at a place, row by row; a row whose field is null is unknown."""
    column = columns[place.field.name]
    valid = column.valid
    found = np.full(len(column.values), UNKNOWN)
    for row, value in enumerate(column.values):
        if valid is not None and not valid[row]:
            continue
        if place.field.kind == DataType.Array and place.path:
            index = int(place.path[0])
            found[row] = judge(value[index] if index < len(value) else MISSING)
        else:
            found[row] = judge(follow(value, place.path))
    return found


def missing(unknown: bool) -> np.uint8:  # noqa: FBT001 - the rule itself
    """Return what a comparison with nothing comes to."""
    return UNKNOWN if unknown else FALSE
