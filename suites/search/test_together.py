"""Searches in which several things come together: an alias, a filter, a range, rows that were upserted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import flush, found_keys, index_and_load
from milvus_tck.fixtures.cases import shared
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.search._assertions import hits_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, int64_key, vector

_ROWS = range(60)
#: Keys of the rows that are upserted after the others were flushed: to another place, with another number.
_UPSERTED = range(20, 40)
#: A place that is as far from no two rows.
_QUERY = 30.1


@dataclass(frozen=True)
class UpsertedRows:
    """A collection of rows on a line, some of which were upserted, and its alias."""

    name: str
    alias: str
    #: By key the number of a row, and its place.
    rows: Mapping[int, tuple[int, float]]

    def near(self, wanted: Callable[[int, float], bool]) -> list[int]:
        """Return the keys of the rows whose number and squared distance are as wanted, the nearest first."""
        away = {key: (place - _QUERY) ** 2 for key, (_, place) in self.rows.items()}
        return sorted(
            (key for key, (number, _) in self.rows.items() if wanted(number, away[key])), key=away.__getitem__
        )


def _columns(rows: Mapping[int, tuple[int, float]]) -> list[FieldData]:
    return [
        column("id", DataType.Int64, list(rows)),
        column("n", DataType.Int64, [number for number, _ in rows.values()]),
        column("vec", DataType.FloatVector, [[place, 0.0] for _, place in rows.values()]),
    ]


@shared
def upserted_rows(tck: Case) -> UpsertedRows:
    """Rows of which some were upserted after a flush, and an alias of their collection."""
    name, alias = tck.name(), tck.name()
    tck.ok(calls.create_collection(name, int64_key(), field("n", DataType.Int64), vector("vec", 2)))
    before = {key: (key % 5, float(key)) for key in _ROWS}
    tck.ok(calls.insert(name, _columns(before), len(before)))
    flush(tck, name)
    index_and_load(tck, name)
    changed = {key: (4 - key % 5, key + 0.25) for key in _UPSERTED}
    tck.ok(calls.upsert(name, _columns(changed), len(changed)))
    tck.ok(calls.create_alias(name, alias))
    return UpsertedRows(name, alias, {**before, **changed})


def _keys(answer: m.SearchResults) -> list[int | str]:
    return list(hits_of(answer, 1)[0].ids)


@pytest.mark.clause("search/filter-by-alias")
def test_a_filter_beside_an_alias(tck: Case, upserted_rows: UpsertedRows) -> None:
    """A search that names its collection by an alias holds to its filter."""
    call = calls.search(upserted_rows.alias, np.array([[_QUERY, 0.0]]), topk=60, expr="n == 3")
    wanted = upserted_rows.near(lambda number, _away: number == 3)
    tck.accepted(
        call, effect=lambda answer: same(wanted, list(hits_of(answer, 1)[0].ids), what="keys, the nearest first")
    )


@pytest.mark.clause("query/filter-by-alias")
def test_a_condition_beside_an_alias(tck: Case, upserted_rows: UpsertedRows) -> None:
    """A query that names its collection by an alias holds to its condition."""
    wanted = sorted(upserted_rows.near(lambda number, _away: number == 3))
    tck.expect([wanted], [found_keys(tck, upserted_rows.alias, "n == 3")], members=["keys of the rows with n == 3"])


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
    call = calls.search(upserted_rows.name, np.array([[_QUERY, 0.0]]), topk=60, expr=expr, **bounds)
    keys = upserted_rows.near(wanted)
    tck.accepted(
        call, effect=lambda answer: same(keys, list(hits_of(answer, 1)[0].ids), what="keys, the nearest first")
    )
