"""Rows over the first high-level REST: written there, and seen over gRPC."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pytest
from milvus_tck.fixtures.actions import load
from milvus_tck.fixtures.marks import each_clause
from milvus_tck.fixtures.ten_rows import DIM, LARGE, Rows, fill
from milvus_tck.suites.http_v1._requests import ask, data_of, keys_of
from milvus_tck.suites.search._assertions import search

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire.http import json_of
from milvus_tck.wire.schema import int64_key, vector

_VECTOR = [0.5] * DIM


def _row(key: int, number: int = 0, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"id": key, "n": number, "vector": _VECTOR, **more}


def _found(tck: Case, name: str) -> set[int | str]:
    """Return the keys of all rows, as a search over gRPC finds them."""
    (hits,) = search(tck, calls.search(name, np.zeros((1, DIM), dtype=np.float32), field="vector", topk=100))
    return set(hits.ids)


def _all(rows: Rows) -> Any:  # noqa: ANN401 - a call
    return ask("query", collectionName=rows.name, filter="id > 0")


class _Row(NamedTuple):
    n: object
    vector: object


@pytest.mark.clause("http-v1/insert", cases=("list", "object"))
def test_an_insertion(tck: Case) -> None:
    """Rows are counted, named by their keys, and found over gRPC."""
    rows = fill(tck)
    for case, data, keys in (("list", [_row(1), _row(2)], [1, 2]), ("object", _row(3), [3])):
        answer = data_of(tck, ask("insert", collectionName=rows.name, data=data)) or {}
        told = [answer.get("insertCount"), answer.get("insertIds"), set(keys) <= _found(tck, rows.name)]
        tck.expect([len(keys), keys, True], told, case=case, members=("insertCount", "insertIds", "rows are found"))


@pytest.mark.clause("http-v1/insert-keys")
def test_keys_with_all_digits(tck: Case) -> None:
    """A key above 2^53 is found over gRPC as it was given, and its neighbours are not."""
    rows = fill(tck)
    key = LARGE + 1000  # odd, so that a double cannot hold it
    tck.ok(ask("insert", collectionName=rows.name, data=[_row(key)]))
    found = _found(tck, rows.name)
    tck.expect(
        [True, False, False],
        [each in found for each in (key, key - 1, key + 1)],
        members=("the key is there", "the key below is there", "the key above is there"),
    )


@pytest.mark.clause("http-v1/ids-as-text", cases=("text", "number"))
def test_keys_as_texts(tck: Case, ten_rows: Rows) -> None:
    """Keys are texts of digits, unless numbers are asked for."""
    query: dict[str, Any] = {"collectionName": ten_rows.name, "filter": f"id == {LARGE}", "outputFields": ["n"]}
    if tck.owes("http-v1/ids-as-text", "text"):
        tck.expect([str(LARGE)], keys_of(data_of(tck, ask("query", text_keys=True, **query))), case="text")
    tck.expect([LARGE], keys_of(data_of(tck, ask("query", **query))), case="number")


@each_clause({
    "http-v1/insert-dimension-other": {
        "shorter": [{"vector": [0.5] * (DIM - 1)}], "longer": [{"vector": [0.5] * (DIM + 1)}],
        "one-of-two": [{}, {"vector": [0.5] * (DIM + 1)}],
    },
    "http-v1/insert-nothing": {"": []},
    "http-v1/insert-key-missing": {"": [{"id": None}]},
})  # fmt: skip
def test_rows_that_are_refused(tck: Case, given: dict[str, list[dict[str, Any]]]) -> None:
    """Of rows that are refused none is inserted."""
    rows = fill(tck)
    for case, changes in given.items():
        data = [{**_row(5 + turn), **each} for turn, each in enumerate(changes)]
        data = [{name: value for name, value in row.items() if value is not None} for row in data]
        tck.refused(
            ask("insert", collectionName=rows.name, data=data),
            neighbour=ask("insert", collectionName=rows.name, data=[_row(1)]),
            untouched=lambda: _found(tck, rows.name) - {1},
            case=case,
        )


@pytest.mark.clause("http-v1/insert-unknown")
def test_rows_for_nobody(tck: Case) -> None:
    """A collection that does not exist takes no rows."""
    rows, missing = fill(tck), tck.name()
    tck.refused(
        ask("insert", collectionName=missing, data=[_row(1)]),
        neighbour=ask("insert", collectionName=rows.name, data=[_row(1)]),
        untouched=lambda: tck.look.collection(missing),
    )


@pytest.mark.clause("http-v1/upsert")
def test_an_upsert(tck: Case) -> None:
    """A row that is there is replaced, one that is not is added."""
    rows = fill(tck)
    old, new = rows.keys[0], rows.keys[-1] + 1000
    tck.ok(ask("upsert", collectionName=rows.name, data=[_row(old, 77), _row(new, 78)]))
    query = np.zeros((1, DIM), dtype=np.float32)
    (hits,) = search(tck, calls.search(rows.name, query, field="vector", topk=100, output=["n"]))
    told = dict(zip(hits.ids, hits.columns.get("n", ()), strict=False))
    tck.expect(
        [77, 78, len(rows.keys) + 1],
        [told.get(old), told.get(new), len(hits.ids)],
        members=("n of the old row", "n of the new row", "rows"),
    )


@pytest.mark.clause("http-v1/upsert-auto-id")
def test_an_upsert_without_keys(tck: Case) -> None:
    """Rows of a collection that makes its own keys cannot be replaced."""
    name, rows = tck.name(), fill(tck)
    tck.ok(ask("create", collectionName=name, dimension=DIM))
    tck.refused(
        ask("upsert", collectionName=name, data=[{"id": 1, "vector": _VECTOR}]),
        neighbour=ask("upsert", collectionName=rows.name, data=[_row(1)]),
        untouched=lambda: [each.value for each in tck.ok(calls.get_collection_statistics(name)).stats],
    )


@pytest.mark.clause("http-v1/dynamic-integer")
def test_a_large_dynamic_integer(tck: Case) -> None:
    """A dynamic integer that a double cannot hold comes back with its last digit."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vector", DIM), dynamic=True))
    tck.ok(calls.create_index(name, "vector", "FLAT", "L2", {}))
    load(tck, name)
    tck.ok(ask("insert", collectionName=name, data=[{"id": 1, "vector": _VECTOR, "large": LARGE}]))
    query = ask("query", collectionName=name, filter="id == 1", outputFields=["large"])
    # Queries over this binding read what has arrived: the row may be a moment away.
    found = json_of(tck.until(query, lambda answer: bool((json_of(answer) or {}).get("data")), what="there"))
    tck.expect(LARGE, found["data"][0].get("large"))


