"""Columns of the protocol to rows of JSON."""

import base64
from collections.abc import Mapping, Sequence

import numpy as np
import orjson

from milvus_tck.gateway.v2.operation import Failed, Plain
from milvus_tck.spec.errors import code_named
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import read_column
from milvus_tck.wire.vectors import PAIR

__all__ = ["hits_of", "keys_of", "rows_of"]

_KEY = "id"
_TORN = code_named("InvalidSearchResult")
#: Names that mean every dynamic field.
_WHOLE = frozenset({"*", "$meta"})


def rows_of(
    columns: Sequence[m.FieldData], *, integers: bool, wanted: Sequence[str] = (), count: int | None = None
) -> list[Plain]:
    """Write rows, `count` of them where that is known; the dynamic field is said as if it had fields of its own.

    Servers may answer all of the dynamic field where one name was `wanted`; others are left out. Raises `Failed` where
    columns are not of one length: nobody knows which row a value belongs to then.
    """
    everything = not wanted or not _WHOLE.isdisjoint(wanted)
    read = [read_column(each) for each in columns]
    lengths = {each.field_name: len(values) for each, values in zip(columns, read, strict=True)}
    owed = max(lengths.values(), default=0) if count is None else count
    _same_lengths(lengths, owed)
    rows: list[Plain] = [{} for _ in range(owed)]
    for each, values in zip(columns, read, strict=True):
        for row, value in zip(rows, values, strict=True):
            if each.is_dynamic and isinstance(value, bytes):
                found = orjson.loads(value or b"{}")
                told = found if isinstance(found, dict) else {}
                row.update({name: each for name, each in told.items() if everything or name in wanted})
            else:
                row[each.field_name] = _plain(each, value, integers=integers)
    return rows


def _same_lengths(lengths: Mapping[str, int], owed: int) -> None:
    torn = [f"{name} has {length}" for name, length in lengths.items() if length != owed]
    if torn:
        raise Failed(_TORN, f"fail to parse search result, error: of {owed} rows {', '.join(torn)}")


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
    """Write the hits of all queries, one after the other, each with its key and its distance.

    Raises `Failed` where keys, distances and values are not as many as hits.
    """
    keys, owed = keys_of(results.ids, integers=integers), sum(results.topks)
    _same_lengths({"ids": len(keys), "scores": len(results.scores)}, owed)
    rows = rows_of(results.fields_data, integers=integers, wanted=wanted, count=owed)
    name = results.primary_field_name or _KEY
    for row, key, score in zip(rows, keys, results.scores, strict=True):
        row[name] = key
        row["distance"] = np.float32(score)
    return rows


def keys_of(ids: m.IDs, *, integers: bool) -> list[object]:
    """Write keys: texts, or integers, which are texts where the client cannot take them."""
    if ids.WhichOneof("id_field") == "str_id":
        return list(ids.str_id.data)
    return list(ids.int_id.data) if integers else [str(each) for each in ids.int_id.data]
