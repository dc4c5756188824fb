"""How a resource is asked for: paths, bodies, queries and encodings."""

import pytest
from google.protobuf.message import DecodeError
from milvus_tck.fixtures.marks import each_clause
from milvus_tck.fixtures.small_collections import DIM
from milvus_tck.suites.http_design.test_statuses import asked, created, told

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.http import json_of
from milvus_tck.wire.json_form import JSON, PROTOBUF, YAML, Malformed, load
from milvus_tck.wire.messages import DescribeCollectionResponse, HttpResponse

#: Bodies of a drop that cannot be read.
UNREADABLE = {
    "no-json": b"{bad",
    "cut-off": b'{"collection_name":"NAME"',
    "array": b"[]",
    "member-of-another-type": b'{"collection_name":5}',
}
#: Names that a path holds only if they are escaped.
NAMES = {"slash": "a/b", "space": "a b", "percent": "a%2Fb", "question": "a?b", "letter": "ä", "dots": ".."}


@pytest.mark.clause("http-design/unknown-route", cases=("root", "below", "beside"))
def test_a_path_that_is_no_route(tck: Case) -> None:
    """Nothing is where no route is, and the answer says so; the route beside it answers."""
    paths = {"root": "/", "below": "/collections/x/y/z", "beside": "/collection"}
    for case, path in paths.items():
        answer, beside = asked(tck, "GET", path), asked(tck, "GET", "/collections-list")
        found = [answer.status if answer else None, bool(told(answer).get("reason")), beside.status if beside else None]
        tck.expect(
            [404, True, 200],
            found,
            case=case,
            members=("HTTP status", "a reason", "HTTP status of the route beside it"),
        )


@pytest.mark.clause("http-design/wrong-method")
def test_a_method_that_a_path_does_not_have(tck: Case) -> None:
    """PATCH of a collection is 405, names what there is, and leaves it as it is."""
    name = created(tck)
    answer = asked(tck, "PATCH", f"/collections/{name}")
    allowed = {each.strip() for each in (answer.headers.get("allow", "") if answer else "").split(",")}
    left = tck.look.collection(name)
    tck.expect(
        [405, {"GET", "DELETE"}, True],
        [answer.status if answer else None, allowed, left],
        members=("HTTP status", "Allow", "the collection is left"),
    )


@each_clause({"http-design/body-unreadable": UNREADABLE})
def test_a_body_that_can_not_be_read(tck: Case, given: dict[str, bytes]) -> None:
    """A drop with such a body is refused and drops nothing; one without a body drops."""
    name = created(tck)
    for case, body in given.items():
        answer = asked(tck, "DELETE", f"/collections/{name}", body.replace(b"NAME", name.encode()))
        left = tck.look.collection(name)
        tck.expect(
            [400, True],
            [answer.status if answer else None, left],
            case=case,
            members=("HTTP status", "the collection is left"),
        )


@pytest.mark.clause("http-design/member-twice", cases=("outer", "inner"))
def test_a_member_that_stands_twice(tck: Case) -> None:
    """Whichever of them was meant: it is refused, at any depth, and nothing is created."""
    name = tck.name()
    texts = {
        "outer": f'{{"collection_name":"{name}","collection_name":"{name}"}}',
        "inner": f'{{"collection_name":"{name}","schema":{{"name":"{name}","name":"{name}"}}}}',
    }
    for case, text in texts.items():
        answer = asked(tck, "POST", "/collections", text.encode())
        left = tck.look.collection(name)
        tck.expect(
            [400, False],
            [answer.status if answer else None, left],
            case=case,
            members=("HTTP status", "a collection is created"),
        )


@pytest.mark.clause("http-design/member-unknown", cases=("body", "query"))
def test_a_member_that_nobody_has(tck: Case) -> None:
    """A misspelt member is refused in body and query."""
    name = created(tck)
    answers = {
        "body": asked(tck, "DELETE", f"/collections/{name}", {"colection_name": name}),
        "query": asked(tck, "DELETE", f"/collections/{name}?colection_name={name}"),
    }
    left = tck.look.collection(name)
    for case, answer in answers.items():
        tck.expect(
            [400, True],
            [answer.status if answer else None, left],
            case=case,
            members=("HTTP status", "the collection is left"),
        )


@pytest.mark.clause("http-design/member-contradicted")
def test_a_member_that_is_said_twice(tck: Case) -> None:
    """Path and body that name two collections are refused; the same one twice is described."""
    name = created(tck)
    other = asked(tck, "GET", f"/collections/{name}/schema", {"collection_name": tck.name()})
    same = asked(tck, "GET", f"/collections/{name}/schema", {"collection_name": name})
    tck.expect(
        [400, 200],
        [each.status if each else None for each in (other, same)],
        members=("HTTP status for two names", "HTTP status for one"),
    )


