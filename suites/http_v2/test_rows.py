"""Rows over the second high-level REST."""

from typing import Any, NamedTuple

import pytest
from milvus_tck.suites.http_v2._requests import DIM, LARGE, ask, created, data_of, keys_in, rows_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire.http import json_of

#: Rows that do not fit, by what is wrong with them.
UNFIT: dict[str, dict[str, Any]] = {
    "dimension": {"vector": [1.0] * (DIM + 1)},
    "text-for-vector": {"vector": "x"},
    "text-for-key": {"id": "x"},
    "vector-missing": {"vector": None},
    "key-missing": {"id": None},
    "fraction-for-key": {"id": 1.5},
}


class _Hit(NamedTuple):
    id: object
    distance: object
    color: object


def _filled(tck: Case, *keys: int) -> str:
    """Create a collection that is loaded, with rows of these keys."""
    name = created(tck)
    state = ask("/collections/get_load_state", collectionName=name)
    tck.until(state, lambda found: "LoadStateLoaded" in str(json_of(found)), what="loaded")
    tck.ok(ask("/entities/insert", collectionName=name, data=rows_of(*keys)))
    return name


@pytest.mark.clause("http-v2/insert")
def test_an_insertion(tck: Case) -> None:
    """The answer counts and names the keys, and a query finds them."""
    name = _filled(tck, 1)
    told = data_of(tck, ask("/entities/insert", collectionName=name, data=rows_of(LARGE, 7))) or {}
    wanted = [2, [LARGE, 7], {1, 7, LARGE}]
    tck.expect(
        wanted,
        [told.get("insertCount"), told.get("insertIds"), keys_in(tck, name)],
        members=("insertCount", "insertIds", "keys that are there"),
    )


@pytest.mark.clause("http-v2/insert-unfit", cases=(*UNFIT, "nothing"))
def test_rows_that_do_not_fit(tck: Case) -> None:
    """The insertion is refused, and no row of it is there; the same row without the fault is inserted."""
    name = _filled(tck, 1)
    (right,) = rows_of(2)
    neighbour = ask("/entities/upsert", collectionName=name, data=rows_of(1))
    faults = {case: [{**right, **fault}] for case, fault in UNFIT.items()} | {"nothing": []}
    for case, rows in faults.items():
        call = ask("/entities/insert", collectionName=name, data=rows)
        tck.refused(call, neighbour=neighbour, untouched=lambda: keys_in(tck, name), case=case)


@pytest.mark.clause("http-v2/keys-as-texts", cases=("numbers", "texts"))
def test_keys(tck: Case) -> None:
    """The same key is a number, or a text of all its digits."""
    name = _filled(tck, LARGE)
    for case, key in (("numbers", LARGE), ("texts", str(LARGE))):
        asked = ask(
            "/entities/get", text_keys=case == "texts", collectionName=name, id=LARGE, consistencyLevel="Strong"
        )
        tck.expect([key], [row.get("id") for row in data_of(tck, asked) or ()], case=case)


@pytest.mark.clause("http-v2/search-flat")
def test_a_search_of_two(tck: Case) -> None:
    """Two queries with a limit of two are four hits, in the order of the queries."""
    name = _filled(tck, 1, 2, 4)
    queries = [[float(number)] + [0.0] * (DIM - 1) for number in (1, 4)]
    asked = ask("/entities/search", collectionName=name, data=queries, annsField="vector", limit=2,
                outputFields=["color"], consistencyLevel="Strong")  # fmt: skip
    hits = data_of(tck, asked) or ()
    wanted = [(1, 0, "c1"), (2, 1, "c2"), (4, 0, "c4"), (2, 4, "c2")]
    tck.expect(wanted, [_Hit(hit.get("id"), hit.get("distance"), hit.get("color")) for hit in hits])


@pytest.mark.clause("http-v2/query-and-get", cases=("query", "get", "none"))
def test_rows_by_filter_and_by_key(tck: Case) -> None:
    """A filter and a list of keys answer the rows that they mean, with the fields that are named."""
    name = _filled(tck, 1, 2, 4)
    named: dict[str, Any] = {"collectionName": name, "outputFields": ["id", "color"], "consistencyLevel": "Strong"}
    two = {"id": 2, "color": "c2"}
    tck.expect([two], data_of(tck, ask("/entities/query", filter="id > 1 and id < 4", **named)), case="query")
    tck.expect([two], data_of(tck, ask("/entities/get", id=[2], **named)), case="get")
    tck.expect([], data_of(tck, ask("/entities/get", id=[3], **named)), case="none")


@pytest.mark.clause("http-v2/delete")
def test_a_deletion(tck: Case) -> None:
    """What the filter names is gone, and nothing else."""
    name = _filled(tck, 1, 2, 4)
    tck.ok(ask("/entities/delete", collectionName=name, filter="id in [2]"))
    tck.expect({1, 4}, keys_in(tck, name))
