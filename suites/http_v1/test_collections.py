"""Collections over the first high-level REST, held against what gRPC shows of them."""

from functools import partial
from typing import Any, NamedTuple

import pytest
from milvus_tck.fixtures.actions import comes_true
from milvus_tck.fixtures.marks import each_clause
from milvus_tck.fixtures.small_collections import FIELDS
from milvus_tck.fixtures.ten_rows import DIM, Rows
from milvus_tck.suites.http_v1._requests import TABLE, ask, data_of, path_of
from milvus_tck.suites.search._assertions import search

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import DataType, HttpResponse


def _created(tck: Case, **fields: Any) -> str:  # noqa: ANN401 - JSON
    name = tck.name()
    tck.ok(ask("create", **{"collectionName": name, "dimension": DIM, **fields}))
    return name


def _exists(tck: Case, name: str) -> bool:
    return tck.look.collection(name)


def _dim(field: m.FieldSchema) -> str:
    return next((pair.value for pair in field.type_params if pair.key == "dim"), "")


@pytest.mark.clause("http-v1/success-code")
def test_a_success(tck: Case) -> None:
    """A list is answered with HTTP 200, code 200 and data, as JSON."""
    answer = tck.call(ask("collections")).answer
    found = json_of(answer) or {}
    kind = answer.headers.get("content-type", "").partition(";")[0] if answer else ""
    told = [answer.status if answer else None, kind, found.get("code"), isinstance(found.get("data"), list)]
    tck.expect(
        [200, "application/json", 200, True], told, members=("HTTP status", "content type", "code", "data is a list")
    )


@pytest.mark.clause("http-v1/unknown-route", cases=("path", "method"))
def test_what_is_no_route(tck: Case) -> None:
    """A path that is none and a method that a path does not have are not found."""
    asked = {"path": http("GET", f"{TABLE.base}/nosuch"), "method": http("GET", path_of("insert"))}
    for case, call in asked.items():
        answer = tck.call(call).answer
        tck.expect(404, answer.status if answer else None, case=case)


def _unreadable(name: str) -> dict[str, bytes]:
    return {
        "no-json": b"{bad",
        "empty": b"",
        "array": b"[]",
        "member-of-another-type": b'{"collectionName":5}',
        "cut-off": b'{"collectionName":"%b"' % name.encode(),
    }


@pytest.mark.clause("http-v1/body-unreadable", cases=tuple(_unreadable("")))
def test_a_body_that_can_not_be_read(tck: Case) -> None:
    """A drop that cannot be read drops nothing."""
    for case in _unreadable(""):
        name = _created(tck)
        call = http("POST", path_of("drop"), _unreadable(name)[case])
        neighbour = ask("drop", collectionName=name)
        tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, name), case=case)


def _incomplete(rows: Rows) -> dict[str, tuple[Call[HttpResponse], Call[HttpResponse]]]:
    """Requests that lack a parameter, each with the one beside it that does not."""
    name, vector = rows.name, [0.0] * DIM
    return {
        "create-dimension": (ask("create", collectionName="tck_none"), ask("collections")),
        "create-name": (ask("create", dimension=DIM), ask("collections")),
        "describe-name": (ask("describe"), ask("describe", collectionName=name)),
        "drop-name": (ask("drop"), ask("collections")),
        "insert-data": (ask("insert", collectionName=name), ask("describe", collectionName=name)),
        "search-vector": (ask("search", collectionName=name), ask("search", collectionName=name, vector=vector)),
        "query-filter": (ask("query", collectionName=name), ask("query", collectionName=name, filter="id > 0")),
        "get-id": (ask("get", collectionName=name), ask("get", collectionName=name, id=1)),
        "delete-id": (ask("delete", collectionName=name), ask("get", collectionName=name, id=1)),
    }


_NOBODY = Rows("", (), None)  # type: ignore[arg-type] # only the names of the cases are looked at


@pytest.mark.clause("http-v1/parameter-missing", cases=tuple(_incomplete(_NOBODY)))
def test_a_parameter_that_is_missing(tck: Case, ten_rows: Rows) -> None:
    """A request without a parameter that it needs is refused, and changes nothing."""
    for case, (call, neighbour) in _incomplete(ten_rows).items():
        tck.refused(call, neighbour=neighbour, untouched=lambda: _counted(tck, ten_rows), case=case)


def _counted(tck: Case, rows: Rows) -> object:
    """Return the keys of all rows, as a search over gRPC finds them."""
    (hits,) = search(tck, calls.search(rows.name, rows.vectors[:1], field="vector", topk=100))
    return set(hits.ids)


