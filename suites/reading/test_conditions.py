"""Conditions of queries: which rows match, by every part of the language of filters."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.actions import found_keys
from milvus_tck.fixtures.condition_rows import ConditionRows, Row
from milvus_tck.fixtures.marks import each_case

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import values_of

#: A condition, and the rows of which it is true.
Condition = tuple[str, Callable[[Row], bool]]


def _judge(tck: Case, where: ConditionRows, given: Condition) -> None:
    """Judge that a query finds the rows that match, and no others."""
    text, matches = given
    wanted = [row["id"] for row in where.rows if matches(row)]

    def found(answer: m.QueryResults) -> Effect:
        return same(wanted, sorted(values_of(answer.fields_data, "id")), what="keys of the rows")

    tck.accepted(calls.query(where.name, text, output=["id"]), effect=found, expected=f"the rows with {text}")


def _at(row: Row, *path: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what is at a place of a document; `None` where nothing is."""
    value: Any = row["doc"]
    for key in path:
        inside = isinstance(value, dict) and key in value
        inside = inside or (isinstance(value, list) and isinstance(key, int) and key < len(value))
        if not inside:
            return None
        value = value[key]
    return value


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_SCALARS: dict[str, dict[str, Condition]] = {
    "query/condition-comparison": {
        "less": ("n < 0", lambda row: row["n"] < 0),
        "at-most": ("n <= 0", lambda row: row["n"] <= 0),
        "greater": ("n > 8", lambda row: row["n"] > 8),
        "at-least": ("n >= 8", lambda row: row["n"] >= 8),
        "negative": ("n == -7", lambda row: row["n"] == -7),
        "unequal": ("n != 0", lambda row: row["n"] != 0),
        "largest": ("n == 4611686018427387904", lambda row: row["n"] == 1 << 62),
        "hexadecimal": ("n == 0x0d", lambda row: row["n"] == 13),
        "fraction": ("x == 0.25", lambda row: row["x"] == 0.25),
        "exponent": ("x >= 1e1", lambda row: row["x"] >= 10),
        "integer-for-double": ("x > 2", lambda row: row["x"] > 2),
        "double-at-least": ("x >= -0.5", lambda row: row["x"] >= -0.5),
        "constant-first-less": ("0 < n", lambda row: row["n"] > 0),
        "constant-first-at-least": ("0 >= n", lambda row: row["n"] <= 0),
        "constant-first-double": ("2.5 <= x", lambda row: row["x"] >= 2.5),
        "two-fields": ("n < x", lambda row: row["n"] < row["x"]),
        "two-fields-equal": ("n == x", lambda row: row["n"] == row["x"]),
        "truth": ("flag == true", lambda row: row["flag"]),
        "untruth": ("flag != true", lambda row: not row["flag"]),
        "text-less": ('s < "ab"', lambda row: row["s"].encode() < b"ab"),
        "text-at-most": ('s <= "ab"', lambda row: row["s"].encode() <= b"ab"),
        "text-at-least": ('s >= "b"', lambda row: row["s"].encode() >= b"b"),
        "text-empty": ('s == ""', lambda row: row["s"] == ""),
        "text-unequal": ('s != "a"', lambda row: row["s"] != "a"),
        "text-percent": ('s == "b%c"', lambda row: row["s"] == "b%c"),
        "text-tabulator": ('s == "tab\\tin"', lambda row: row["s"] == "tab\tin"),
        "text-quotation-mark": ('s == "quo\\"te"', lambda row: row["s"] == 'quo"te'),
        "text-apostrophes": ("s == 'abc'", lambda row: row["s"] == "abc"),
        "text-constant-first": ('"b" <= s', lambda row: row["s"].encode() >= b"b"),
    },
    "query/condition-range": {
        "open": ("-3 < n < 5", lambda row: -3 < row["n"] < 5),
        "closed": ("-3 <= n <= 5", lambda row: -3 <= row["n"] <= 5),
        "half-open": ("-3 <= n < 5", lambda row: -3 <= row["n"] < 5),
        "half-closed": ("-3 < n <= 5", lambda row: -3 < row["n"] <= 5),
        "downward": ("5 > n > -3", lambda row: -3 < row["n"] < 5),
        "downward-closed": ("5 >= n >= -3", lambda row: -3 <= row["n"] <= 5),
        "double": ("0.25 <= x < 2.0", lambda row: 0.25 <= row["x"] < 2),
        "double-whole-bounds": ("0 < x <= 2", lambda row: 0 < row["x"] <= 2),
        "text": ('"ab" <= s < "b%c"', lambda row: b"ab" <= row["s"].encode() < b"b%c"),
    },
    "query/condition-list": {
        "in": ("n in [1, 2, 3]", lambda row: row["n"] in {1, 2, 3}),
        "in-out-of-order": ("n in [13, -7, 2]", lambda row: row["n"] in {13, -7, 2}),
        "in-one": ("n in [5]", lambda row: row["n"] == 5),
        "in-none": ("n in []", lambda _row: False),
        "not-in": ("n not in [1, 2, 3]", lambda row: row["n"] not in {1, 2, 3}),
        "not-in-none": ("n not in []", lambda _row: True),
        "not-of-in": ("not (n in [1, 2, 3])", lambda row: row["n"] not in {1, 2, 3}),
        "doubles": ("x in [0.25, 2.5, 7.5]", lambda row: row["x"] in {0.25, 2.5}),
        "texts": ('s in ["abc", "", "none"]', lambda row: row["s"] in {"abc", ""}),
        "texts-not": ('s not in ["abc", ""]', lambda row: row["s"] not in {"abc", ""}),
    },
    "query/condition-logic": {
        "and": ("n > 0 and x < 2", lambda row: row["n"] > 0 and row["x"] < 2),
        "and-of-three": (
            "n > 0 and x < 3 and flag == false",
            lambda row: row["n"] > 0 and row["x"] < 3 and not row["flag"],
        ),
        "or": ("n < -3 or n > 50", lambda row: row["n"] < -3 or row["n"] > 50),
        "or-of-three": ("n == 1 or n == 2 or n == 3", lambda row: row["n"] in {1, 2, 3}),
        "and-before-or": ("n == 1 or n == 2 and n == 3", lambda row: row["n"] == 1),
        "parentheses": ("(n == 1 or n == 2) and x > 0.5", lambda row: row["n"] in {1, 2} and row["x"] > 0.5),
        "not": ("not (n > 0)", lambda row: row["n"] <= 0),
        "not-of-and": ("not (n > 0 and n < 5)", lambda row: not 0 < row["n"] < 5),
        "not-of-or": ("not (n > 0 or flag == true)", lambda row: not (row["n"] > 0 or row["flag"])),
        "twice-not": ("not (not (n > 0))", lambda row: row["n"] > 0),
        "symbols": ("n > 0 && !(n > 5) || n == -7", lambda row: 0 < row["n"] <= 5 or row["n"] == -7),
        "text-in-and": ('s == "abc" and n < 5', lambda row: row["s"] == "abc"),
        "contrary": ("n > 5 and n < 5", lambda _row: False),
    },
    "query/condition-arithmetic": {
        "sum": ("n + 3 == 5", lambda row: row["n"] == 2),
        "difference": ("n - 3 == 5", lambda row: row["n"] == 8),
        "product": ("n * 2 == 26", lambda row: row["n"] == 13),
        "quotient": ("x / 2 == 1.25", lambda row: row["x"] == 2.5),
        "remainder": ("n % 5 == 3", lambda row: row["n"] >= 0 and row["n"] % 5 == 3),
        "unequal": ("n + 1 != 1", lambda row: row["n"] != 0),
        "double": ("x * 2 == 5", lambda row: row["x"] == 2.5),
        "constants": ("n == 2 + 3", lambda row: row["n"] == 5),
        "constants-precedence": ("n == 2 + 3 * 2", lambda row: row["n"] == 8),
        "constants-parentheses": ("n == (2 + 3) * 20", lambda row: row["n"] == 100),
        "constants-negative": ("n == -(3)", lambda row: row["n"] == -3),
    },
    "query/condition-prefix": {
        "start": ('s like "ab%"', lambda row: row["s"].startswith("ab")),
        "none": ('s like "zz%"', lambda _row: False),
        "all": ('s like "%"', lambda _row: True),
        "exact": ('s like "abc"', lambda row: row["s"] == "abc"),
        "beyond-ascii": ('s like "Ä%"', lambda row: row["s"].startswith("Ä")),
        "not": ('not (s like "a%")', lambda row: not row["s"].startswith("a")),
    },
    "query/condition-pattern": {
        "end": ('s like "%c"', lambda row: row["s"].endswith("c")),
        "inside": ('s like "%b%"', lambda row: "b" in row["s"]),
        "both-ends": ('s like "b%c"', lambda row: row["s"].startswith("b") and row["s"].endswith("c")),
        "one-character": ('s like "b_c"', lambda row: row["s"] in {"b_c", "b%c", "bxc"}),
        "two-characters": ('s like "a_"', lambda row: row["s"] == "ab"),
        "escaped-underscore": ('s like "b\\\\_c"', lambda row: row["s"] == "b_c"),
        "escaped-percent": ('s like "b\\\\%c"', lambda row: row["s"] == "b%c"),
        "escaped-start": ('s like "8\\\\_%"', lambda row: row["s"] == "8_12"),
        "end-beyond-ascii": ('s like "%字"', lambda row: row["s"].endswith("字")),
    },
}


