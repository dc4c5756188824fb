"""Collections over the second high-level REST."""

from functools import partial
from typing import Any, NamedTuple

import pytest
from milvus_tck.fixtures import small_collections
from milvus_tck.suites.http_v2._requests import DIM, TABLE, ask, created, data_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import DataType, HttpResponse, LoadState

#: Bodies of a drop that cannot be read.
UNREADABLE = {"empty": b"", "no-json": b"{bad", "array": b"[]", "member-of-another-type": b'{"collectionName":5}'}
FIELDS: list[dict[str, Any]] = [
    {"fieldName": "key", "dataType": "Int64", "isPrimary": True},
    {"fieldName": "name", "dataType": "VarChar", "elementTypeParams": {"max_length": 20}},
    {"fieldName": "place", "dataType": "FloatVector", "elementTypeParams": {"dim": DIM}},
]


def _exists(tck: Case, name: str) -> bool:
    return tck.look.collection(name)


class _Field(NamedTuple):
    name: str
    data_type: int
    is_primary_key: bool


class _Described(NamedTuple):
    name: str
    data_type: int


@pytest.mark.clause("http-v2/success-code")
def test_a_success(tck: Case) -> None:
    """A list is answered with HTTP 200, code 0 (or 200) and data, as JSON."""
    answer = tck.call(ask("/collections/list")).answer
    found = json_of(answer) or {}
    kind = answer.headers.get("content-type", "").partition(";")[0] if answer else ""
    told = [answer.status if answer else None, kind, found.get("code") in {0, 200}, isinstance(found.get("data"), list)]
    tck.expect(
        [200, "application/json", True, True],
        told,
        members=("HTTP status", "content type", "code is success", "data is a list"),
    )


@pytest.mark.clause("http-v2/success-zero")
def test_the_number_of_a_success(tck: Case) -> None:
    """A list is answered with code 0, and no longer with that of HTTP."""
    found = json_of(tck.ok(ask("/collections/list"))) or {}
    tck.expect(0, found.get("code"))


@pytest.mark.clause("http-v2/unknown-route", cases=("path", "method"))
def test_what_is_no_route(tck: Case) -> None:
    """A path that is none and a method that a path does not have are not found; the route is."""
    asked = {"path": http("POST", f"{TABLE.base}/nosuch", {}), "method": http("GET", f"{TABLE.base}/collections/list")}
    right = tck.ok(ask("/collections/list")).status
    for case, call in asked.items():
        answer = tck.call(call).answer
        tck.expect(
            [404, 200],
            [answer.status if answer else None, right],
            case=case,
            members=("HTTP status", "HTTP status of the route"),
        )


@pytest.mark.clause("http-v2/body-unreadable", cases=tuple(UNREADABLE))
def test_a_body_that_can_not_be_read(tck: Case) -> None:
    """A drop that cannot be read drops nothing."""
    for case, body in UNREADABLE.items():
        name = created(tck)
        call = http("POST", f"{TABLE.base}/collections/drop", body)
        neighbour = ask("/collections/drop", collectionName=name)
        tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, name), case=case)


def _incomplete(name: str) -> dict[str, tuple[Call[HttpResponse], Call[HttpResponse]]]:
    """Requests that lack a parameter, each with one beside it that does not."""
    here: dict[str, Any] = {"collectionName": name}
    describe = ask("/collections/describe", **here)
    return {
        "describe-name": (ask("/collections/describe"), describe),
        "drop-name": (ask("/collections/drop", collectionName=""), describe),
        "create-dimension": (ask("/collections/create", collectionName="tck_none"), describe),
        "insert-data": (ask("/entities/insert", **here), describe),
        "get-id": (ask("/entities/get", **here), describe),
        "partition-name": (ask("/partitions/has", **here), ask("/partitions/list", **here)),
    }


@pytest.mark.clause("http-v2/parameter-missing", cases=tuple(_incomplete("")))
def test_a_parameter_that_is_missing(tck: Case) -> None:
    """A request without a parameter that it needs is refused, and changes nothing."""
    name = created(tck)
    for case, (call, neighbour) in _incomplete(name).items():
        if tck.owes("http-v2/parameter-missing", case):
            tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, name), case=case)


@pytest.mark.clause("http-v2/dimension-missing")
def test_a_dimension_that_is_missing(tck: Case) -> None:
    """A quick creation without a dimension is refused, and creates nothing."""
    name, other = tck.name(), created(tck)
    call = ask("/collections/create", collectionName=name)
    neighbour = ask("/collections/describe", collectionName=other)
    tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, name))


@pytest.mark.clause("http-v2/name-unknown", cases=("data-type", "level"))
def test_names_that_nobody_has(tck: Case) -> None:
    """A creation with such a name creates nothing."""
    name, other = tck.name(), tck.name()
    small = [{**FIELDS[0], "dataType": "int64"}, *FIELDS[1:]]
    bodies: dict[str, dict[str, Any]] = {
        "data-type": {"schema": {"fields": small}},
        "level": {"dimension": DIM, "params": {"consistencyLevel": "Strongest"}},
    }
    neighbour = ask("/collections/create", collectionName=other, dimension=DIM)
    for case, body in bodies.items():
        call = ask("/collections/create", collectionName=name, **body)
        tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, name), case=case)
        tck.ok(ask("/collections/drop", collectionName=other))


