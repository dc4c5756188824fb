"""Columns of the protocol to rows of JSON."""

import base64
from collections.abc import Sequence

import numpy as np
import orjson

from milvus_tck.gateway.v2.operation import Plain
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import read_column
from milvus_tck.wire.vectors import PAIR

__all__ = ["hits_of", "keys_of", "rows_of"]

_KEY = "id"
#: Names that mean every dynamic field.
_WHOLE = frozenset({"*", "$meta"})


def rows_of(
    columns: Sequence[m.FieldData], *, integers: bool, wanted: Sequence[str] = (), count: int = 0
) -> list[Plain]:
    """Write rows, at least `count`; what stands in the dynamic field is said as if it had fields of its own.

    Servers may answer all of the dynamic field where one name was `wanted`; others are left out.
    """
    everything = not wanted or not _WHOLE.isdisjoint(wanted)
    read = [read_column(each) for each in columns]
    rows: list[Plain] = [{} for _ in range(max([count, *map(len, read)]))]
    for each, values in zip(columns, read, strict=True):
        for row, value in zip(rows, values, strict=False):
            if each.is_dynamic and isinstance(value, bytes):
                found = orjson.loads(value or b"{}")
                told = found if isinstance(found, dict) else {}
                row.update({name: each for name, each in told.items() if everything or name in wanted})
            else:
                row[each.field_name] = _plain(each, value, integers=integers)
    return rows


def _plain(data: m.FieldData, value: object, *, integers: bool) -> object:
    """Write one value as JSON has it."""
    kind = data.type
    if value is None:
        return None
    if kind == m.DataType.Int64:
        return value if integers else str(value)
    if kind == m.DataType.JSON and isinstance(value, bytes):
        return value.decode(errors="replace")  # a text, as Milvus answers it
    if isinstance(value, tuple):
        return np.asarray(value, dtype="<f4")
    if isinstance(value, bytes):
        return _vector(kind, value)
    return value


def _vector(kind: int, value: bytes) -> object:
    if kind == m.DataType.SparseFloatVector:
        pairs = np.frombuffer(value, dtype=PAIR)
        return {str(index): float(each) for index, each in zip(pairs["index"], pairs["value"], strict=True)}
    if kind == m.DataType.Int8Vector:
        return np.frombuffer(value, dtype="i1").tolist()
    return base64.b64encode(value).decode()


def hits_of(results: m.SearchResultData, *, integers: bool, wanted: Sequence[str] = ()) -> list[Plain]:
    """Write the hits of all queries, one after the other, each with its key and its distance."""
    keys = keys_of(results.ids, integers=integers)
    rows = rows_of(results.fields_data, integers=integers, wanted=wanted, count=len(keys))
    name = results.primary_field_name or _KEY
    for row, key, score in zip(rows, keys, results.scores, strict=False):
        row[name] = key
        row["distance"] = np.float32(score)
    return rows


def keys_of(ids: m.IDs, *, integers: bool) -> list[object]:
    """Write keys: texts, or integers, which are texts where the client cannot take them."""
    if ids.WhichOneof("id_field") == "str_id":
        return list(ids.str_id.data)
    return list(ids.int_id.data) if integers else [str(each) for each in ids.int_id.data]
