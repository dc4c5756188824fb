"""How an answer says what it says: routes, statuses, and the form of JSON."""

import pytest
from milvus_tck.fixtures.small_collections import FIELDS
from milvus_tck.suites.http_api_v1._requests import LARGE, TABLE, ask, path_of, rows_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import DataType


def _created(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


@pytest.mark.clause("http-api-v1/unknown-route", cases=("below", "root", "above"))
def test_a_path_that_is_no_route(tck: Case) -> None:
    """Nothing is found where no route is; the route beside it answers."""
    paths = {"below": f"{TABLE.base}/nosuch", "root": f"{TABLE.base}/collection/nosuch", "above": "/nosuch"}
    for case, path in paths.items():
        outcome = tck.call(http("GET", path))
        beside = tck.ok(ask("ShowCollections")).status
        tck.expect(
            [404, 200],
            [outcome.answer.status if outcome.answer else None, beside],
            case=case,
            members=("HTTP status", "HTTP status of the route beside it"),
        )


@pytest.mark.clause("http-api-v1/wrong-method")
def test_a_method_that_a_path_does_not_have(tck: Case) -> None:
    """PUT and PATCH of a collection are no routes, and leave it as it is."""
    name = _created(tck)
    body = {"collection_name": name}
    answers = [tck.call(http(method, path_of("DropCollection"), body)).answer for method in ("PUT", "PATCH")]
    statuses = [None if each is None else each.status for each in answers]
    left = tck.look.collection(name)
    tck.judge(all(each in {404, 405} for each in statuses) and left, "404 or 405, and no effect", f"{statuses}, {left}")


@pytest.mark.clause("http-api-v1/health")
def test_health(tck: Case) -> None:
    """Health is a route of its own."""
    route = next(each for each in TABLE if not each.rpcs and each.path == "/health")
    answer = tck.call(http(route.method, TABLE.base + route.path)).answer
    tck.expect(
        [200, {"status": "ok"}], [answer.status if answer else None, json_of(answer)], members=("HTTP status", "body")
    )


@pytest.mark.clause("http-api-v1/error-in-band")
def test_a_refusal_is_an_answer(tck: Case) -> None:
    """A collection that does not exist is described with HTTP 200 and a Status that is no success."""
    answer = tck.call(ask("DescribeCollection", {"collection_name": tck.name()})).answer
    found = json_of(answer) or {}
    status = found.get("status", {})
    told = [answer.status if answer else None, bool(status.get("error_code")), bool(status.get("reason"))]
    tck.expect([200, True, True], told, members=("HTTP status", "an error_code", "a reason"))


@pytest.mark.clause("http-api-v1/content-type", cases=("success", "refusal", "unreadable"))
def test_the_content_type(tck: Case) -> None:
    """Successes and refusals alike are called application/json."""
    bodies: dict[str, object] = {
        "success": {"collection_name": _created(tck)},
        "refusal": {"collection_name": ""},
        "unreadable": b"{bad",
    }
    for case, body in bodies.items():
        answer = tck.call(ask("HasCollection", body)).answer
        kind = answer.headers.get("content-type", "") if answer else ""
        tck.judge(kind.partition(";")[0] == "application/json", "application/json", kind, case=case)


@pytest.mark.clause("http-api-v1/zero-omitted")
def test_what_is_zero_is_left_out(tck: Case) -> None:
    """False has no member, true has one; a description that is empty has none."""
    name = _created(tck)
    has = [json_of(tck.ok(ask("HasCollection", {"collection_name": each}))) for each in (name, tck.name())]
    schema = json_of(tck.ok(ask("DescribeCollection", {"collection_name": name})))["schema"]
    found = [has[0].get("value"), "value" in has[1], "description" in schema, "autoID" in schema["fields"][0]]
    tck.expect(
        [True, False, False, False],
        found,
        members=(
            "value of what is there",
            "a value of what is not there",
            "an empty description",
            "autoID that is false",
        ),
    )


@pytest.mark.clause("http-api-v1/status-empty")
def test_a_success_says_nothing(tck: Case) -> None:
    """A drop is answered with {}; where a Status is a member, it is {}."""
    name = _created(tck)
    inside = json_of(tck.ok(ask("HasCollection", {"collection_name": name}))).get("status")
    tck.expect(
        [{}, {}],
        [inside, json_of(tck.ok(ask("DropCollection", {"collection_name": name})))],
        members=("status", "body of the drop"),
    )


@pytest.mark.clause("http-api-v1/integers-exact", cases=("ids", "keys", "timestamps"))
def test_large_integers(tck: Case) -> None:
    """Ids and timestamps are those that gRPC tells; keys are those that were sent."""
    name = _created(tck)
    over_grpc = tck.ok(calls.describe_collection(name))
    found = json_of(tck.ok(ask("DescribeCollection", {"collection_name": name})))
    tck.expect(over_grpc.collectionID, found.get("collectionID"), case="ids")
    tck.expect(over_grpc.created_timestamp, found.get("created_timestamp"), case="timestamps")
    inserted = json_of(tck.ok(ask("Insert", rows_of(name, [LARGE, LARGE + 2]))))
    keys = inserted.get("IDs", {}).get("IdField", {}).get("IntId", {}).get("data")
    tck.expect([LARGE, LARGE + 2], keys, case="keys")


@pytest.mark.clause("http-api-v1/enum-numbers")
def test_enums(tck: Case) -> None:
    """The types of fields are the numbers of DataType."""
    found = json_of(tck.ok(ask("DescribeCollection", {"collection_name": _created(tck)})))
    types = [each.get("data_type") for each in found["schema"]["fields"]]
    tck.expect([DataType.Int64, DataType.FloatVector], types)


@pytest.mark.clause("http-api-v1/names")
def test_names_of_members(tck: Case) -> None:
    """A description has the members that it has in the protocol's definitions, by the same names."""
    found = json_of(tck.ok(ask("DescribeCollection", {"collection_name": _created(tck)})))
    wanted = {"schema", "collectionID", "virtual_channel_names", "physical_channel_names", "created_timestamp"}
    fields = [set(each) for each in found.get("schema", {}).get("fields", ())]
    inside = bool(fields) and {"fieldID", "name", "is_primary_key", "data_type"} <= fields[0]
    tck.judge(wanted <= found.keys() and inside, "the names of the definitions", str(found)[:300], signature="names")


@pytest.mark.clause("http-api-v1/oneof")
def test_one_of_several(tck: Case) -> None:
    """The keys of an insertion stand below IdField and IntId."""
    found = json_of(tck.ok(ask("Insert", rows_of(_created(tck), [7, 8]))))
    tck.expect({"IdField": {"IntId": {"data": [7, 8]}}}, found.get("IDs"))


@pytest.mark.clause("http-api-v1/name-any-letters")
def test_letters_of_any_script(tck: Case) -> None:
    """A name that is refused for its letters is quoted in the refusal, letter by letter."""
    name = f'{tck.name()}_名前 "é\\/\U0001f600'
    beside = json_of(tck.ok(ask("HasCollection", {"collection_name": _created(tck)}))).get("value")
    found = json_of(tck.call(ask("HasCollection", {"collection_name": name})).answer) or {}
    reason = found.get("status", {}).get("reason", "")
    tck.judge(bool(beside) and name in reason, f"a refusal that quotes {name}", str(found), signature="name")


@pytest.mark.clause("http-api-v1/yaml-request")
def test_a_body_in_yaml(tck: Case) -> None:
    """A name is read from YAML under the key `collectionname`."""
    name = _created(tck)
    headers = {"content-type": "application/x-yaml"}
    asked = [ask("HasCollection", f"collectionname: {each}\n".encode(), headers=headers) for each in (name, tck.name())]
    tck.expect(
        [True, None],
        [json_of(tck.ok(each)).get("value") for each in asked],
        members=("value of what is there", "value of what is not"),
    )


@pytest.mark.clause("http-api-v1/yaml-answer")
def test_an_answer_in_yaml(tck: Case) -> None:
    """An answer in YAML is called so, and tells the same."""
    name = _created(tck)
    headers = {"content-type": "application/json", "accept": "application/x-yaml"}
    answers = [tck.ok(ask("HasCollection", {"collection_name": each}, headers=headers)) for each in (name, tck.name())]
    kinds = {each.headers.get("content-type", "").partition(";")[0] for each in answers}
    tck.expect(
        [{"application/x-yaml"}, True, False],
        [kinds, *(b"\nvalue: true" in each.body for each in answers)],
        members=("content types", "value: true of what is there", "value: true of what is not"),
    )


@pytest.mark.clause("http-api-v1/not-acceptable")
def test_what_nobody_can_write(tck: Case) -> None:
    """A client that takes neither JSON nor YAML gets HTTP 406; one that takes anything gets an answer."""
    statuses = []
    for accepted in ("text/plain", "*/*"):
        headers = {"content-type": "application/json", "accept": accepted}
        answer = tck.call(ask("ShowCollections", {}, headers=headers)).answer
        statuses.append(None if answer is None else answer.status)
    tck.expect([406, 200], statuses, members=("HTTP status for text/plain", "HTTP status for */*"))