@pytest.mark.clause("http-v1/create")
def test_a_quick_creation(tck: Case) -> None:
    """GRPC describes a key of Int64 with autoID, a float vector of the dimension, and one shard."""
    found = tck.ok(calls.describe_collection(_created(tck, dimension=8)))
    key, vector = found.schema.fields[0], found.schema.fields[-1]
    told = [key.data_type, key.is_primary_key, key.autoID, vector.data_type, _dim(vector), found.shards_num]
    tck.expect(
        [DataType.Int64, True, True, DataType.FloatVector, "8", 1],
        told,
        members=("type of the key", "is_primary_key", "autoID", "type of the vector", "dim", "shards_num"),
    )


@pytest.mark.clause("http-v1/create-defaults")
def test_what_a_quick_creation_leaves_open(tck: Case) -> None:
    """Names, metric, dynamic fields and level are the documented ones."""
    name = _created(tck)
    found = tck.ok(calls.describe_collection(name))
    (index,) = tck.ok(calls.describe_index(name)).index_descriptions
    metric = next((pair.value for pair in index.params if pair.key == "metric_type"), "")
    names = [each.name for each in found.schema.fields]
    told = [names, metric, found.schema.enable_dynamic_field, found.consistency_level]
    tck.expect(
        [["id", "vector"], "L2", True, m.ConsistencyLevel.Bounded],
        told,
        members=("names of the fields", "metric_type", "enable_dynamic_field", "consistency_level"),
    )


@pytest.mark.clause("http-v1/create-named")
def test_what_a_quick_creation_is_told(tck: Case) -> None:
    """Names, metric and description are those of the request."""
    name = _created(tck, primaryField="key", vectorField="emb", metricType="IP", description="what it is for")
    found = tck.ok(calls.describe_collection(name))
    (index,) = tck.ok(calls.describe_index(name)).index_descriptions
    metric = next((pair.value for pair in index.params if pair.key == "metric_type"), "")
    told = [[each.name for each in found.schema.fields], metric, found.schema.description]
    tck.expect(
        [["key", "emb"], "IP", "what it is for"], told, members=("names of the fields", "metric_type", "description")
    )


@pytest.mark.clause("http-v1/create-dynamic-off")
def test_no_dynamic_fields(tck: Case) -> None:
    """Dynamic fields are off where they are said to be, and on where not."""
    names = [_created(tck, enableDynamicField=False), _created(tck, enableDynamicField=True)]
    found = [tck.ok(calls.describe_collection(each)).schema.enable_dynamic_field for each in names]
    tck.expect(
        [False, True], found, members=("enable_dynamic_field where it is off", "enable_dynamic_field where it is on")
    )


@pytest.mark.clause("http-v1/create-indexed")
def test_a_quick_creation_is_indexed(tck: Case) -> None:
    """GRPC describes an index of the name vector_idx on the vector."""
    found = tck.ok(calls.describe_index(_created(tck))).index_descriptions
    tck.expect([("vector_idx", "vector")], [_Index(each.index_name, each.field_name) for each in found])


@pytest.mark.clause("http-v1/create-loaded")
def test_a_quick_creation_is_loaded(tck: Case) -> None:
    """GRPC tells that the collection is loaded, without being asked to load it."""
    loaded = m.LoadState.LoadStateLoaded
    state = calls.get_load_state(_created(tck))
    tck.judge(comes_true(tck, state, lambda answer: answer.state == loaded, what="loaded"), "loaded", "not loaded")


@each_clause({
    "http-v1/create-name-ill-formed": {
        "digit": {"name": "1{}"}, "dash": {"name": "{}-x"}, "blank": {"name": "{} x"}, "dollar": {"name": "{}$"},
    },
    "http-v1/create-dimension-too-large": {"one-more": {"dimension": 32769}, "many": {"dimension": 1 << 30}},
})  # fmt: skip
def test_a_creation_that_is_refused(tck: Case, given: dict[str, dict[str, Any]]) -> None:
    """Nothing is created that is refused."""
    for case, wrong in given.items():
        name = wrong.get("name", "{}").format(tck.name())
        fields: dict[str, Any] = {"collectionName": name, "dimension": wrong.get("dimension", DIM)}
        tck.refused(
            ask("create", **fields),
            neighbour=ask("create", collectionName=tck.name(), dimension=DIM),
            untouched=partial(_is_listed, tck, name),
            case=case,
        )


def _is_listed(tck: Case, name: str) -> bool:
    return tck.look.listing(name)


@pytest.mark.clause("http-v1/create-same")
def test_created_again(tck: Case) -> None:
    """The same creation again is a success, and the collection is the one that it was."""
    name = _created(tck)
    before = tck.ok(calls.describe_collection(name)).collectionID

    def stays(_answer: HttpResponse) -> Equality:
        return same(before, tck.ok(calls.describe_collection(name)).collectionID, what="collectionID")

    tck.accepted(ask("create", collectionName=name, dimension=DIM), effect=stays)


