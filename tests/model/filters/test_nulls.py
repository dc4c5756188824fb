"""Nulls: what is compared with one is unknown."""

import numpy as np
import pytest

from milvus_tck.model.filters.truth import FALSE, TRUE, UNKNOWN, conjunction, disjunction, negation
from tests.model.filters.rows import found, unknown

_ROWS = [
    # a filter, the rows that it finds, and those of which it is unknown: `maybe` is null in rows 1 and 3
    ("maybe > 1", [2, 4, 5], [1, 3]),
    ("not (maybe > 1)", [0], [1, 3]),
    ("maybe != 1", [2, 4, 5], [1, 3]),
    ("maybe in [1, 3]", [0, 2], [1, 3]),
    ("maybe not in [1, 3]", [4, 5], [1, 3]),
    ("maybe in []", [], [1, 3]),
    ("1 < maybe < 6", [2, 4], [1, 3]),
    ("maybe + 1 == 2", [0], [1, 3]),
    ("maybe < tiny", [2, 5], [1, 3]),
    ("maybe is null", [1, 3], []),
    ("maybe is not null", [0, 2, 4, 5], []),
    ("not (maybe is null)", [0, 2, 4, 5], []),
    ("maybe > 1 or id == 1", [1, 2, 4, 5], [3]),
    ("maybe > 1 and id == 1", [], [1]),
    ("maybe > 1 or id >= 0", [0, 1, 2, 3, 4, 5], []),
    # a whole document is null in row 5
    ('doc["a"] == 1', [0, 1], [5]),
    ('doc["a"] != 1', [2, 3, 4], [5]),
    ('exists doc["a"]', [0, 1, 2, 4], []),
    ('doc["a"] is null', [3, 5], []),
    ('doc["a"] is not null', [0, 1, 2, 4], []),
    ("doc is null", [5], []),
    ("c is null", [2, 4], []),
]


@pytest.mark.parametrize(("text", "rows", "not_known"), _ROWS)
def test_nulls(text: str, rows: list[int], not_known: list[int]) -> None:
    """A comparison with null is neither true nor false, and logic keeps that as SQL does."""
    assert found(text) == rows
    assert unknown(text) == not_known


def test_the_tables_of_logic() -> None:
    """Every combination of FALSE, TRUE and UNKNOWN."""
    every = np.array([FALSE, TRUE, UNKNOWN])
    left, right = np.repeat(every, 3), np.tile(every, 3)
    assert negation(every).tolist() == [1, 0, 2]
    assert conjunction([left, right]).tolist() == [0, 0, 0, 0, 1, 2, 0, 2, 2]
    assert disjunction([left, right]).tolist() == [0, 1, 2, 1, 1, 1, 2, 1, 2]
