"""Signatures of differences: what kind it was, and nothing that changes from run to run."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.verdict.fingerprint import difference


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
