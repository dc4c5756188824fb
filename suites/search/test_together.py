"""Searches in which several things come together: an alias, a filter, a range, rows that were upserted."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.upserted_rows import QUERY, UpsertedRows
from milvus_tck.suites.search._assertions import hits_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


def _finds(keys: Sequence[int]) -> Callable[[m.SearchResults], Equality]:
    """Return what compares the hits of a search with the keys that it has to find."""
    return lambda answer: same([*keys], list(hits_of(answer, 1)[0].ids), what="keys, the nearest first")


@pytest.mark.clause("search/filter-by-alias")
def test_a_filter_beside_an_alias(tck: Case, upserted_rows: UpsertedRows) -> None:
    """A search that names its collection by an alias holds to its filter."""
    call = calls.search(upserted_rows.alias, np.array([[QUERY, 0.0]]), topk=60, expr="n == 3")
    wanted = upserted_rows.near(lambda number, _away: number == 3)
    tck.accepted(call, effect=_finds(wanted))


#: A filter and the bounds of the range, with what is wanted of a row's number and its squared distance.
_Wanted = tuple[str, dict[str, Any], Callable[[int, float], bool]]
_TOGETHER: dict[str, dict[str, _Wanted]] = {
    "search/range-filter-upserted": {
        "filter": ("n in [1, 3]", {}, lambda number, _away: number in {1, 3}),
        "range": ("", {"radius": 150.0}, lambda _number, away: away < 150),
        "range-filter": (
            "n in [1, 3]",
            {"radius": 150.0},
            lambda number, away: number in {1, 3} and away < 150,
        ),
        "ring-filter": (
            "not (n == 2)",
            {"radius": 400.0, "range_filter": 20.0},
            lambda number, away: number != 2 and 20 <= away < 400,
        ),
    },
}


@each_case(_TOGETHER)
def test_a_range_beside_a_filter(tck: Case, upserted_rows: UpsertedRows, given: _Wanted) -> None:
    """Every row in the range that matches is found where it is now, upserted or not, and none where it was."""
    expr, bounds, wanted = given
    call = calls.search(upserted_rows.name, np.array([[QUERY, 0.0]]), topk=60, expr=expr, **bounds)
    tck.accepted(call, effect=_finds(upserted_rows.near(wanted)))