@each_case(_SCALARS)
def test_a_condition_on_plain_fields(tck: Case, condition_scalars: ConditionRows, given: Condition) -> None:
    """A query finds the rows of which its condition is true."""
    _judge(tck, condition_scalars, given)


_DOCUMENTS: dict[str, dict[str, Condition]] = {
    "query/condition-document": {
        "number": ('doc["a"] == 1', lambda row: _number(_at(row, "a")) and _at(row, "a") == 1),
        "number-greater": ('doc["a"] > 1', lambda row: _number(_at(row, "a")) and _at(row, "a") > 1),
        "number-at-most": ('doc["a"] <= 2', lambda row: _number(_at(row, "a")) and _at(row, "a") <= 2),
        "fraction": ('doc["a"] == 2.5', lambda row: _at(row, "a") == 2.5),
        "text": ('doc["a"] == "1"', lambda row: _at(row, "a") == "1"),
        "truth": ('doc["a"] == true', lambda row: _at(row, "a") is True),
        "text-of-key": ('doc["b"] == "x"', lambda row: _at(row, "b") == "x"),
        "text-prefix": ('doc["b"] like "x%"', lambda row: str(_at(row, "b")).startswith("x")),
        "inner-key": ('doc["c"]["d"] == 1', lambda row: _at(row, "c", "d") == 1),
        "innermost-key": ('doc["c"]["d"]["e"] == 5', lambda row: _at(row, "c", "d", "e") == 5),
        "position": ('doc["a"][0] == 1', lambda row: _at(row, "a", 0) == 1),
        "position-last": ('doc["a"][2] == 3', lambda row: _at(row, "a", 2) == 3),
        "position-beyond": ('doc["a"][7] == 1', lambda _row: False),
        "in": ('doc["a"] in [1, 2]', lambda row: _number(_at(row, "a")) and _at(row, "a") in {1, 2}),
        "in-texts": ('doc["b"] in ["y", "x"]', lambda row: _at(row, "b") in {"x", "y"}),
        "range": ('1.0 < doc["a"] <= 2.5', lambda row: _number(_at(row, "a")) and 1 < _at(row, "a") <= 2.5),
        "sum": ('doc["a"] + 1 == 3', lambda row: _number(_at(row, "a")) and _at(row, "a") == 2),
        "and": ('doc["a"] == 2 and doc["b"] == "xy"', lambda row: _at(row, "b") == "xy"),
        "or": ('doc["a"] == 1 or doc["b"] == "y"', lambda row: row["id"] in {0, 8}),
        "and-before-or": ('doc["a"] == 2 or doc["b"] == "y" and doc["a"] == 1', lambda row: row["id"] == 1),
        "none": ('doc["none"] == 1', lambda _row: False),
        "dynamic": ("a == 1", lambda row: _number(_at(row, "a")) and _at(row, "a") == 1),
        "dynamic-text": ('b == "xy"', lambda row: _at(row, "b") == "xy"),
        "dynamic-by-name": ('$meta["b"] == "y"', lambda row: _at(row, "b") == "y"),
        "dynamic-position": ("a[1] == 2", lambda row: _at(row, "a", 1) == 2),
    },
    "query/condition-document-function": {
        "exists": ('exists doc["b"]', lambda row: "b" in row["doc"]),
        "exists-not": ('not exists doc["b"]', lambda row: "b" not in row["doc"]),
        "exists-inner": ('exists doc["c"]["d"]', lambda row: isinstance(_at(row, "c"), dict) and "d" in _at(row, "c")),
        "contains": ('json_contains(doc["a"], 2)', lambda row: isinstance(_at(row, "a"), list) and 2 in _at(row, "a")),
        "contains-text": ('json_contains(doc["a"], "y")', lambda row: row["id"] == 7),
        "contains-all": ('json_contains_all(doc["a"], [1, 3])', lambda row: row["id"] == 5),
        "contains-not-all": ('json_contains_all(doc["a"], [1, 4])', lambda _row: False),
        "contains-any": ('json_contains_any(doc["a"], ["y", 3])', lambda row: row["id"] in {5, 7}),
        "length": ('array_length(doc["a"]) == 3', lambda row: row["id"] == 5),
        "length-inner": ('array_length(doc["c"]["d"]) == 3', lambda row: row["id"] == 2),
        "capitals": ('JSON_CONTAINS(doc["a"], "x")', lambda row: row["id"] == 7),
    },
    "query/condition-document-length": {
        "none": ('array_length(doc["a"]) == 0', lambda row: row["id"] == 6),
        "less": ('array_length(doc["a"]) < 3', lambda row: row["id"] in {6, 7}),
    },
}


