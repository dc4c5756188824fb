"""What the second high-level REST refuses, each beside a request that it takes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.ten_rows import DIM, Rows
from milvus_tck.suites.http_v2._requests import TABLE, ask, created, data_of, keys_in

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import json_of
from milvus_tck.wire.messages import HttpResponse

#: What is asked in a case, and the request beside it that succeeds.
Pair = tuple[Call[HttpResponse], Call[HttpResponse]]
#: Routes that need members, by the case that is called after them; those that no RPC does are served by Milvus alone.
NEEDY = {
    each.path.strip("/").replace("/", "-").replace("_", "-"): each.path
    for each in TABLE
    if each.rpc and any(field.required for field in each.fields)
}
_VECTOR = [0.5] * DIM
_INDEX = {"fieldName": "vector", "indexName": "other", "metricType": "L2", "indexType": "FLAT"}


def _refused(tck: Case, clause: str, pairs: Mapping[str, Pair], untouched: Callable[[], object]) -> None:
    for case, (call, neighbour) in pairs.items():
        if tck.owes(clause, case):
            tck.refused(call, neighbour=neighbour, untouched=untouched, case=case)


@pytest.mark.clause("http-v2/required-member", cases=tuple(NEEDY))
def test_bodies_that_say_nothing(tck: Case) -> None:
    """An object without members is refused by each route that needs some, and changes nothing."""
    name = created(tck)
    neighbour = ask("/collections/has", collectionName=name)
    pairs = {case: (ask(path), neighbour) for case, path in NEEDY.items()}
    _refused(tck, "http-v2/required-member", pairs, partial(tck.look.collection, name))


#: Routes that name a collection, by the end of their paths.
_NAMING = ("has", "describe", "get_stats", "get_load_state", "load", "release", "drop", "refresh_load")


@pytest.mark.clause("http-v2/name-empty", cases=(*(each.replace("_", "-") for each in _NAMING), "filter"))
def test_texts_that_are_empty(tck: Case) -> None:
    """A collection without a name is none, and a filter without a letter deletes nothing."""
    name = created(tck)
    right = ask("/collections/has", collectionName=name)
    pairs = {each.replace("_", "-"): (ask(f"/collections/{each}", collectionName=""), right) for each in _NAMING}
    pairs["filter"] = (ask("/entities/delete", collectionName=name, filter=""), right)
    _refused(tck, "http-v2/name-empty", pairs, partial(tck.look.collection, name))


def _unreadable(name: str) -> dict[str, Pair]:
    """Searches with a vector that is none, each beside one that has one."""
    right: dict[str, Any] = {"collectionName": name, "data": [_VECTOR], "annsField": "vector"}
    wrong: dict[str, dict[str, Any]] = {
        "dimension": {"data": [[*_VECTOR, 0.5]]},
        "no-list": {"data": _VECTOR},
        "field": {"annsField": "n"},
    }
    return {
        case: (ask("/entities/search", **right | each), ask("/entities/search", **right))
        for case, each in wrong.items()
    }


@pytest.mark.clause("http-v2/vector-unreadable", cases=tuple(_unreadable("")))
def test_vectors_that_are_none(tck: Case, ten_rows: Rows) -> None:
    """A search of a vector that does not fit its field finds nothing and is refused."""
    look = partial(keys_in, tck, ten_rows.name)
    _refused(tck, "http-v2/vector-unreadable", _unreadable(ten_rows.name), look)


@pytest.mark.clause("http-v2/rows-in-no-list", cases=("insert", "upsert"))
def test_a_row_in_no_list(tck: Case) -> None:
    """A row by itself is not stored."""
    name = created(tck)
    row = {"id": 1, "vector": _VECTOR}
    load = ask("/collections/get_load_state", collectionName=name)
    tck.until(load, lambda found: "LoadStateLoaded" in str(json_of(found)), what="loaded")
    right = ask("/entities/upsert", collectionName=name, data=[{"id": 2, "vector": _VECTOR}])
    tck.ok(right)
    pairs = {case: (ask(f"/entities/{case}", collectionName=name, data=row), right) for case in ("insert", "upsert")}
    _refused(tck, "http-v2/rows-in-no-list", pairs, partial(keys_in, tck, name))


@pytest.mark.clause("http-v2/key-unfit", cases=("one", "list"))
def test_keys_of_another_type(tck: Case, ten_rows: Rows) -> None:
    """Letters are no key of an Int64."""
    right = ask("/entities/get", collectionName=ten_rows.name, id=[1])
    given = {"one": "x", "list": [1, "x"]}
    pairs = {case: (ask("/entities/get", collectionName=ten_rows.name, id=key), right) for case, key in given.items()}
    _refused(tck, "http-v2/key-unfit", pairs, partial(keys_in, tck, ten_rows.name))


def _of_collection(name: str) -> dict[str, Call[HttpResponse]]:
    """Write what is asked of a collection, by what is done to it; nothing of it would change one that is there."""
    here: dict[str, Any] = {"collectionName": name}
    return {
        "get-stats": ask("/collections/get_stats", **here),
        "load": ask("/collections/load", **here),
        "release": ask("/collections/release", **here),
        "refresh-load": ask("/collections/refresh_load", **here),
        "truncate": ask("/collections/truncate", **here),
        "rename": ask("/collections/rename", newCollectionName=f"{name}_new", **here),
        "indexes-create": ask("/indexes/create", indexParams=[_INDEX], **here),
        "indexes-list": ask("/indexes/list", **here),
        "insert": ask("/entities/insert", data=[{"id": 1, "vector": _VECTOR}], **here),
        "upsert": ask("/entities/upsert", data=[{"id": 1, "vector": _VECTOR}], **here),
        "delete": ask("/entities/delete", filter="id in [1]", **here),
        "query": ask("/entities/query", filter="id > 0", **here),
        "search": ask("/entities/search", data=[_VECTOR], annsField="vector", **here),
    }


@pytest.mark.clause("http-v2/collection-unknown", cases=tuple(_of_collection("")))
def test_a_collection_that_is_not_there(tck: Case, ten_rows: Rows) -> None:
    """Whatever is asked of it is refused, and makes none."""
    missing = tck.name()
    right = ask("/collections/describe", collectionName=ten_rows.name)
    pairs = {case: (call, right) for case, call in _of_collection(missing).items()}
    _refused(tck, "http-v2/collection-unknown", pairs, partial(tck.look.collection, missing))


@pytest.mark.clause("http-v2/partition-unknown", cases=("get-stats", "load", "release"))
def test_a_partition_that_is_not_there(tck: Case, ten_rows: Rows) -> None:
    """It has no rows, and is neither loaded nor released."""
    missing = tck.name()
    here: dict[str, Any] = {"collectionName": ten_rows.name}
    right = ask("/partitions/list", **here)
    pairs = {
        "get-stats": (ask("/partitions/get_stats", partitionName=missing, **here), right),
        "load": (ask("/partitions/load", partitionNames=[missing], **here), right),
        "release": (ask("/partitions/release", partitionNames=[missing], **here), right),
    }
    _refused(tck, "http-v2/partition-unknown", pairs, partial(keys_in, tck, ten_rows.name))


@pytest.mark.clause("http-v2/limiter", cases=("insert", "search", "flush"))
def test_what_the_limiter_looks_at(tck: Case) -> None:
    """Rows for a partition that is not there are not stored, and nothing is found in it or written down."""
    name, missing = created(tck), tck.name()
    right = ask("/collections/describe", collectionName=name)
    here: dict[str, Any] = {"collectionName": name}
    row = [{"id": 1, "vector": _VECTOR}]
    search: dict[str, Any] = {"data": [_VECTOR], "annsField": "vector", "partitionNames": [missing]}
    pairs = {
        "insert": (ask("/entities/insert", partitionName=missing, data=row, **here), right),
        "search": (ask("/entities/search", **search, **here), right),
        "flush": (ask("/collections/flush", collectionName=missing), right),
    }
    _refused(tck, "http-v2/limiter", pairs, partial(tck.look.collection, missing))


@pytest.mark.clause("http-v2/alias-unknown", cases=("describe", "alter"))
def test_an_alias_that_is_not_there(tck: Case) -> None:
    """It stands for nothing, and does so still after it was to be altered."""
    name, missing = created(tck), tck.name()
    right = ask("/aliases/list", collectionName=name)
    pairs = {
        "describe": (ask("/aliases/describe", aliasName=missing), right),
        "alter": (ask("/aliases/alter", collectionName=name, aliasName=missing), right),
    }
    _refused(tck, "http-v2/alias-unknown", pairs, partial(tck.look.collection, missing))


@pytest.mark.clause("http-v2/index-unknown", cases=("describe", "load"))
def test_an_index_that_is_not_there(tck: Case) -> None:
    """One of no name is not described, and a collection without any is not loaded."""
    name, plain = created(tck), tck.name()
    fields = [
        {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
        {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
    ]
    tck.ok(ask("/collections/create", collectionName=plain, schema={"fields": fields}))
    pairs = {
        "describe": (
            ask("/indexes/describe", collectionName=name, indexName=tck.name()),
            ask("/indexes/list", collectionName=name),
        ),
        "load": (ask("/collections/load", collectionName=plain), ask("/collections/load", collectionName=name)),
    }
    state = calls.get_load_state(plain)
    _refused(tck, "http-v2/index-unknown", pairs, lambda: tck.ok(state).state)


@each_case({"http-v2/database-unknown": {"describe": "/databases/describe", "list": "/collections/list"}})
def test_a_database_that_is_not_there(tck: Case, given: str) -> None:
    """It is described as none, and lists no collection."""
    missing = tck.name()
    right = ask("/databases/list")
    look = lambda: missing in str(json_of(tck.ok(right)))  # noqa: E731 - one look
    tck.refused(ask(given, dbName=missing), neighbour=right, untouched=look)


@pytest.mark.clause("http-v2/not-loaded", cases=("search", "query"))
def test_rows_that_are_not_loaded(tck: Case) -> None:
    """Nothing is found in a collection that was released."""
    name = created(tck)
    tck.ok(ask("/collections/release", collectionName=name))
    right = ask("/collections/describe", collectionName=name)
    pairs = {
        "search": (ask("/entities/search", collectionName=name, data=[_VECTOR], annsField="vector"), right),
        "query": (ask("/entities/query", collectionName=name, filter="id > 0"), right),
    }
    _refused(tck, "http-v2/not-loaded", pairs, partial(tck.look.collection, name))


@pytest.mark.clause("http-v2/filter-unreadable", cases=("query", "search", "delete"))
def test_filters_that_are_none(tck: Case, ten_rows: Rows) -> None:
    """A filter that breaks off finds nothing and deletes nothing."""
    here: dict[str, Any] = {"collectionName": ten_rows.name}
    search: dict[str, Any] = {**here, "data": [_VECTOR], "annsField": "vector"}
    right = ask("/entities/search", filter="id > 0", **search)
    pairs = {
        "query": (ask("/entities/query", filter="id >", **here), right),
        "search": (ask("/entities/search", filter="id >", **search), right),
        "delete": (ask("/entities/delete", filter="id =", **here), right),
    }
    _refused(tck, "http-v2/filter-unreadable", pairs, partial(keys_in, tck, ten_rows.name))


@pytest.mark.clause("http-v2/limit-out-of-range", cases=("zero", "below", "above", "offset"))
def test_limits_that_are_none(tck: Case, ten_rows: Rows) -> None:
    """Nobody counts hits so."""
    search: dict[str, Any] = {"collectionName": ten_rows.name, "data": [_VECTOR], "annsField": "vector"}
    right = ask("/entities/search", limit=1, **search)
    wrong: dict[str, Any] = {
        "zero": {"limit": 0},
        "below": {"limit": -1},
        "above": {"limit": 16385},
        "offset": {"offset": -1},
    }
    pairs = {case: (ask("/entities/search", **{"limit": 1, **each}, **search), right) for case, each in wrong.items()}
    _refused(tck, "http-v2/limit-out-of-range", pairs, partial(keys_in, tck, ten_rows.name))


@pytest.mark.clause("http-v2/metric-unknown")
def test_a_metric_that_nobody_has(tck: Case) -> None:
    """A quick creation with it is refused; whether a collection is left is another promise."""
    name, other = tck.name(), created(tck)
    call = ask("/collections/create", collectionName=name, dimension=DIM, metricType="NOPE")
    right = ask("/collections/describe", collectionName=other)
    tck.refused(call, neighbour=right, untouched=partial(tck.look.collection, other))


@pytest.mark.clause("http-v2/refused-creation-gone")
def test_what_a_refused_creation_leaves(tck: Case) -> None:
    """A quick creation that ends at its index leaves no collection, and one that was there before stays."""
    name, other = tck.name(), created(tck)
    for each in (name, other):
        tck.call(ask("/collections/create", collectionName=each, dimension=DIM, metricType="NOPE"))
    tck.expect(
        [False, True],
        [tck.look.collection(name), tck.look.collection(other)],
        members=("the new one is there", "the old one is there"),
    )


@pytest.mark.clause("http-v2/definition-unfit", cases=("name", "key"))
def test_definitions_that_are_none(tck: Case) -> None:
    """What cannot be created is not there."""
    name, bad = tck.name(), f"1-{tck.name()}"
    wrong: dict[str, dict[str, Any]] = {
        "name": {"collectionName": bad},
        "key": {"idType": "nope"},
    }
    right = ask("/collections/describe", collectionName=created(tck))
    pairs = {
        case: (ask("/collections/create", **{"collectionName": name, "dimension": DIM, **each}), right)
        for case, each in wrong.items()
    }
    look = lambda: [tck.look.collection(each) for each in (name, bad)]  # noqa: E731 - one look
    _refused(tck, "http-v2/definition-unfit", pairs, look)


#: What lists the things of a collection, by their kind.
_LISTS = {"partition": "/partitions/list", "alias": "/aliases/list", "index": "/indexes/list"}


@pytest.mark.clause("http-v2/drop-missing", cases=tuple(_LISTS))
def test_drops_of_what_is_not_there(tck: Case) -> None:
    """Dropping it succeeds, and drops nothing else."""
    name, missing = created(tck), tck.name()
    tck.ok(ask("/aliases/create", collectionName=name, aliasName=tck.name()))
    # Of what is loaded no index is dropped, whatever it is called.
    tck.ok(ask("/collections/release", collectionName=name))
    asked = {
        "partition": ask("/partitions/drop", collectionName=name, partitionName=missing),
        "index": ask("/indexes/drop", collectionName=name, indexName=missing),
        "alias": ask("/aliases/drop", aliasName=missing),
    }
    for case, call in asked.items():
        listed = ask(_LISTS[case], collectionName=name)
        before = data_of(tck, listed)
        told = [tck.call(call).ok, data_of(tck, listed)]
        tck.expect([True, before], told, case=case, members=("the drop succeeds", "those that are left"))
