"""Do the combinations of explorations cover what they say they do?"""

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import pytest
from milvus_tck.fixtures.explore.factors import (
    OF_A_COLLECTION,
    OF_A_QUESTION,
    Combination,
    collection_array,
    many_first,
    question_array,
)

from milvus_tck.spec.profiles import profile

_LINE = profile("2.3")
#: Pairs of values that do not go together: refused, or nobody's promise.
_APART = {
    frozenset({("key", "auto"), ("rows", "repeated")}),
    frozenset({("key", "auto"), ("changes", "upserted")}),
    frozenset({("key", "auto"), ("changes", "inserted-again")}),
    frozenset({("metric", "third"), ("vector", "bits")}),
    frozenset({("vector", "hnsw"), ("rows", "equal")}),
}


def _missing(
    factors: Mapping[str, Sequence[str]], rows: Sequence[Combination], strength: int
) -> set[frozenset[tuple[str, str]]]:
    """Return combinations of so many values that no row has, but for those that cannot be."""
    wanted = set()
    for names in combinations(factors, strength):
        for values in product(*(factors[name] for name in names)):
            one = frozenset(zip(names, values, strict=True))
            if not any(apart <= one for apart in _APART):
                wanted.add(one)
    return {one for one in wanted if not any(all(row[name] == value for name, value in one) for row in rows)}


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("strength", [2, 3])
def test_every_combination_of_values_is_there(strength: int, seed: int) -> None:
    """Every pair, or every triple, of values that go together."""
    assert _missing(OF_A_COLLECTION, collection_array(_LINE, seed, strength), strength) == set()
    assert _missing(OF_A_QUESTION, question_array(_LINE, seed, strength), strength) == set()


def test_what_does_not_go_together_is_not_there() -> None:
    """No row holds two values of which clauses say that they are refused together."""
    found = [
        row
        for row in collection_array(_LINE, 3)
        for apart in _APART
        if all(row[name] == value for name, value in apart)
    ]
    assert found == []


@pytest.mark.parametrize("seed", [1, 7])
def test_every_pair_is_met_by_hits(seed: int) -> None:
    """Pairs of values are there in a question that can find something."""
    empty = {"offset": "beyond", "filter": "nothing"}
    rows = [row for row in question_array(_LINE, seed) if all(row[name] != value for name, value in empty.items())]
    factors = {name: [value for value in values if value != empty.get(name)] for name, values in OF_A_QUESTION.items()}
    assert _missing(factors, rows, 2) == set()


def test_a_missing_pair_is_noticed() -> None:
    """An array without one of its rows does not cover all pairs."""
    rows = collection_array(_LINE, 1)
    assert any(_missing(OF_A_COLLECTION, [*rows[:place], *rows[place + 1 :]], 2) for place in range(1, len(rows)))


def test_a_seed_decides() -> None:
    """The same seed gives the same rows, and another one others."""
    assert collection_array(_LINE, 1) == collection_array(_LINE, 1)
    assert collection_array(_LINE, 1) != collection_array(_LINE, 2)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_first_rows_have_every_value(seed: int) -> None:
    """The plain one comes first; three more have another value of every factor, and five every value."""
    rows = many_first(collection_array(_LINE, seed))
    assert rows[0] == Combination()
    assert sorted(rows) == sorted(collection_array(_LINE, seed))
    every = {(name, value) for name, values in OF_A_COLLECTION.items() for value in values[1:]}
    assert {name for row in rows[:4] for name, _ in row.values} == set(OF_A_COLLECTION)
    assert {pair for row in rows[:6] for pair in row.values} == every


def test_what_brings_the_most_comes_first() -> None:
    """Behind the plain row each is the one that brings the most values which no earlier one has."""
    rows = [Combination.of(each) for each in ({}, {"key": "text"}, {"key": "auto"}, {"key": "text", "life": "mixed"})]
    assert many_first(rows) == [rows[0], rows[3], rows[2], rows[1]]


def test_what_came_later_is_left_out() -> None:
    """Before 2.3 there is no COSINE, no Upsert and no range."""
    rows = [*collection_array(profile("2.2"), 1), *question_array(profile("2.2"), 1)]
    values = {pair for row in rows for pair in row.values}
    assert {("metric", "third"), ("changes", "upserted"), ("range", "within")}.isdisjoint(values)


def test_a_combination_is_named_by_what_is_not_plain() -> None:
    """A name says what differs from a plain search, in one order."""
    one = Combination.of({"rows": "repeated", "key": "text", "life": "growing"})
    assert str(one) == "key=text+rows=repeated"
    assert str(one.without("key")) == "rows=repeated"
    assert str(Combination()) == "plain"
    assert one.without("key").within(one)
    assert not one.within(one.without("key"))