@each_case(_DOCUMENTS)
def test_a_condition_on_documents(tck: Case, condition_documents: ConditionRows, given: Condition) -> None:
    """What is at a place of a document is compared with values of its type; where nothing is, nothing matches."""
    _judge(tck, condition_documents, given)


_ARRAYS: dict[str, dict[str, Condition]] = {
    "query/condition-array": {
        "element": ("whole[0] == 3", lambda row: row["whole"][:1] == [3]),
        "element-second": ("whole[1] == 3", lambda row: row["whole"][1:2] == [3]),
        "element-less": ("whole[0] < 3", lambda row: any(each < 3 for each in row["whole"][:1])),
        "element-beyond": ("whole[2] == 3", lambda row: row["whole"][2:3] == [3]),
        "element-in": ("whole[0] in [7, 2]", lambda row: row["whole"][:1] in ([7], [2])),
        "element-float": ("parts[0] >= 1.5", lambda row: any(each >= 1.5 for each in row["parts"][:1])),
        "element-text": ('words[0] == "a"', lambda row: row["words"][:1] == ["a"]),
        "element-range": ("1 < whole[0] <= 3", lambda row: any(1 < each <= 3 for each in row["whole"][:1])),
        "contains": ("array_contains(whole, 3)", lambda row: 3 in row["whole"]),
        "contains-float": ("array_contains(parts, 1.5)", lambda row: 1.5 in row["parts"]),
        "contains-text": ('array_contains(words, "a")', lambda row: "a" in row["words"]),
        "contains-no-part": ('array_contains(words, "ab")', lambda _row: False),
        "contains-all": ("array_contains_all(whole, [2, 3])", lambda row: {2, 3} <= set(row["whole"])),
        "contains-any": ("array_contains_any(whole, [7, 2])", lambda row: bool({7, 2} & set(row["whole"]))),
        "contains-any-text": (
            'array_contains_any(words, ["c", "z"])',
            lambda row: bool({"c", "z"} & set(row["words"])),
        ),
        "contains-not": ("not array_contains(whole, 3)", lambda row: 3 not in row["whole"]),
        "and-before-or": (
            'whole[0] == 2 or array_contains(words, "a") and whole[0] == 1',
            lambda row: row["whole"][:1] == [2] or ("a" in row["words"] and row["whole"][:1] == [1]),
        ),
        "contains-twice": (
            'array_contains(whole, 1) and array_contains(words, "b")',
            lambda row: 1 in row["whole"] and "b" in row["words"],
        ),
        "length": ("array_length(whole) == 3", lambda row: len(row["whole"]) == 3),
        "length-none": ("array_length(whole) == 0", lambda row: not row["whole"]),
        "length-of-floats": ("array_length(parts) == 2", lambda row: len(row["parts"]) == 2),
    },
    "query/condition-array-none": {
        "any": ("array_contains_any(whole, [])", lambda _row: False),
        "any-or": ("array_contains_any(whole, []) or array_length(whole) == 0", lambda row: not row["whole"]),
        "all": ("array_contains_all(whole, [])", lambda _row: True),
    },
    "query/condition-array-length": {
        "more": ("array_length(parts) > 1", lambda row: len(row["parts"]) > 1),
        "at-most": ("array_length(whole) <= 1", lambda row: len(row["whole"]) <= 1),
        "other": ("array_length(words) != 2", lambda row: len(row["words"]) != 2),
    },
}


