"""Signatures of differences: what kind it was, and nothing that changes from run to run."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.verdict.model.fingerprint import MOST_KINDS, difference, joined, kinds_of


@pytest.mark.parametrize(
    ("expected", "actual", "signature"),
    [
        (True, False, "false!=true"),
        (3, 5, "5!=3"),
        (None, 0, "0!=none"),
        ([1, 2], [1], "fewer-items"),
        ([1], [1, 2], "more-items"),
        ([1, 2], [2, 1], "order"),
        ([1, 2], [1, 3], "item:3!=2"),
        ([[1], [2]], [[1], [2, 3]], "item:more-items"),
        ((1, 2), [1, 3], "item:3!=2"),
        ({"a": 1}, {"a": 2}, "a:2!=1"),
        ({"a": 1}, {"b": 1}, "keys:1-missing,1-extra"),
        ({"a": {"b": [1]}}, {"a": {"b": []}}, "a:b:fewer-items"),
        ({"tck_x-1": 1}, {"tck_x-1": 2}, "key:2!=1"),
        ("one", "two", "other-str"),
        (1.5, 2.5, "other-float"),
        (448000000000000001, 448000000000000002, "other-int"),
        ("1", 1, "int!=str"),
        (b"a", b"b", "other-bytes"),
        ([1], None, "NoneType!=list"),
    ],
)
def test_kinds_of_differences(expected: object, actual: object, signature: str) -> None:
    """Counts, codes and states are named; texts, ids and measurements are not."""
    assert difference(expected, actual) == signature


@pytest.mark.parametrize(
    ("expected", "actual", "signature"),
    [
        ({"b": 1, "a": 2}, {"b": 3, "a": 4}, "a:4!=2"),
        ({"name": "x", "state": 1}, {"name": "y", "state": 3}, "state:3!=1"),
        ({"tck-1": 1, "shards": 1}, {"tck-1": 2, "shards": 2}, "shards:2!=1"),
        ({"rows": [1], "state": "x"}, {"rows": [], "state": "y"}, "state:other-str"),
    ],
)
def test_the_most_telling_member(expected: dict[str, Any], actual: dict[str, Any], signature: str) -> None:
    """Of several members the same one is named in whatever order they come: a value before a mere kind."""
    turned = dict(reversed(expected.items()))
    assert (difference(expected, actual), difference(turned, actual)) == (signature, signature)


def test_ids_and_names_never_show() -> None:
    """Two runs that fail in the same way differ in names, ids and timestamps, and have the same signature."""

    def seen(run: str, number: int) -> dict[str, Any]:
        return {"name": f"tck_{run}_1", "id": number, "shards": 2}

    one = difference(seen("aaaaaa", 449000000000000001), seen("aaaaaa", 449000000000000002))
    two = difference(seen("bbbbbb", 450000000000000001), seen("bbbbbb", 450000000000000009))
    assert one == two == "id:other-int"
    assert difference(["tck_aaaaaa_1"], ["tck_aaaaaa_2"]) == difference(["tck_bbbbbb_1"], ["tck_bbbbbb_7"])


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


@given(_VALUES, _VALUES)
def test_whatever_differs_has_a_signature(expected: object, actual: object) -> None:
    """Any two values that tests may compare have a difference that can be named, the same each time, in one line."""
    if expected == actual:
        return
    signature = difference(expected, actual)
    assert signature
    assert signature == difference(expected, actual)
    assert "\n" not in signature
    assert signature.isprintable()


def test_several_kinds_are_told_in_an_order_of_their_own() -> None:
    """Whoever was met first, and how often, makes no difference; a single kind is its own signature."""
    for kinds in permutations(("legacy:6", "legacy:200", "column:uneven", "legacy:6")):
        assert joined(kinds) == "column:uneven; legacy:200; legacy:6"
    assert joined(["legacy:6"]) == "legacy:6"
    assert kinds_of(joined(["legacy:6", "legacy:200"])) == ["legacy:200", "legacy:6"]


def test_a_signature_has_an_end() -> None:
    """Of a member with more kinds than a reader wants to know, the signature tells only that, whichever they are."""
    most = [f"legacy:{number}" for number in range(100, 100 + MOST_KINDS)]
    assert joined([*most, "ids"]) == "; ".join(["ids", *most])
    assert joined([*most, "ids", "legacy:7"]) == joined([*most, "ids", "legacy:9", "legacy:8"]) == "ids; legacy:*"
