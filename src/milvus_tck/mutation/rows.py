"""Operators on the rows of a search: they keep ids, scores and columns in step, unless that is their point."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from milvus_tck.mutation.context import Arguments, Change, OperatorContext
from milvus_tck.wire.messages import FieldData, SearchResultData

__all__ = ["ROWS"]


def _data(context: OperatorContext) -> SearchResultData:
    found: SearchResultData = context.message.results  # type: ignore[attr-defined] # of SearchResults
    return found


def _queries(data: SearchResultData) -> list[list[int]]:
    """List the places of each query's hits."""
    start, found = 0, []
    for count in data.topks:
        found.append(list(range(start, start + count)))
        start += count
    return found


def _arrange(data: SearchResultData, hits: Sequence[Sequence[int]]) -> None:
    """Write the hits of every query anew: the rows at these places."""
    rows = [place for query in hits for place in query]
    _pick(data.scores, rows, 1)
    _pick(data.distances, rows, 1)
    for ids in (data.ids.int_id.data, data.ids.str_id.data):
        _pick(ids, rows, 1)
    for column in data.fields_data:
        _pick_column(column, rows)
    del data.topks[:]
    data.topks.extend(len(query) for query in hits)


def _pick(values: Any, rows: Sequence[int], width: int) -> None:  # noqa: ANN401 - a repeated member
    if not len(values):
        return
    kept = [values[place * width + offset] for place in rows for offset in range(width)]
    del values[:]
    values.extend(kept)


def _pick_column(column: FieldData, rows: Sequence[int]) -> None:
    if column.WhichOneof("field") == "scalars":
        kind = column.scalars.WhichOneof("data")
        if kind:
            _pick(getattr(column.scalars, kind).data, rows, 1)
        _pick(column.valid_data, rows, 1)
        return
    dim = column.vectors.dim
    if column.vectors.HasField("float_vector"):
        _pick(column.vectors.float_vector.data, rows, dim)
    elif column.vectors.HasField("binary_vector"):
        packed, width = column.vectors.binary_vector, dim // 8
        column.vectors.binary_vector = b"".join(packed[place * width : (place + 1) * width] for place in rows)


def _each_query(change: Callable[[list[int]], list[int]], context: OperatorContext, _: Arguments) -> None:
    data = _data(context)
    _arrange(data, [change(hits) for hits in _queries(data)])


def _ghost(context: OperatorContext, _: Arguments) -> None:
    """Let every query that has hits find a row more, under a key of its own."""
    data = _data(context)
    _arrange(data, [[*hits, *hits[-1:]] for hits in _queries(data)])
    for hits in _queries(data):
        if hits and data.ids.int_id.data:
            data.ids.int_id.data[hits[-1]] += 1
        elif hits:
            data.ids.str_id.data[hits[-1]] += "x"


def _swap_queries(context: OperatorContext, _: Arguments) -> None:
    data = _data(context)
    hits = _queries(data)
    _arrange(data, [*hits[1:], *hits[:1]])


def _only_first_query(context: OperatorContext, _: Arguments) -> None:
    """Answer every query with the hits of the first one."""
    data = _data(context)
    hits = _queries(data)
    _arrange(data, hits[:1] * len(hits))


def _scores(change: Callable[[float], float], context: OperatorContext, _: Arguments) -> None:
    data = _data(context)
    changed = [change(score) for score in data.scores]
    del data.scores[:]
    data.scores.extend(changed)


def _rotate_columns(context: OperatorContext, arguments: Arguments) -> None:
    """Shift the values of every column by one row, while ids and scores stay."""
    data = _data(context)
    rows = [place for hits in _queries(data) for place in (*hits[1:], *hits[:1])]
    for column in data.fields_data:
        if arguments.value in {None, column.field_name}:
            _pick_column(column, rows)


def _rotate_ids(context: OperatorContext, _: Arguments) -> None:
    data = _data(context)
    rows = [place for hits in _queries(data) for place in (*hits[1:], *hits[:1])]
    _pick(data.ids.int_id.data, rows, 1)
    _pick(data.ids.str_id.data, rows, 1)


def _drop_column(context: OperatorContext, arguments: Arguments) -> None:
    """Leave out a column: the named one, or the last."""
    columns = _data(context).fields_data
    for place in reversed(range(len(columns))):
        if arguments.value is None or columns[place].field_name == arguments.value:
            del columns[place]
            return


ROWS: dict[str, Change] = {
    "rows-missing": partial(_each_query, lambda hits: hits[:-1]),
    "rows-missing-best": partial(_each_query, lambda hits: hits[1:]),
    "rows-none": partial(_each_query, lambda _: []),
    "rows-reversed": partial(_each_query, lambda hits: hits[::-1]),
    "rows-unsorted": partial(_each_query, lambda hits: [*hits[1:2], *hits[:1], *hits[2:]]),
    "rows-double": partial(_each_query, lambda hits: [*hits[:1], *hits[:1], *hits[2:]]),
    "rows-ghost": _ghost,
    "rows-extra": partial(_each_query, lambda hits: [*hits, *hits[-1:]]),
    "queries-swapped": _swap_queries,
    "queries-first-only": _only_first_query,
    "columns-shifted": _rotate_columns,
    "column-missing": _drop_column,
    "ids-shifted": _rotate_ids,
    "scores-root": partial(_scores, lambda score: math.sqrt(abs(score))),
    "scores-negated": partial(_scores, lambda score: -score),
    "scores-whole": partial(_scores, lambda score: float(round(score))),
    "scores-complement": partial(_scores, lambda score: 1 - score),
}