@each_case(_ARRAYS)
def test_a_condition_on_arrays(tck: Case, condition_arrays: ConditionRows, given: Condition) -> None:
    """Elements are compared by their positions; a row whose array is shorter does not match, and is no fault."""
    _judge(tck, condition_arrays, given)


_NULLS: dict[str, dict[str, Condition]] = {
    "query/condition-null": {
        "null": ("n is null", lambda row: row["n"] is None),
        "not-null": ("n is not null", lambda row: row["n"] is not None),
        "capitals": ("n IS NULL", lambda row: row["n"] is None),
        "text": ("s is null", lambda row: row["s"] is None),
        "document": ("doc is null", lambda row: row["doc"] is None),
        "document-not": ("doc is not null", lambda row: row["doc"] is not None),
        "array": ("whole is null", lambda row: row["whole"] is None),
        "array-not": ("whole is not null", lambda row: row["whole"] is not None),
        "equal": ("n == 0", lambda row: row["n"] == 0),
        "unequal": ("n != 1", lambda row: row["n"] not in {None, 1}),
        "not-equal": ("not (n == 1)", lambda row: row["n"] not in {None, 1}),
        "less": ("n < 2", lambda row: row["n"] is not None and row["n"] < 2),
        "not-in": ("n not in [1, 2]", lambda row: row["n"] not in {None, 1, 2}),
        "text-unequal": ('s != "a"', lambda row: row["s"] not in {None, "a"}),
        "text-prefix": ('s like "%"', lambda row: row["s"] is not None),
        "key-unequal": (
            'doc["a"] != 2 and n == 1 or doc["a"] != 2 and n is null and s == "b"',
            lambda row: row["id"] == 0,
        ),
        "and": ('n == 0 and s == ""', lambda row: row["n"] == 0),
        "and-null": ('n != 1 and s != "b"', lambda row: row["id"] == 4),
        "or": ('n == 1 or s == "b"', lambda row: row["id"] in {0, 1}),
        "or-null": ("n is null or s is null", lambda row: row["n"] is None or row["s"] is None),
        "contains": ("array_contains(whole, 3)", lambda row: 3 in (row["whole"] or [])),
        "length": ("array_length(whole) == 0", lambda row: row["whole"] == []),
        "sum": ("n + 1 == 1", lambda row: row["n"] == 0),
    }
}


