"""Operators on the rows of a search keep ids, scores and columns in step, unless that is their point."""

import pytest

from milvus_tck.wire import messages as m
from tests.mutants.contexts import operated

#: Two queries with three hits and two.
_IDS, _SCORES, _TOPKS = [1, 2, 3, 4, 5], [0.25, 0.5, 0.75, 0.1, 0.2], [3, 2]


def _answer() -> m.SearchResults:
    whole = m.FieldData(field_name="n", scalars=m.ScalarField(long_data=m.LongArray(data=[10, 20, 30, 40, 50])))
    vectors = m.FieldData(field_name="v", vectors=m.VectorField(dim=8, binary_vector=b"abcde"))
    ids = m.IDs(int_id=m.LongArray(data=_IDS))
    return m.SearchResults(
        results=m.SearchResultData(
            num_queries=2, top_k=3, topks=_TOPKS, ids=ids, scores=_SCORES, fields_data=[whole, vectors]
        )
    )


def _rows(answer: m.SearchResults) -> list[tuple[int, int, bytes]]:
    found = answer.results
    vectors = found.fields_data[1].vectors.binary_vector
    return [
        (key, value, vectors[place : place + 1])
        for place, (key, value) in enumerate(
            zip(found.ids.int_id.data, found.fields_data[0].scalars.long_data.data, strict=True)
        )
    ]


@pytest.mark.parametrize(
    ("operator", "ids", "topks"),
    [
        ("rows-missing", [1, 2, 4], [2, 1]),
        ("rows-missing-best", [2, 3, 5], [2, 1]),
        ("rows-none", [], [0, 0]),
        ("rows-reversed", [3, 2, 1, 5, 4], [3, 2]),
        ("rows-unsorted", [2, 1, 3, 5, 4], [3, 2]),
        ("rows-double", [1, 1, 3, 4, 4], [3, 2]),
        ("rows-extra", [1, 2, 3, 3, 4, 5, 5], [4, 3]),
        ("queries-swapped", [4, 5, 1, 2, 3], [2, 3]),
        ("queries-first-only", [1, 2, 3, 1, 2, 3], [3, 3]),
    ],
)
def test_rows_move_as_a_whole(operator: str, ids: list[int], topks: list[int]) -> None:
    """Which rows are answered changes; what belongs to a row stays with it."""
    changed = operated(operator, "Search", _answer())
    assert [row[0] for row in _rows(changed)] == ids
    assert _rows(changed) == [(key, 10 * key, b" abcde"[key : key + 1]) for key in ids]
    assert list(changed.results.topks) == topks
    assert len(changed.results.scores) == len(ids)


def test_a_row_that_nobody_has() -> None:
    """Every query finds one more, under a key of its own; where nothing was found nothing is."""
    changed = operated("rows-ghost", "Search", _answer())
    assert list(changed.results.ids.int_id.data) == [1, 2, 3, 4, 4, 5, 6]
    assert list(changed.results.topks) == [4, 3]
    assert not operated("rows-ghost", "Search", m.SearchResults()).results.topks


def test_columns_out_of_step() -> None:
    """Values stand one row further within each query, while ids and scores stay."""
    changed = operated("columns-shifted", "Search", _answer())
    assert _rows(changed) == [(1, 20, b"b"), (2, 30, b"c"), (3, 10, b"a"), (4, 50, b"e"), (5, 40, b"d")]
    assert list(changed.results.scores) == list(_answer().results.scores)


def test_ids_out_of_step() -> None:
    """Ids stand one row further, while the columns stay."""
    assert [row[:2] for row in _rows(operated("ids-shifted", "Search", _answer()))][:3] == [(2, 10), (3, 20), (1, 30)]


def test_a_missing_column() -> None:
    """The named column is left out, or the last one."""
    for value, left in (("n", ["v"]), (None, ["n"])):
        columns = operated("column-missing", "Search", _answer(), value=value).results.fields_data
        assert [each.field_name for each in columns] == left


@pytest.mark.parametrize(
    ("operator", "first"),
    [("scores-root", 0.5), ("scores-negated", -0.25), ("scores-whole", 0.0), ("scores-complement", 0.75)],
)
def test_scores(operator: str, first: float) -> None:
    """Scores are of another measure, and ids stay."""
    changed = operated(operator, "Search", _answer())
    assert changed.results.scores[0] == pytest.approx(first)
    assert list(changed.results.ids.int_id.data) == _IDS
