"""Which rows a filter finds."""

import pytest

from tests.model.filters.rows import LARGE, found

_EVERY = list(range(6))

_EVERYWHERE = {
    # comparisons, either way round
    "tiny == 1": [0],
    "1 != tiny": [1, 2, 3, 4, 5],
    "0 < tiny": [0, 2, 5],
    "0 <= tiny": [0, 2, 4, 5],
    "0 > tiny": [1, 3],
    "0 >= tiny": [1, 3, 4],
    "tiny > 1000": [],
    "tiny < 1000": _EVERY,
    f"large == {LARGE}": [0],
    f"large > {LARGE - 1}": [0, 3],
    "double >= 1": [3, 4, 5],
    "single == 0.1": [0],
    "double == 1e-1": [0],
    "flag == TRUE": [0, 2, 4],
    "flag > false": [0, 2, 4],
    "tiny < large": [0, 1, 3],
    "single == double": [1, 2, 3, 4, 5],
    'text >= "abc"': [0],
    "text == 'abc'": [0],
    # ranges
    "-1 < tiny <= 1": [0, 4],
    "1 >= tiny > -1": [0, 4],
    '"a" < text < "ab"': [1, 2, 3, 4],
    # lists
    "tiny in [1, 7, 300]": [0, 5],
    "tiny not in [1, 7,]": [1, 2, 3, 4],
    "tiny in []": [],
    "tiny in [ 0 , -1,127 ]": [1, 2, 4],
    "tiny in [(0), -(1), 0x7f]": [1, 2, 4],
    'text in ["abc" , "50%_"]': [0, 5],
    'text in ["abc", \'a"b\', "a\\nb"]': [0, 1, 2],
    "double in [1, 0.25]": [1, 3],
    "flag in [true]": [0, 2, 4],
    # logic: `and` before `or`, `not` before both
    "id == 1 or id == 2 and id == 5": [1],
    "(id == 1 or id == 2) && id == 2": [2],
    "not (id == 1) and id < 3": [0, 2],
    "!(id > 1) || id == 5": [0, 1, 5],
    # arithmetic: integers round to zero, what is left has the sign of the dividend, int64 wraps
    "tiny + 1 == 2": [0],
    "2 * tiny == 14": [5],
    "tiny / 2 == 0": [0, 1, 4],
    "tiny % 2 == -1": [1],
    "large + 1 == -9223372036854775807 - 1": [3],
    "double / 2 == 0.5": [3],
    "single + 1.5 == 1.75": [1],
    # constants
    "id == 1 + 2 * 2": [5],
    "id == (1 + 2) * 2 - 1": [5],
    "id == -7 / 2 + 5": [2],
    "id == -7 % 3 + 2": [1],
    "double == 2 ** -2": [1],
    "double == -2 ** 2 + 5": [3],
    "id == 0x1": [1],
    "id == 0b1": [1],
    "id == 01": [1],
    "double == 0x1p-2": [1],
    "double > .5": [3, 4, 5],
    "id == --1": [1],
    # patterns that begin with their fixed part
    'text like "a%"': [0, 1, 2, 3, 4],
    'text LIKE "%"': _EVERY,
    'text like "abc"': [0],
    'text like ""': [],
    # JSON: numbers are one type, texts and booleans others
    'doc["a"] == 1': [0, 1],
    "doc['a'] == 1.0": [0, 1],
    'doc["a"] == "1"': [2],
    'doc["a"] > 0': [0, 1],
    'doc["a"] in [1]': [0, 1],
    'doc["a"] in []': [],
    '0 < doc["a"] < 2': [0, 1],
    'doc["a"] + 1 == 2': [0, 1],
    'doc["a"] / 2 == 0': [0],
    'doc["a"] like "1%"': [2],
    'doc["l"][0] == 1': [0, 1],
    'doc["l"]["0"] == 1': [0, 1],
    'doc["l"][1] == 2': [0],
    'doc["l"][2] == 1': [],
    f'doc["0"] == {LARGE}': [4],
    f'doc["0"] == {LARGE - 1}': [],
    f'doc["0"] == {LARGE - 1}.0': [4],
    "c == 1": [0],
    '$meta["c"] == 1': [0],
    'json_contains(doc["l"], 2)': [0],
    'json_contains(doc["l"], 1)': [0, 1],
    'JSON_CONTAINS(doc["l"], "x")': [1],
    "": _EVERY,
    "  ": _EVERY,
}
_SINCE_2_3 = {
    "longs[0] == 1": [0, 4],
    "longs[1] > 2": [3],
    "longs[0] in [1, 2]": [0, 4, 5],
    "1 < longs[0] < 8": [3, 5],
    "longs[0] + 1 == 2": [0, 4],
    "longs == [1, 2, 3]": [0],
    "longs != [1, 2, 3]": [1, 2, 3, 4, 5],
    "array_contains(longs, 1)": [0, 4],
    "array_contains_all(longs, [1, 2])": [0],
    "ARRAY_CONTAINS_ANY(longs, [1, 7])": [0, 3, 4],
    "array_length(longs) == 1": [2, 4, 5],
    'words[0] like "a%"': [0, 2],
    'doc["a"] == [1, 2]': [4],
    'json_contains_all(doc["l"], [1, "x"])': [1],
    'json_contains_any(doc["l"], [2, "x"])': [0, 1],
}


