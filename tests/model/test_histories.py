"""Histories of several clients: what no order of the operations explains is found, and nothing else."""

from itertools import pairwise

import pytest

from milvus_tck.model.histories import Creation, HistoryEntry, Read, Removal, Write, broken

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