@each_case(_NULLS)
def test_a_condition_on_nulls(tck: Case, condition_nulls: ConditionRows, given: Condition) -> None:
    """A comparison with null is unknown, and so is its contrary; `is null` alone finds what is null."""
    _judge(tck, condition_nulls, given)


_UNREADABLE = {
    "two-comparisons": "n == 1 == 2",
    "no-operator": "n 1",
    "no-operand": "n ==",
    "no-list": "n in 5",
    "text-for-number": 'n == "a"',
    "number-for-text": "s == 1",
    "text-sum": 's + "a" == "b"',
    "range-of-truth": "true < flag < false",
    "pattern-of-number": 'n like "a%"',
    "like-number": "s like 5",
    "number-as-condition": "n + 1",
    "and-of-numbers": "n and x",
    "list-of-kinds": 'n in [1, "a"]',
    "key-of-number": 'n["a"] == 1',
    "unknown-function": "frobnicate(n, 1)",
    "open-text": 's == "a',
    "unknown-field-in-or": "n == 1 or z == 2",
    "division-by-zero": "n == 1 / 0",
}


@each_case({"query/condition-unreadable": _UNREADABLE})
def test_a_condition_that_means_nothing(tck: Case, condition_scalars: ConditionRows, given: str) -> None:
    """A condition that means nothing is refused, and is no fault of the server."""
    tck.refused(
        calls.query(condition_scalars.name, given, output=["id"]),
        neighbour=calls.query(condition_scalars.name, 'n == 1 and s != "a"', output=["id"]),
        untouched=lambda: tck.look.count(condition_scalars.name),
    )


@pytest.mark.clause("query/condition-contrary")
def test_a_condition_and_its_contrary(tck: Case, condition_scalars: ConditionRows) -> None:
    """A row that has every value matches a condition, or its contrary."""
    conditions = ("n > 1", 's like "a%"', "n in [1, 2]", "x <= 0.5 and flag == true")
    name = condition_scalars.name
    both = [sorted([*found_keys(tck, name, each), *found_keys(tck, name, f"not ({each})")]) for each in conditions]
    every = [row["id"] for row in condition_scalars.rows]
    tck.expect([every] * len(conditions), both, members=conditions)