@pytest.mark.parametrize("profile", ["2.2", "2.3", "2.4", "2.5", "2.6", "3.0"])
@pytest.mark.parametrize("text", _EVERYWHERE)
def test_every_release_finds_the_same(text: str, profile: str) -> None:
    """What every release reads means the same in every release."""
    assert found(text, profile) == _EVERYWHERE[text]


@pytest.mark.parametrize("profile", ["2.3", "2.4", "2.5", "2.6", "3.0"])
@pytest.mark.parametrize("text", _SINCE_2_3)
def test_arrays(text: str, profile: str) -> None:
    """From 2.3 on there are Arrays, and lists of a document are compared."""
    assert found(text, profile) == _SINCE_2_3[text]


_BY_RELEASE = [
    # a key that is not there, or is of another type, is unequal until that is unknown
    ('doc["a"] != 1', "2.6", [2, 3, 4]),
    ('doc["a"] != 1', "3.0", []),
    ('not (doc["a"] == 1)', "2.6", [2, 3, 4]),
    ('not (doc["a"] == 1)', "3.0", []),
    ('doc["a"] not in [1]', "2.6", [2, 3, 4]),
    ('doc["a"] not in [1]', "3.0", []),
    ('doc["a"] != [1]', "2.6", [4]),
    ("longs[0] != 1", "2.6", [2, 3, 5]),
    ("not (longs[0] == 1)", "2.6", [1, 2, 3, 5]),
    ("not (longs[0] == 1)", "3.0", [2, 3, 5]),
    ('not json_contains(doc["a"], 1)', "2.6", [0, 1, 2, 3]),
    ('not json_contains(doc["a"], 1)', "3.0", []),
    ('array_length(doc["a"]) == 0', "2.6", [0, 1, 2, 3]),
    ('array_length(doc["a"]) == 0', "3.0", []),
    # what exists
    ('exists doc["a"]', "2.4", [0, 1, 2, 3, 4]),
    ('exists doc["a"]', "2.5", [0, 1, 2, 4]),
    ('exists doc["o"]', "2.5", [2]),
    ('exists doc["o"]', "2.6", []),
    ('id > 1 and exists doc["a"]', "2.4", [2, 3, 4]),
    ('exists doc["a"] and id > 1', "2.5", [2, 4]),
    # patterns
    ('text like "%b"', "2.4", [1, 2, 3, 4]),
    ('text like "a_b"', "2.3", []),
    ('text like "a_b"', "2.4", [1, 2, 3, 4]),
    ('text like "50\\\\%%"', "2.3", []),
    ('text like "50\\\\%%"', "2.4", [5]),
    ('text like "50\\\\%\\\\_"', "2.4", [5]),
    ('text like "a\\\\\\\\b"', "2.4", [4]),
    # arithmetic
    ("double == 2 ** 1", "2.4", [4]),
    ("id == 2 ** 1", "2.5", [2]),
    ("tiny + 1 > 2", "2.4", [2, 5]),
    ("array_length(longs) > 1", "2.4", [0, 3]),
    # words
    ("id > 1 AND id < 3 OR NOT (id IN [0, 1, 2, 3, 5])", "2.5", [2, 4]),
    ("id not  in [1]", "2.5", [0, 2, 3, 4, 5]),
    # ranges that hold nothing, and of two kinds of numbers
    ("5 < tiny < 1", "2.4", []),
    ('0 < doc["a"] < 1.5', "2.6", [0, 1]),
    ('doc["a"] in [1, 2.5]', "2.6", [0, 1]),
    ("large == -9223372036854775808", "2.6", []),
    # constants are conditions
    ("true", "3.0", _EVERY),
    ("false or id == 1", "3.0", [1]),
    ("true or id == 1", "3.0", _EVERY),
    ("1 == 1 and id == 1", "3.0", [1]),
    # words that an analyzer makes
    ('text_match(text, "ABC x")', "2.5", [0]),
    ('text_match(text, "b a", minimum_should_match=2)', "2.6", [1, 2, 3, 4]),
    ('text == r"a\\b"', "3.0", [4]),
    # bits
    ("(tiny & 3) == 3", "3.0", [1, 2, 5]),
    ("id == (4 | 1)", "3.0", [5]),
    ('(doc["a"] ^ 3) == 2', "3.0", [0]),
]


@pytest.mark.parametrize(("text", "profile", "rows"), _BY_RELEASE)
def test_releases_differ(text: str, profile: str, rows: list[int]) -> None:
    """What means something else from some release on, or nothing before it."""
    assert found(text, profile) == rows


_PARAMETERS = [
    ("id == {x}", {"x": 1}, [1]),
    ("double == {x}", {"x": 1}, [3]),
    ("text in {x}", {"x": ["abc", "a\nb"]}, [0, 1]),
    ("{low} < tiny <= {high}", {"low": -1, "high": 1}, [0, 4]),
    ('json_contains(doc["l"], {x})', {"x": "x"}, [1]),
    ('doc["a"] == {x}', {"x": [1, 2]}, [4]),
    ("flag == {x}", {"x": False}, [1, 3, 5]),
    ("tiny + {x} == 2", {"x": 1}, [0]),
]


@pytest.mark.parametrize(("text", "given", "rows"), _PARAMETERS)
def test_parameters(text: str, given: dict[str, object], rows: list[int]) -> None:
    """A parameter stands for its value."""
    assert found(text, "2.5", **given) == rows


def test_a_pattern_may_be_a_parameter_since_2_6() -> None:
    """From 2.6 on a pattern may come with the request."""
    assert found("text like {x}", "2.6", x="%b") == [1, 2, 3, 4]