@pytest.mark.clause("http-design/content-type-other")
def test_a_foreign_content_type(tck: Case) -> None:
    """A form is not read, and nothing is dropped; the same body as JSON is."""
    name = created(tck)
    path, body = f"/collections/{name}", {"collection_name": name}
    form = asked(tck, "DELETE", path, body, content_type="application/x-www-form-urlencoded")
    left = tck.look.collection(name)
    right = asked(tck, "DELETE", path, body)
    tck.expect(
        [415, True, 200],
        [form.status if form else None, left, right.status if right else None],
        members=("HTTP status of the form", "the collection is left", "HTTP status of JSON"),
    )


@each_clause({"http-design/name-escaped": NAMES})
def test_a_name_that_has_to_be_escaped(tck: Case, given: dict[str, str]) -> None:
    """The refusal of a missing collection speaks of the name as it was before it was escaped."""
    for case, name in given.items():
        whole = f"{tck.name()}{name}"
        escaped = "".join(f"%{byte:02X}" for byte in whole.encode())
        reason = str(told(asked(tck, "GET", f"/collections/{escaped}/schema")).get("reason", ""))
        tck.judge(whole in reason, f"a reason that names {whole!r}", reason, case=case)


@pytest.mark.clause("http-design/query")
def test_members_in_the_query(tck: Case) -> None:
    """The one collection that a query names is listed, and no other."""
    names = [created(tck), created(tck)]
    listed = [
        json_of(asked(tck, "GET", f"/collections/{name}/partitions-list?partition_names=_default")) for name in names
    ]
    missing = asked(tck, "GET", f"/collections/{names[0]}/partitions-list?type=x")
    found = [(each or {}).get("partition_names") for each in listed]
    tck.expect(
        [["_default"], ["_default"], 400],
        [*found, missing.status if missing else None],
        members=("names of the first", "names of the second", "HTTP status of no type"),
    )


@pytest.mark.clause("http-design/encodings", cases=("json", "yaml", "protobuf"))
def test_an_answer_in_other_words(tck: Case) -> None:
    """JSON, YAML and protobuf tell the same id and name, and say which of them they are."""
    name = created(tck)
    wanted = tck.ok(calls.describe_collection(name)).collectionID
    for case, kind in (("json", JSON), ("yaml", YAML), ("protobuf", PROTOBUF)):
        answer = asked(tck, "GET", f"/collections/{name}/schema", accept=kind)
        told_kind = answer.headers.get("content-type", "").partition(";")[0] if answer else ""
        tck.expect(
            [kind, wanted, name],
            [told_kind, *_described(answer, kind)],
            case=case,
            members=("content type", "collectionID", "collection_name"),
        )


def _described(answer: HttpResponse | None, kind: str) -> tuple[object, object]:
    """Read id and name from a description; nothing from what is none."""
    try:
        if answer is not None and kind == PROTOBUF:
            message = DescribeCollectionResponse.FromString(answer.body)
            return message.collectionID, message.schema.name
        found = load(answer.body, kind) if answer else {}
    except (DecodeError, Malformed):
        return None, None
    # What is zero is left out.
    return found.get("collectionID", 0), found.get("schema", {}).get("name")


@pytest.mark.clause("http-design/integers-exact")
def test_large_integers(tck: Case) -> None:
    """A key above 2^53 comes back as it was sent."""
    name, key = created(tck), (1 << 53) + 1
    columns = [
        {"type": 5, "field_name": "id", "field": [key]},
        {"type": 101, "field_name": "vec", "field": [[0.5] * DIM]},
    ]
    answer = asked(tck, "POST", f"/collections/{name}/records", {"num_rows": 1, "fields_data": columns})
    keys = (json_of(answer) or {}).get("IDs", {}).get("IdField", {}).get("IntId", {}).get("data")
    tck.expect([200, [key]], [answer.status if answer else None, keys], members=("HTTP status", "ids"))


@pytest.mark.clause("http-design/described")
def test_the_description(tck: Case) -> None:
    """The description is of OpenAPI 3.1, and has the routes of collections."""
    answer = asked(tck, "GET", "/openapi.json")
    found = json_of(answer) or {}
    described = found.get("paths", {}).get("/collections/{collection_name}", {})
    version = str(found.get("openapi", ""))
    tck.expect(
        [200, "3.1", True],
        [answer.status if answer else None, version[:3], {"get", "delete"} <= described.keys()],
        members=("HTTP status", "version of OpenAPI", "the routes of collections"),
    )