@pytest.mark.clause("http-v1/search")
def test_a_search(tck: Case, ten_rows: Rows) -> None:
    """Hits and distances are those of a search over gRPC, which finds the nearest rows."""
    query = ten_rows.vectors[3] + np.float32(0.1)
    found = data_of(tck, ask("search", collectionName=ten_rows.name, vector=query.tolist(), limit=4))
    (hits,) = search(tck, calls.search(ten_rows.name, query[None, :], field="vector", topk=4))
    exact = np.argsort(((ten_rows.vectors.astype(np.float64) - query) ** 2).sum(axis=1))[:4]
    close = np.allclose([row.get("distance", -1) for row in found or ()], hits.scores, rtol=1e-5)
    wanted = [ten_rows.keys[place] for place in exact]
    tck.expect(
        [wanted, wanted, True],
        [keys_of(found), list(hits.ids), close],
        members=("keys over HTTP", "keys over gRPC", "distances agree"),
    )


@pytest.mark.clause("http-v1/search-limit", cases=("limit", "offset"))
def test_limit_and_offset(tck: Case, ten_rows: Rows) -> None:
    """Limits cut the list at its end, offsets at its beginning."""
    asked: dict[str, Any] = {"collectionName": ten_rows.name, "vector": ten_rows.vectors[0].tolist()}
    every = keys_of(data_of(tck, ask("search", **asked)))
    tck.expect(
        [every[:3], 10],
        [keys_of(data_of(tck, ask("search", limit=3, **asked))), len(every)],
        case="limit",
        members=("hits", "hits without a limit"),
    )
    tck.expect(every[2:5], keys_of(data_of(tck, ask("search", limit=3, offset=2, **asked))), case="offset")


