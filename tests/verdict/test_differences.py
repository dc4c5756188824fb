"""Two values that are not equal, member by member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pytest

from milvus_tck.verdict.model.differences import contrast, differences, is_unnamed, shown


class Rows(NamedTuple):
    """What an index counts."""

    indexed: int
    total: int


def told(expected: object, actual: object, *members: str) -> list[str]:
    """Say where two values differ."""
    return list(map(str, differences(expected, actual, members)))


def test_members_have_the_names_that_a_test_gives() -> None:
    """Those that differ are told, and no others."""
    assert told([3, 0, [1]], [0, 0, [1, 2]], "insert_cnt", "delete_cnt", "IDs") == [
        "insert_cnt: expected 3, got 0",
        "IDs: expected [1], got [1, 2]",
    ]


def test_members_that_are_missing_are_told() -> None:
    """A list that is too short, or too long, names what is not there."""
    assert told([3, 4], [3], "first", "second") == ["second: expected 4, got nothing"]
    assert told([3], [3, 4], "first") == ["[1]: expected nothing, got 4"]
    assert told([3], None, "first") == ["expected [3], got None"]


def test_paths_lead_into_mappings_lists_and_tuples_with_names() -> None:
    """As deep as it takes."""
    assert told({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 5}}) == [
        "a.c: expected 2, got 5",
        "d: expected 3, got nothing",
    ]
    assert told([(3, 3), (0, 0)], [Rows(3, 3), Rows(0, 1)]) == ["[1].total: expected 0, got 1"]
    assert told([{"n": 1}], [{"n": 2}]) == ["[0].n: expected 1, got 2"]


@dataclass(frozen=True)
class Index:
    """What a server says of an index; its id is not compared."""

    name: str
    parameters: Mapping[str, str]
    id: int = field(compare=False, default=0)


def test_a_value_of_several_members_is_shown_by_them() -> None:
    """A reader is told names and values, never how Python writes them; what is not compared is left out."""
    one, other = Index("a", {"M": "16"}, 1), Index("a", {"M": "8"}, 2)
    assert told({"vec": one}, {"vec": other}) == ["vec.parameters.M: expected '16', got '8'"]
    assert told({"vec": one}, {}) == ["vec: expected {name: 'a', parameters: {M: '16'}}, got nothing"]
    assert shown([one]) == "[{name: 'a', parameters: {M: '16'}}]"
    assert told(one, None) == ["expected {name: 'a', parameters: {M: '16'}}, got None"]


def test_bare_values_are_told_as_one_list() -> None:
    """Names and ids are read side by side."""
    assert told(["a", "b"], ["a", "c"]) == ["expected ['a', 'b'], got ['a', 'c']"]
    assert told(np.array([1, 2]), [1, 3]) == ["expected [1, 2], got [1, 3]"]


def test_a_long_list_is_cut_around_what_differs() -> None:
    """A reader sees the place, and how much is left out."""
    wanted = list(range(1000))
    (found,) = told(wanted, [*wanted[:500], *wanted[501:]])
    assert "498, 499, 500, 501" in found
    assert "498, 499, 501, 502" in found
    assert found.startswith("expected [… 498 before, ")
    assert "… 490 more]" in found
    assert len(found) < 300


def test_of_large_sets_only_what_differs_is_told() -> None:
    """What is in both is counted."""
    assert told(set(range(100)), set(range(1, 100))) == ["expected {0, … 99 in both}, got {, … 99 in both}"]
    assert told({1, 2}, {1}) == ["expected {1, 2}, got {1}"]


def test_many_differences_are_cut() -> None:
    """The first ones are told, and that there are more."""
    found = told(dict.fromkeys(range(50), 0), dict.fromkeys(range(50), 1))
    assert len(found) == 13
    assert found[-1].startswith("…:")


def test_long_texts_are_cut() -> None:
    """How long they are is told."""
    assert shown("x" * 1000).endswith("… (1000 characters)")
    assert shown(b"x" * 1000).endswith("… (1000 bytes)")
    assert len(shown([["x" * 150] * 12] * 12)) < 300


@pytest.mark.parametrize(
    ("value", "unnamed"),
    [
        ((1, 2), True),
        ((), True),
        ([True, False], True),
        ([200, "application/json"], True),
        ([[1], 2], True),
        (Rows(1, 2), False),
        (["a", "b"], False),
        ([[1], [2]], False),
        ([], False),
        ({"a": 1}, False),
        (True, False),
        ("ab", False),
    ],
)
def test_what_needs_names(value: object, unnamed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Tuples without names, lists of truth values or of several types: nobody knows which is which."""
    assert is_unnamed(value) is unnamed


def test_a_line_says_what_differs() -> None:
    """By members, where there are any; what has no expectation tells what came."""
    assert contrast("a", "b", ()) == "expected a, got b"
    assert contrast("", "it died", ()) == "it died"
    assert contrast("a", "b", differences([1, 2], [3, 4], ("x", "y"))) == "x: expected 1, got 3; y: expected 2, got 4"