@pytest.mark.clause("http-v2/create-quick")
def test_a_quick_creation(tck: Case) -> None:
    """GRPC describes a key of Int64 and a float vector of the dimension, under their names, and dynamic fields."""
    found = tck.ok(calls.describe_collection(created(tck, dimension=8))).schema
    told = [_Field(each.name, each.data_type, each.is_primary_key) for each in found.fields if not each.is_dynamic]
    dims = [pair.value for each in found.fields for pair in each.type_params if pair.key == "dim"]
    wanted = [("id", DataType.Int64, True), ("vector", DataType.FloatVector, False)]
    tck.expect(
        [wanted, ["8"], True],
        [told, dims, found.enable_dynamic_field],
        members=("fields", "dim", "enable_dynamic_field"),
    )


@pytest.mark.clause("http-v2/create-quick-loaded")
def test_a_quick_creation_is_ready(tck: Case) -> None:
    """An index stands on the vector with the metric that was named, and the load ends."""
    name = created(tck)
    indexes = tck.ok(calls.describe_index(name)).index_descriptions
    metrics = [pair.value for each in indexes for pair in each.params if pair.key == "metric_type"]
    state = ask("/collections/get_load_state", collectionName=name)
    done = tck.until(state, lambda found: "LoadStateLoaded" in str(json_of(found)), what="loaded")
    data = (json_of(done) or {}).get("data", {})
    tck.expect(
        [["vector"], ["L2"], 100],
        [[each.field_name for each in indexes], metrics, data.get("loadProgress")],
        members=("fields with an index", "metric_type", "loadProgress"),
    )


@pytest.mark.clause("http-v2/create-schema")
def test_a_creation_with_a_schema(tck: Case) -> None:
    """Its fields are described over gRPC; it has no index, and is loaded no more than one that gRPC created."""
    name, other = tck.name(), tck.name()
    tck.ok(ask("/collections/create", collectionName=name, schema={"fields": FIELDS}))
    tck.ok(calls.create_collection(other, *small_collections.FIELDS))
    found = tck.ok(calls.describe_collection(name)).schema
    described = data_of(tck, ask("/collections/describe", collectionName=name)) or {}
    wanted = [("key", DataType.Int64), ("name", DataType.VarChar), ("place", DataType.FloatVector)]
    told = [_Described(each.name, each.data_type) for each in found.fields]
    state = LoadState.Name(tck.ok(calls.get_load_state(other)).state)
    tck.expect(
        [wanted, [], state],
        [told, described.get("indexes"), described.get("load")],
        members=("fields", "indexes", "load"),
    )


@pytest.mark.clause("http-v2/indexes-none")
def test_a_list_of_no_indexes(tck: Case) -> None:
    """It is empty where there are none, and has the index where there is one."""
    bare, name = tck.name(), tck.name()
    index = {"fieldName": "place", "indexName": "place", "metricType": "L2", "indexType": "FLAT"}
    tck.ok(ask("/collections/create", collectionName=bare, schema={"fields": FIELDS}))
    tck.ok(ask("/collections/create", collectionName=name, schema={"fields": FIELDS}))
    tck.ok(ask("/indexes/create", collectionName=name, indexParams=[index]))
    lists = [tck.call(ask("/indexes/list", collectionName=each)) for each in (bare, name)]
    found = [(each.ok, (json_of(each.answer) or {}).get("data")) for each in lists]
    tck.expect([(True, []), (True, ["place"])], found, members=("of one without any", "of one with an index"))


@pytest.mark.clause("http-v2/describe-missing")
def test_a_description_of_nothing(tck: Case) -> None:
    """What is not there is refused; what is there is described."""
    neighbour = ask("/collections/describe", collectionName=created(tck))
    missing = tck.name()
    call = ask("/collections/describe", collectionName=missing)
    tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, missing))


@pytest.mark.clause("http-v2/load-state-missing")
def test_a_load_state_of_nothing(tck: Case) -> None:
    """What is not there is refused; of what is there the state is told."""
    neighbour = ask("/collections/get_load_state", collectionName=created(tck))
    missing = tck.name()
    call = ask("/collections/get_load_state", collectionName=missing)
    tck.refused(call, neighbour=neighbour, untouched=partial(_exists, tck, missing))


@pytest.mark.clause("http-v2/has")
def test_whether_it_is_there(tck: Case) -> None:
    """Yes of what is there, no of what is not."""
    found = [data_of(tck, ask("/collections/has", collectionName=each)) for each in (created(tck), tck.name())]
    tck.expect([{"has": True}, {"has": False}], found, members=("of what is there", "of what is not"))


@pytest.mark.clause("http-v2/drop")
def test_a_drop(tck: Case) -> None:
    """It is gone over gRPC, and gone it stays."""
    name = created(tck)
    tck.ok(ask("/collections/drop", collectionName=name))
    left = _exists(tck, name)
    again = tck.call(ask("/collections/drop", collectionName=name))
    tck.expect([False, True], [left, again.ok], members=("it is left", "dropping it again succeeds"))