@pytest.mark.clause("http-v1/search-output")
def test_output_fields(tck: Case, ten_rows: Rows) -> None:
    """A hit has its key, its distance and what was named."""
    vector_ = ten_rows.vectors[2].tolist()
    found = data_of(tck, ask("search", collectionName=ten_rows.name, vector=vector_, limit=1, outputFields=["n"]))
    bare = data_of(tck, ask("search", collectionName=ten_rows.name, vector=vector_, limit=1))
    tck.expect(
        [{"id": ten_rows.keys[2], "distance": 0, "n": 2}, {"id": ten_rows.keys[2], "distance": 0}],
        [(found or [None])[0], (bare or [None])[0]],
        members=("hit with n", "hit without"),
    )


@pytest.mark.clause("http-v1/search-filter")
def test_a_filter(tck: Case, ten_rows: Rows) -> None:
    """Only rows that match are hits."""
    found = data_of(tck, ask("search", collectionName=ten_rows.name, vector=_VECTOR, filter="n >= 7"))
    tck.expect(set(ten_rows.keys[7:]), set(keys_of(found)))


@pytest.mark.clause("http-v1/search-radius")
def test_a_radius(tck: Case, ten_rows: Rows) -> None:
    """Only rows within the radius are hits: those at a distance of 0, and of 4 on either side."""
    asked: dict[str, Any] = {"collectionName": ten_rows.name, "vector": ten_rows.vectors[5].tolist()}
    found = data_of(tck, ask("search", params={"radius": 5.0}, **asked))
    tck.expect(set(ten_rows.keys[4:7]), set(keys_of(found)))


@each_clause({
    "http-v1/search-limit-out-of-range": {"zero": {"limit": 0}, "negative": {"limit": -1}, "large": {"limit": 16385}},
})  # fmt: skip
def test_limits_out_of_range(tck: Case, ten_rows: Rows, given: dict[str, dict[str, int]]) -> None:
    """A limit that nobody may have is refused."""
    asked: dict[str, Any] = {"collectionName": ten_rows.name, "vector": _VECTOR}
    right = ask("search", limit=1, **asked)

    def look() -> object:
        return _found(tck, ten_rows.name)

    for case, wrong in given.items():
        tck.refused(ask("search", **{**asked, **wrong}), neighbour=right, untouched=look, case=case)


@pytest.mark.clause("http-v1/search-unknown")
def test_a_search_in_nothing(tck: Case, ten_rows: Rows) -> None:
    """A collection that does not exist is not searched."""
    right, missing = ask("search", collectionName=ten_rows.name, vector=_VECTOR), tck.name()
    wrong = ask("search", collectionName=missing, vector=_VECTOR)
    tck.refused(wrong, neighbour=right, untouched=lambda: tck.look.collection(missing))


@pytest.mark.clause("http-v1/query-unknown")
def test_a_query_of_nothing(tck: Case, ten_rows: Rows) -> None:
    """A collection that does not exist has no rows to tell."""
    missing = tck.name()
    wrong = ask("query", collectionName=missing, filter="id > 0")
    tck.refused(wrong, neighbour=_all(ten_rows), untouched=lambda: tck.look.collection(missing))


@pytest.mark.clause("http-v1/delete-unknown")
def test_a_deletion_from_nothing(tck: Case, ten_rows: Rows) -> None:
    """A collection that does not exist has no row to lose."""
    missing = tck.name()
    wrong = ask("delete", collectionName=missing, id=1)
    tck.refused(wrong, neighbour=_all(ten_rows), untouched=lambda: tck.look.collection(missing))