@pytest.mark.clause("http-v1/list")
def test_the_list(tck: Case) -> None:
    """The list names what HTTP and what gRPC created, and what was dropped no more."""
    own, dropped, other = _created(tck), _created(tck), tck.name()
    tck.ok(calls.create_collection(other, *FIELDS))
    tck.ok(calls.drop_collection(dropped))
    found = data_of(tck, ask("collections")) or []
    tck.expect(
        [True, True, False],
        [each in found for each in (own, other, dropped)],
        members=("that of HTTP is listed", "that of gRPC is listed", "the dropped one is listed"),
    )


@pytest.mark.clause("http-v1/list-database-unknown")
def test_a_list_of_no_database(tck: Case) -> None:
    """A database that does not exist is refused, default is not."""
    name = _created(tck)
    unknown = ask("collections", dbName=tck.foreign_name())
    right = ask("collections", dbName="default")
    tck.refused(unknown, neighbour=right, untouched=lambda: _exists(tck, name))


@pytest.mark.clause("http-v1/describe", cases=("quick", "grpc"))
def test_a_description(tck: Case) -> None:
    """A description tells what was asked for, also of a collection that gRPC created."""
    quick, other = _created(tck, description="d"), tck.name()
    tck.ok(calls.create_collection(other, *FIELDS, shards=2))
    found = data_of(tck, ask("describe", collectionName=quick)) or {}
    index = {"fieldName": "vector", "indexName": "vector_idx", "metricType": "L2"}
    fields = [_Field("id", "Int64", True, True), _Field("vector", f"FloatVector({DIM})", False, False)]
    tck.expect([quick, "d", 1, True, fields, [index]], _described(found), case="quick", members=_DESCRIBED)
    plain = data_of(tck, ask("describe", collectionName=other)) or {}
    named = [_Field("id", "Int64", True, False), _Field("vec", f"FloatVector({DIM})", False, False)]
    told = [*_described(plain), plain.get("load")]
    tck.expect([other, "", 2, False, named, [], "LoadStateNotLoad"], told, case="grpc", members=(*_DESCRIBED, "load"))


class _Index(NamedTuple):
    index_name: str
    field_name: str


class _Field(NamedTuple):
    """What a description tells of a field."""

    name: str
    type: str
    primaryKey: bool  # noqa: N815 - as on the wire
    autoId: bool  # noqa: N815 - the same


#: What a description tells of a collection.
_DESCRIBED = ("collectionName", "description", "shardsNum", "enableDynamicField", "fields", "indexes")


def _described(found: dict[str, Any]) -> list[Any]:
    fields = [_Field(*(each.get(name) for name in _Field._fields)) for each in found.get("fields", ())]
    told = [found.get(name) for name in _DESCRIBED[:4]]
    return [*told, fields, found.get("indexes")]


@pytest.mark.clause("http-v1/describe-unknown")
def test_a_description_of_nothing(tck: Case) -> None:
    """A collection that does not exist is not described, one that does is."""
    here, missing = ask("describe", collectionName=_created(tck)), tck.name()
    wrong = ask("describe", collectionName=missing)
    tck.refused(wrong, neighbour=here, untouched=lambda: _exists(tck, missing))


@pytest.mark.clause("http-v1/drop")
def test_a_drop(tck: Case) -> None:
    """GRPC does not find what was dropped, and finds the collection beside it."""
    name, other = _created(tck), _created(tck)
    tck.accepted(
        ask("drop", collectionName=name),
        effect=lambda _answer: same(
            [False, True], [_exists(tck, each) for each in (name, other)], members=("is there", "other is there")
        ),
    )


@pytest.mark.clause("http-v1/drop-unknown")
def test_a_drop_of_nothing(tck: Case) -> None:
    """A second drop is refused, and so is one of a name that never was."""
    name, other = _created(tck), _created(tck)
    tck.ok(ask("drop", collectionName=name))
    neighbour = ask("drop", collectionName=other)
    tck.refused(ask("drop", collectionName=name), neighbour=neighbour, untouched=lambda: _exists(tck, name))


@pytest.mark.clause("http-v1/name-escaped")
def test_a_name_in_the_query(tck: Case) -> None:
    """A name whose letters are escaped is the same name; one that is escaped twice is not."""
    name = _created(tck)
    escaped = "".join(f"%{ord(letter):02x}" for letter in name)
    once = http("GET", f"{path_of('describe')}?collectionName={escaped}")
    twice = http("GET", f"{path_of('describe')}?collectionName={escaped.replace('%', '%25')}")
    found = [(json_of(tck.call(call).answer) or {}).get("code") for call in (once, twice)]
    tck.judge(found[0] == 200 and found[1] not in {200, None}, "200 and a refusal", str(found), signature="escapes")
