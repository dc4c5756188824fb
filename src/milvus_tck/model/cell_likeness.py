"""Whether a value that came back is the one that is stored: documents by what they hold, moments by when they are."""

import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from milvus_tck.model.columns import META
from milvus_tck.wire.columns import read_column
from milvus_tck.wire.messages import DataType, FieldData

__all__ = ["same_columns"]


def same_columns(own: FieldData, other: FieldData, asked: Sequence[str]) -> str:
    """Say why a column is not the one that was asked for, row by row; empty where it is.

    `asked` are the output fields: of the dynamic fields of a row those that were named have to come, and others may.
    """
    if other.type != own.type:
        return f"the column {own.field_name} is of the type {other.type} and not {own.type}"
    stored, found = read_column(own), read_column(other)
    if len(stored) != len(found):
        return f"the column {own.field_name} has {len(found)} rows and not {len(stored)}"
    named = None if own.field_name in asked or "*" in asked else set(asked)
    same = _alike(own, named)
    wrong = next((pair for pair in zip(stored, found, strict=True) if not same(*pair)), None)
    return "" if wrong is None else f"the column {own.field_name} has {wrong[1]!r} and not {wrong[0]!r}"


def _alike(column: FieldData, named: set[str] | None) -> Callable[[Any, Any], bool]:
    if column.field_name == META:
        return lambda stored, found: _same_fields(json.loads(stored), json.loads(found), named)
    if column.type == DataType.JSON:
        return lambda stored, found: stored == found or _read(stored) == _read(found)
    if column.type == DataType.Timestamptz:
        return lambda stored, found: stored == found or _moment(stored) == _moment(found)
    if column.type == DataType.Geometry:
        return lambda stored, found: stored == found or _shape(stored) == _shape(found)
    return lambda stored, found: bool(stored == found) or _both_no_numbers(stored, found)


def _both_no_numbers(stored: object, found: object) -> bool:
    """Tell whether two values are NaN, which lines before 2.4 store: it is not equal to itself."""
    return isinstance(stored, float) and isinstance(found, float) and math.isnan(stored) and math.isnan(found)


def _same_fields(stored: dict[str, Any], found: dict[str, Any], named: set[str] | None) -> bool:
    """Tell whether a row came with the dynamic fields that were named, and with none that it does not have."""
    wanted = stored.keys() if named is None else stored.keys() & named
    return wanted <= found.keys() <= stored.keys() and all(found[key] == stored[key] for key in found)


def _read(document: bytes | None) -> object:
    return None if document is None else json.loads(document)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _shape(text: str | None) -> str | None:
    return None if text is None else text.replace(" (", "(").replace(", ", ",").upper()
