"""Integers of 64 bits over the second high-level REST: above 2^53 a double rounds them to a neighbour."""

from typing import Any, NamedTuple

import pytest
from milvus_tck.suites.http_v2._requests import DIM, LARGE, ask, data_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire.http import json_of

#: The fields of a collection whose number is no key.
_FIELDS: list[dict[str, Any]] = [
    {"fieldName": "id", "dataType": "Int64", "isPrimary": True},
    {"fieldName": "number", "dataType": "Int64"},
    {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
]
_INDEX = {"fieldName": "vector", "indexName": "vector", "metricType": "L2", "indexType": "FLAT"}
#: What a double makes of LARGE: rows of both keys are there, so that one taken for the other is seen.
_ROUNDED = LARGE - 1


class _Row(NamedTuple):
    id: object
    number: object


def _row(key: Any, number: Any, place: float) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"id": key, "number": number, "vector": [place, *[0.0] * (DIM - 1)]}


def _filled(tck: Case, *rows: dict[str, Any], dynamic: bool = False) -> str:
    """Create a loaded collection with these rows."""
    name = tck.name()
    schema = {"fields": _FIELDS, "enableDynamicField": dynamic}
    tck.ok(ask("/collections/create", collectionName=name, schema=schema, indexParams=[_INDEX]))
    state = ask("/collections/get_load_state", collectionName=name)
    tck.until(state, lambda found: "LoadStateLoaded" in str(json_of(found)), what="loaded")
    if rows:
        tck.ok(ask("/entities/insert", collectionName=name, data=list(rows)))
    return name


def _told(found: Any) -> list[_Row]:  # noqa: ANN401 - JSON
    rows = found if isinstance(found, list) else []
    return [_Row(each.get("id"), each.get("number")) for each in rows]


def _asked(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"collectionName": name, "outputFields": ["id", "number"], "consistencyLevel": "Strong", **more}


@pytest.mark.clause("http-v2/integers", cases=("insert", "upsert", "query", "get", "search", "delete"))
def test_integers_with_all_digits(tck: Case) -> None:
    """Of two rows whose keys and numbers a double takes for the same, each way answers the one that is meant."""
    rows = (_row(LARGE, -LARGE, 1.0), _row(_ROUNDED, -_ROUNDED, 5.0))
    name = _filled(tck)
    made = data_of(tck, ask("/entities/insert", collectionName=name, data=list(rows))) or {}
    tck.expect([LARGE, _ROUNDED], made.get("insertIds"), case="insert")
    again = data_of(tck, ask("/entities/upsert", collectionName=name, data=[rows[0]])) or {}
    tck.expect([LARGE], again.get("upsertIds"), case="upsert")
    one = [_Row(LARGE, -LARGE)]
    found = data_of(tck, ask("/entities/query", **_asked(name, filter=f"id == {LARGE} and number == {-LARGE}")))
    tck.expect(one, _told(found), case="query")
    tck.expect(one, _told(data_of(tck, ask("/entities/get", **_asked(name, id=[LARGE])))), case="get")
    search = _asked(name, data=[[1.0, *[0.0] * (DIM - 1)]], annsField="vector", limit=1)
    tck.expect(one, _told(data_of(tck, ask("/entities/search", **search))), case="search")
    tck.ok(ask("/entities/delete", collectionName=name, filter=f"id in [{LARGE}]"))
    left = data_of(tck, ask("/entities/query", **_asked(name, filter="id > 0")))
    tck.expect([_Row(_ROUNDED, -_ROUNDED)], _told(left), case="delete")


@pytest.mark.clause("http-v2/integers-as-texts", cases=("insert", "query", "search"))
def test_integers_as_texts(tck: Case) -> None:
    """Keys of an insertion, and keys and numbers of rows, are texts."""
    name = _filled(tck)
    rows = [_row(LARGE, -LARGE, 1.0)]
    made = data_of(tck, ask("/entities/insert", text_keys=True, collectionName=name, data=rows)) or {}
    tck.expect([str(LARGE)], made.get("insertIds"), case="insert")
    one = [_Row(str(LARGE), str(-LARGE))]
    found = data_of(tck, ask("/entities/query", text_keys=True, **_asked(name, filter="id > 0")))
    tck.expect(one, _told(found), case="query")
    search = _asked(name, data=[[1.0, *[0.0] * (DIM - 1)]], annsField="vector", limit=1)
    tck.expect(one, _told(data_of(tck, ask("/entities/search", text_keys=True, **search))), case="search")


@pytest.mark.clause("http-v2/integers-by-default", cases=("insert", "get"))
def test_integers_of_who_says_nothing(tck: Case) -> None:
    """Without the header they are what they are with the header true."""
    name = _filled(tck)
    rows = [_row(LARGE, -LARGE, 1.0)]
    made = data_of(tck, ask("/entities/insert", text_keys=None, collectionName=name, data=rows)) or {}
    tck.expect([LARGE], made.get("insertIds"), case="insert")
    found = data_of(tck, ask("/entities/get", text_keys=None, **_asked(name, id=[LARGE])))
    tck.expect([_Row(LARGE, -LARGE)], _told(found), case="get")


@pytest.mark.clause("http-v2/integers-from-texts", cases=("insert", "get"))
def test_integers_from_texts(tck: Case) -> None:
    """A key and a number that are sent as texts are stored as integers, and a key in a text is found."""
    name = _filled(tck, _row(1, 1, 0.0))
    made = data_of(tck, ask("/entities/insert", collectionName=name, data=[_row(str(LARGE), str(-LARGE), 1.0)])) or {}
    stored = _told(data_of(tck, ask("/entities/query", **_asked(name, filter=f"id == {LARGE}"))))
    tck.expect(
        [[LARGE], [_Row(LARGE, -LARGE)]],
        [made.get("insertIds"), stored],
        case="insert",
        members=("insertIds", "rows that are there"),
    )
    tck.expect([_Row(1, 1)], _told(data_of(tck, ask("/entities/get", **_asked(name, id=["1"])))), case="get")


@pytest.mark.clause("http-v2/dynamic-integer")
def test_a_dynamic_integer(tck: Case) -> None:
    """It comes back as it went in."""
    name = _filled(tck, {**_row(1, 1, 0.0), "more": LARGE}, dynamic=True)
    asked = ask("/entities/get", collectionName=name, id=[1], outputFields=["more"], consistencyLevel="Strong")
    tck.expect([LARGE], [row.get("more") for row in data_of(tck, asked) or ()])
