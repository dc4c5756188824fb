"""Filters and partitions: which rows may be found at all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.search_corpora import ROWS, Corpus
from milvus_tck.suites.search._assertions import hits_of, judge_hits, troubles

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls

#: A filter, and what it says about a row.
Filter = tuple[str, Callable[[dict[str, Any]], bool]]

_FILTERS: dict[str, dict[str, Filter]] = {
    "search/filter": {
        "equal": ("small == -24768", lambda row: row["small"] == -24768),
        "unequal": ("medium != 3000009", lambda row: row["medium"] != 3000009),
        "less": ("tiny < -100", lambda row: row["tiny"] < -100),
        "at-least": ("double >= 50.0", lambda row: row["double"] >= 50.0),
        "float": ("single <= 2.5", lambda row: row["single"] <= 2.5),
        "int64": ("large > 9007199254741292", lambda row: row["large"] > 9007199254741292),
        "bool": ("flag == true", lambda row: row["flag"]),
        "constant-first": ("390 < id", lambda row: row["id"] > 390),
        "between": ("10 < id <= 20", lambda row: 10 < row["id"] <= 20),
        "in": ("id in [3, 5, 399, 400]", lambda row: row["id"] in {3, 5, 399}),
        "not-in": ("id not in [0, 1, 2]", lambda row: row["id"] not in {0, 1, 2}),
        "in-nothing": ("id in []", lambda _row: False),
        "and": ("id > 50 and flag == false", lambda row: row["id"] > 50 and not row["flag"]),
        "or": ("id < 5 or id > 395", lambda row: row["id"] < 5 or row["id"] > 395),
        "not": ("not (id < 380)", lambda row: not row["id"] < 380),
        "symbols": ("id < 9 && !(flag == true)", lambda row: row["id"] < 9 and not row["flag"]),
        "sum": ("id + 7 == 20", lambda row: row["id"] + 7 == 20),
        "remainder": ("id % 10 == 3", lambda row: row["id"] % 10 == 3),
        "text-equal": ('text == "title 007 é漢"', lambda row: row["text"] == "title 007 é漢"),
        "text-first": ('"title 007 é漢" == text', lambda row: row["text"] == "title 007 é漢"),
        "text-greater": ('text > "title 39"', lambda row: row["text"] > "title 39"),
        "text-in": ('text in ["title 001 é漢", "none"]', lambda row: row["text"] == "title 001 é漢"),
        "text-prefix": ('text like "title 01%"', lambda row: row["text"].startswith("title 01")),
        "beyond-type": ("medium > 2147483648", lambda _row: False),
        "empty": ("", lambda _row: True),
    },
    "search/filter-json": {
        "key": ('document["number"] == 7', lambda row: row["id"] == 7),
        "position": ('document["tags"][1] == "t2"', lambda row: row["id"] % 3 == 2),
        "no-such-key": ('document["none"] == 1', lambda _row: False),
    },
    "search/filter-json-functions": {
        "exists": ('exists document["number"]', lambda _row: True),
        "exists-not": ('exists document["none"]', lambda _row: False),
        "contains": ('json_contains(document["tags"], "t1")', lambda row: row["id"] % 3 == 1),
    },
    "search/filter-dynamic": {
        "text": ('colour == "green"', lambda row: row["colour"] == "green"),
        "number": ("weight > 190", lambda row: row["weight"] > 190),
    },
}


@each_case(_FILTERS)
def test_a_filter_chooses_rows(tck: Case, books: Corpus, given: Filter) -> None:
    """The nearest of the rows that match are found, and none that does not."""
    expression, matches = given
    query = books.queries(tck, 1)
    call = calls.search(books.name, query, topk=ROWS, expr=expression)
    wanted = troubles(books, query, ROWS, books.where(matches))
    judge_hits(tck, call, 1, wanted, expected=f"the nearest rows with {expression}")


@pytest.mark.clause("search/filter-long")
def test_a_long_filter(tck: Case, books: Corpus) -> None:
    """Ten thousand values are not too many."""
    query = books.queries(tck, 1)
    wanted = [3, 5, 8, 13, *range(1000, 11000)]
    call = calls.search(books.name, query, topk=10, expr=f"id in {wanted}")
    judge_hits(tck, call, 1, troubles(books, query, 10, np.array([3, 5, 8, 13])), expected="the rows that exist")


_WRONG_FILTERS = {
    "search/filter-syntax": {"half": "id <", "words": "id is seven", "parenthesis": "(id < 7"},
    "search/filter-unknown-field": {"": "nofield > 1"},
    "search/filter-type": {"text-number": "text > 5", "number-text": 'medium == "x"'},
    "search/filter-not-boolean": {"field": "medium", "number": "7"},
}


@each_case(_WRONG_FILTERS)
def test_a_wrong_filter(tck: Case, distances: Corpus, plain: Corpus, given: str) -> None:
    """A filter that means nothing is refused."""
    query = plain.queries(tck, 1)
    tck.refused(
        calls.search(plain.name, query, expr=given),
        neighbour=calls.search(plain.name, query, expr='medium > 5 and text > "a"'),
        untouched=lambda: tck.look.count(distances.name),
    )


@pytest.mark.clause("search/filter-suffix")
def test_a_pattern_with_the_wildcard_first(tck: Case, books: Corpus) -> None:
    """Up to 2.3 a pattern has to begin with its fixed part."""
    query = books.queries(tck, 1)
    ends = books.where(lambda row: row["text"].endswith("9 é漢"))
    tck.answers(
        calls.search(books.name, query, topk=ROWS, expr='text like "%9 é漢"'),
        effect=lambda answer: troubles(books, query, ROWS, ends)(hits_of(answer, 1)),
        neighbour=calls.search(books.name, query, expr='text like "title%"'),
        untouched=lambda: tck.look.count(books.name),
    )


_SHELVES = {
    "one": ["south"],
    "two": ["north", "west"],
    "all": ["north", "south", "west"],
    "none-of-these": ["_default"],
}


@each_case({"search/partition": _SHELVES})
def test_partitions_choose_rows(tck: Case, shelves: Corpus, given: list[str]) -> None:
    """The nearest rows of the named partitions are found, and none of others."""
    query = shelves.queries(tck, 1)
    call = calls.search(shelves.name, query, topk=ROWS, partitions=given)
    wanted = troubles(shelves, query, ROWS, shelves.where(lambda row: row["shelf"] in given))
    judge_hits(tck, call, 1, wanted, expected=f"the nearest rows of {given}")


@each_case({"search/partition-unknown": {"alone": ["east"], "among-others": ["south", "east"]}})
def test_an_unknown_partition(tck: Case, shelves: Corpus, given: list[str]) -> None:
    """A partition has to exist to be searched."""
    query = shelves.queries(tck, 1)
    tck.refused(
        calls.search(shelves.name, query, partitions=given),
        neighbour=calls.search(shelves.name, query, partitions=["south"]),
        untouched=lambda: tck.look.partitions(shelves.name),
    )


@pytest.mark.clause("search/partition-key-names")
def test_partitions_by_key_are_not_named(tck: Case, keyed: Corpus) -> None:
    """With a partition key the server chooses the partitions."""
    query = keyed.queries(tck, 1)
    (first, *_) = tck.ok(calls.show_partitions(keyed.name)).partition_names
    tck.refused(
        calls.search(keyed.name, query, partitions=[first]),
        neighbour=calls.search(keyed.name, query),
        untouched=lambda: tck.look.partitions(keyed.name),
    )
