"""Histories of several clients: what no order of the operations explains is found, and nothing else."""

from itertools import pairwise

import pytest

from milvus_tck.model.histories import Creation, HistoryEntry, Read, Refusal, Removal, Write, broken, tellings

_NEVER = float("inf")


def _rules(*history: HistoryEntry) -> list[str]:
    return [each.rule for each in broken(history)]


@pytest.mark.parametrize(
    "history",
    [
        [Read("k", None, 0, 1)],
        [Write("k", 1, 0, 1), Read("k", 1, 2, 3)],
        [Write("k", 1, 0, 2), Read("k", None, 1, 3)],
        [Write("k", 1, 0, 2), Read("k", 1, 1, 3)],
        [Write("k", 1, 0, _NEVER), Read("k", None, 5, 6), Read("k", 1, 7, 8)],
        [Write("k", 1, 0, 1), Write("k", None, 2, _NEVER), Read("k", 1, 3, 4), Read("k", None, 5, 6)],
        [Write("k", 1, 0, 3), Write("k", 2, 1, 2), Read("k", 1, 4, 5)],
        [Write("k", 1, 0, 3), Write("k", 2, 1, 2), Read("k", 2, 4, 5)],
        [Write("k", 1, 0, 1), Write("k", None, 2, 4), Write("k", 1, 3, 5), Read("k", 1, 6, 7)],
        [Write("a", 1, 0, 1), Read("b", None, 2, 3)],
        [Creation("n", "x", 0, 1), Creation("n", "x", 2, 3)],
        [Creation("n", "x", 0, 1), Removal("n", None, 1.5, 1.7), Creation("n", "y", 2, 3)],
        [Creation("n", "x", 0, 1), Removal("n", None, 0.5), Creation("n", "y", 2, 3)],
        [Creation("n", "x", 0, 1), Creation("o", "y", 0, 1)],
    ],
)
def test_what_some_order_explains_is_right(history: list[HistoryEntry]) -> None:
    """Operations that overlap may come in any order, and one without an answer at any time, or never."""
    assert _rules(*history) == []


@pytest.mark.parametrize(
    ("rule", "history"),
    [
        ("acknowledged", [Write("k", 1, 0, 1), Read("k", None, 2, 3)]),
        ("acknowledged", [Write("k", 1, 0, 1), Write("k", 2, 2, 3), Read("k", 1, 4, 5)]),
        ("acknowledged", [Write("k", None, 0, 1), Write("k", 1, 2, 3), Read("k", None, 4, 5)]),
        ("deleted", [Write("k", 1, 0, 1), Write("k", None, 2, 3), Read("k", 1, 4, 5)]),
        ("written", [Write("k", 1, 0, 1), Read("k", 2, 2, 3)]),
        ("written", [Read("k", 1, 0, 1), Write("k", 1, 2, 3)]),
        ("creators", [Creation("n", "x", 0, 2), Creation("n", "y", 1, 3)]),
        ("creators", [Creation("n", "x", 0, 1), Creation("n", "y", 2, 3), Removal("n", None, 4, 5)]),
    ],
)
def test_what_no_order_explains_is_found(rule: str, history: list[HistoryEntry]) -> None:
    """Each rule is broken by the fewest operations that can break it."""
    assert _rules(*history) == [rule]


def test_breaches_come_in_order() -> None:
    """The earliest one stands first, whatever key it is of."""
    history = [Read("b", 9, 5, 6), Read("a", 9, 1, 2), Read("c", 9, 3, 4)]
    assert all(one.operations[0].start < other.operations[0].start for one, other in pairwise(broken(history)))


@pytest.mark.parametrize(
    ("rule", "history"),
    [
        ("acknowledged", [Write("k", 1, 0, 1), Read("k", 1, 2, 3), Read("o", None, 2, 3)]),
        ("acknowledged", [Write("k", 1, 0, 1), Write("o", 1, 0, 1), Read("k", None, 2, 3)]),
        ("deleted", [Write("k", 1, 0, 1), Write("k", None, 2, 4), Write("o", 1, 3, 4), Read("k", None, 5, 6)]),
        ("creators", [Creation("n", "x", 0, 2), Refusal("n", "y", 1, 3)]),
    ],
)
def test_what_could_have_shown_it_is_counted(rule: str, history: list[HistoryEntry]) -> None:
    """A read behind an acknowledged write while others are at work, a name that two ask for at once."""
    assert tellings(history)[rule] == 1


def test_a_value_that_is_seen_beside_others_is_counted() -> None:
    """Nothing that is found says nothing of what is written."""
    history = [Write("k", 1, 0, 2), Read("k", 1, 1, 3), Read("k", None, 1, 3)]
    assert tellings(history)["written"] == 1


@pytest.mark.parametrize(
    "history",
    [
        [],
        [Write("k", 1, 0, 1), Read("k", 1, 2, 3)],
        [Write("k", 1, 0, 2), Read("k", None, 1, 3)],
        [Write("k", 1, 0, _NEVER), Read("k", None, 1, 3)],
        [Creation("n", "x", 0, 1), Refusal("n", "y", 2, 3)],
        [Creation("n", "x", 0, 2), Refusal("o", "y", 1, 3)],
        [Refusal("n", "x", 0, 2), Refusal("n", "x", 1, 3)],
    ],
)
def test_what_shows_nothing_is_not_counted(history: list[HistoryEntry]) -> None:
    """One after the other, or on other keys, or before anything was acknowledged, nothing can be seen to be wrong."""
    assert set(tellings(history).values()) == {0}
