"""What makes the hits of a server right: the best there are, each with its own score; equal scores in any order."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.answers import succeeds
from milvus_tck.model.cell_likeness import same_columns
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import FieldData

__all__ = ["earlier_hits", "right_hits"]

#: How much scores may differ, of the larger one of two; single precision adds up in any order.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5

#: Returns keys and scores of all rows that are a hit for a query.
_AllScores = Callable[[Any], tuple[NDArray[Any], NDArray[np.float32]]]
_ColumnsOf = Callable[[Sequence[int | str]], Sequence[FieldData]]


def right_hits(
    expected: m.SearchResults, scored: _AllScores, queries: Sequence[Any], columns_of: _ColumnsOf
) -> Callable[[m.SearchResults], str]:
    """Return the predicate of a search, given the model's own answer and the scores of every row by query.

    `columns_of` writes the columns that were asked for, of the rows of some keys.
    """

    def why_wrong(found: m.SearchResults) -> str:
        failed = succeeds(found)
        if failed or found is expected:
            return failed
        own, other = expected.results, found.results
        if list(own.topks) != list(other.topks):
            return f"topks are {list(other.topks)[:5]} and not {list(own.topks)[:5]}"
        start = 0
        for number, count in enumerate(own.topks):
            part = slice(start, start + count)
            start += count
            wrong = _one_query(_keys(other)[part], other.scores[part], own.scores[part], scored(queries[number]))
            if wrong:
                return f"query {number}: {wrong}"
        return _columns(columns_of, found, expected.results.output_fields)

    return why_wrong


def earlier_hits(scored: _AllScores, queries: Sequence[Any], topk: int) -> Callable[[m.SearchResults], str]:
    """Return the predicate of a search that may be answered as of an earlier time: rows that ever matched."""

    def why_wrong(found: m.SearchResults) -> str:
        failed, results = succeeds(found), found.results
        if failed or len(results.topks) != len(queries) or max(results.topks, default=0) > topk:
            return failed or f"topks are {list(results.topks)[:5]}"
        start = 0
        for query, count in zip(queries, results.topks, strict=True):
            part = slice(start, start + count)
            start += count
            wrong = _own_scores(_keys(results)[part], results.scores[part], scored(query))
            if wrong:
                return wrong
        return ""

    return why_wrong


def _keys(results: m.SearchResultData) -> list[int | str]:
    return [*results.ids.int_id.data, *results.ids.str_id.data]


def _one_query(
    keys: list[int | str],
    given: Sequence[float],
    wanted: Sequence[float],
    scored: tuple[NDArray[Any], NDArray[np.float32]],
) -> str:
    if not np.allclose(given, wanted, rtol=_RELATIVE, atol=_ABSOLUTE):
        return f"the scores are {list(given)[:5]} and not {list(wanted)[:5]}"
    return _own_scores(keys, given, scored)


def _own_scores(keys: list[int | str], given: Sequence[float], scored: tuple[NDArray[Any], NDArray[np.float32]]) -> str:
    """Say which hit is none, or has another score than its row; each key comes once."""
    if len(set(keys)) != len(keys):
        return f"a key comes twice in {keys[:10]}"
    of: dict[object, list[float]] = {}
    for key, score in zip(scored[0].tolist(), scored[1].tolist(), strict=True):
        of.setdefault(key, []).append(score)
    for key, score in zip(keys, given, strict=True):
        if not any(np.isclose(score, each, rtol=_RELATIVE, atol=_ABSOLUTE) for each in of.get(key, ())):
            return f"key {key} has the score {score}, and is at {of.get(key, 'no row that matches')}"
    return ""


def _columns(columns_of: _ColumnsOf, found: m.SearchResults, asked: Sequence[str]) -> str:
    """Say which column has other values than its rows; columns beside those that were asked for are none of it."""
    other = {each.field_name: each for each in found.results.fields_data}
    for own in columns_of(_keys(found.results)):
        if own.field_name not in other:
            return f"the column {own.field_name} is missing"
        wrong = same_columns(own, other[own.field_name], asked)
        if wrong:
            return wrong
    return ""