@pytest.mark.clause("http-v1/query", cases=("every-field", "some-fields"))
def test_a_query(tck: Case, ten_rows: Rows) -> None:
    """Rows that match come with every field, or with those that are named."""
    asked: dict[str, Any] = {"collectionName": ten_rows.name, "filter": "n in [2, 4]"}
    found = data_of(tck, ask("query", **asked)) or []
    whole = {row.get("id"): _Row(row.get("n"), row.get("vector")) for row in found}
    wanted = {ten_rows.keys[place]: (place, ten_rows.vectors[place].tolist()) for place in (2, 4)}
    tck.expect(wanted, whole, case="every-field")
    some = data_of(tck, ask("query", outputFields=["n"], **asked)) or []
    wanted_some = [{"id": ten_rows.keys[place], "n": place} for place in (2, 4)]
    tck.expect(wanted_some, sorted(some, key=lambda row: row.get("n", 0)), case="some-fields")


@pytest.mark.clause("http-v1/query-filter-unreadable")
def test_a_filter_that_can_not_be_read(tck: Case, ten_rows: Rows) -> None:
    """A filter that breaks off is refused."""
    wrong = ask("query", collectionName=ten_rows.name, filter="n >")
    tck.refused(wrong, neighbour=_all(ten_rows), untouched=lambda: _found(tck, ten_rows.name))


@pytest.mark.clause("http-v1/get", cases=("number", "text", "list"))
def test_rows_by_their_keys(tck: Case, ten_rows: Rows) -> None:
    """A key finds its row, a list of keys theirs, and a key that is not there nothing."""
    first, second = ten_rows.keys[:2]
    asked = {"number": first, "text": str(first), "list": [first, second, second + 1]}
    wanted = {"number": {first}, "text": {first}, "list": {first, second}}
    for case, keys in asked.items():
        found = data_of(tck, ask("get", collectionName=ten_rows.name, id=keys, outputFields=["n"]))
        tck.expect(wanted[case], set(keys_of(found)), case=case)


@pytest.mark.clause("http-v1/delete")
def test_a_deletion(tck: Case) -> None:
    """The row of the key is gone, for gRPC too, and the others are not."""
    rows = fill(tck)
    call = ask("delete", collectionName=rows.name, id=rows.keys[4])
    wanted = {*rows.keys[:4], *rows.keys[5:]}
    tck.accepted(call, effect=lambda _answer: same(wanted, _found(tck, rows.name), what="keys found"))


@pytest.mark.clause("http-v1/delete-filter")
def test_a_deletion_by_filter(tck: Case) -> None:
    """Rows that match are gone, and the others are not."""
    rows = fill(tck)
    call = ask("delete", collectionName=rows.name, filter=f"id in [{rows.keys[0]}, {rows.keys[9]}]")
    tck.accepted(call, effect=lambda _answer: same(set(rows.keys[1:9]), _found(tck, rows.name), what="keys found"))


@pytest.mark.clause("http-v1/body-large")
def test_a_large_body(tck: Case) -> None:
    """Ten thousand rows in one body are counted one by one."""
    name, count = tck.name(), 10_000
    tck.ok(calls.create_collection(name, int64_key(), vector("vector", DIM)))
    data = [{"id": key, "vector": [0.1, 0.2, 0.3, key]} for key in range(count)]
    found = data_of(tck, ask("insert", collectionName=name, data=data)) or {}
    tck.expect(
        [count, count],
        [found.get("insertCount"), len(set(found.get("insertIds", ())))],
        members=("insertCount", "different insertIds"),
    )


@pytest.mark.clause("http-v1/at-once")
def test_requests_that_arrive_together(tck: Case, ten_rows: Rows) -> None:
    """Each of thirty requests for a row gets the row that it asked for."""
    keys = [*ten_rows.keys] * 3
    with ThreadPoolExecutor(len(keys)) as pool:
        calls_ = [ask("get", collectionName=ten_rows.name, id=key, outputFields=["n"]) for key in keys]
        answers = list(pool.map(tck.call, calls_))
    found = [keys_of((json_of(each.answer) or {}).get("data")) for each in answers]
    tck.expect([[key] for key in keys], found)
