"""What a server makes of a body."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.marks import each_clause
from milvus_tck.fixtures.small_collections import FIELDS
from milvus_tck.suites.http_api_v1._requests import ask

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.http import json_of
from milvus_tck.wire.json_form.text import dump
from milvus_tck.wire.messages import DataType, ErrorCode

#: A body that cannot be bound, by what is wrong with it; the name of a collection stands for `NAME`.
UNREADABLE = {
    "no-json": b"{bad",
    "cut-off": b'{"collection_name":"NAME"',
    "array": b"[]",
    "text": b'"NAME"',
    "number": b"7",
    "member-of-another-type": b'{"collection_name":5}',
    "member-that-is-an-object": b'{"collection_name":{"a":1}}',
}
#: Columns that are none.
COLUMNS: dict[str, dict[str, Any]] = {
    "text-for-array": {"type": DataType.Int64, "field_name": "id", "field": "1"},
    "texts-for-integers": {"type": DataType.Int64, "field_name": "id", "field": ["1"]},
    "fractions-for-integers": {"type": DataType.Int64, "field_name": "id", "field": [1.5]},
    "numbers-for-vectors": {"type": DataType.FloatVector, "field_name": "vec", "field": [1, 2]},
    "no-vectors": {"type": DataType.FloatVector, "field_name": "vec", "field": []},
    "type-unknown": {"type": 4711, "field_name": "id", "field": [1]},
    "type-unset": {"field_name": "id", "field": [1]},
}
#: What is no time_stamp, which is an unsigned integer of 64 bits.
NO_INTEGERS = {
    "fraction": b"1.5",
    "point": b"1.0",
    "text": b'"1"',
    "too-large": b"18446744073709551616",
    "negative": b"-1",
}


def _created(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


def _refused_as_400(tck: Case, rpc: str, body: bytes) -> list[object]:
    """Ask, and return what the refusal is made of: status, error_code, whether there is a reason."""
    outcome = tck.call(ask(rpc, body))
    found = json_of(outcome.answer)
    told = found if isinstance(found, dict) else {}
    status = None if outcome.answer is None else outcome.answer.status
    return [status, told.get("error_code"), bool(told.get("reason"))]


_REFUSED = [400, ErrorCode.IllegalArgument, True]
#: What these are.
_SAID = ("HTTP status", "error_code", "a reason")


@each_clause({"http-api-v1/body-unreadable": UNREADABLE})
def test_a_body_that_can_not_be_bound(tck: Case, given: dict[str, bytes]) -> None:
    """A body that is no such request is refused with HTTP 400, while the right one beside it is answered."""
    name = _created(tck)
    for case, body in given.items():
        found = _refused_as_400(tck, "HasCollection", body.replace(b"NAME", name.encode()))
        right = json_of(tck.ok(ask("HasCollection", {"collection_name": name})))
        tck.expect(
            [*_REFUSED, True], [*found, right.get("value")], case=case, members=(*_SAID, "value of the right request")
        )


@pytest.mark.clause("http-api-v1/body-unreadable-untouched")
def test_what_can_not_be_bound_does_nothing(tck: Case) -> None:
    """A drop that cannot be read drops nothing; the same one, readable, does."""
    name = _created(tck)
    cut = dump({"collection_name": name})[:-1]
    status = _refused_as_400(tck, "DropCollection", cut)[0]
    left = tck.look.collection(name)
    tck.ok(ask("DropCollection", {"collection_name": name}))
    tck.expect(
        [400, True, False],
        [status, left, tck.look.collection(name)],
        members=("HTTP status", "the collection is left", "it is left by the drop that can be read"),
    )


@each_clause({"http-api-v1/column-unreadable": COLUMNS})
def test_a_column_that_can_not_be_read(tck: Case, given: dict[str, dict[str, Any]]) -> None:
    """A column that is none is refused with HTTP 400 before a row is inserted."""
    name = _created(tck)
    for case, column in given.items():
        body = {"collection_name": name, "num_rows": 1, "fields_data": [column]}
        tck.expect(_REFUSED, _refused_as_400(tck, "Insert", dump(body)), case=case, members=_SAID)


@each_clause({"http-api-v1/integer-only": NO_INTEGERS})
def test_an_integer_is_an_integer(tck: Case, given: dict[str, bytes]) -> None:
    """What is no unsigned integer of 64 bits cannot be bound to one; the largest of them can."""
    name = _created(tck)
    for case, number in given.items():
        found = _refused_as_400(
            tck, "DescribeCollection", b'{"collection_name":"%b","time_stamp":%b}' % (name.encode(), number)
        )
        tck.expect(_REFUSED, found, case=case, members=_SAID)


@pytest.mark.clause("http-api-v1/body-empty", cases=("none", "object", "null"))
def test_a_request_that_says_nothing(tck: Case) -> None:
    """A list is asked for with no body, with {} and with null; each names the collection that was just created."""
    name = _created(tck)
    bodies: dict[str, object] = {"none": None, "object": {}, "null": b"null"}
    for case, body in bodies.items():
        found = json_of(tck.ok(ask("ShowCollections", body)))
        tck.judge(name in found.get("collection_names", ()), f"a list with {name}", str(found)[:200], case=case)


@pytest.mark.clause("http-api-v1/body-of-get-and-delete")
def test_get_and_delete_have_bodies(tck: Case) -> None:
    """GET finds what its body names and not what it does not; DELETE drops it and leaves the other."""
    name, other = _created(tck), _created(tck)
    has = [json_of(tck.ok(ask("HasCollection", {"collection_name": each}))).get("value") for each in (name, tck.name())]
    tck.ok(ask("DropCollection", {"collection_name": name}))
    left = [tck.look.collection(each) for each in (name, other)]
    tck.expect(
        [True, None, False, True],
        [*has, *left],
        members=("value of its name", "value of another", "the dropped one is left", "the other is left"),
    )


@pytest.mark.clause("http-api-v1/query-not-read")
def test_the_query_is_not_read(tck: Case) -> None:
    """A name in the query is none: the answer is that of a request without a name."""
    name = _created(tck)
    nameless = json_of(tck.call(ask("DescribeCollection", {})).answer)
    queried = json_of(tck.call(ask("DescribeCollection", {}, query=f"?collection_name={name}")).answer)
    in_body = json_of(tck.call(ask("DescribeCollection", {"collection_name": name})).answer)
    told = (nameless.get("status"), queried.get("status"), bool(queried.get("schema")), bool(in_body.get("schema")))
    tck.judge(told[0] == told[1] and bool(told[0]) and told[2:] == (False, True), "the refusal of no name", str(told))


@pytest.mark.clause("http-api-v1/unknown-member")
def test_members_that_nobody_knows(tck: Case) -> None:
    """A member that the request does not have is passed over."""
    name = _created(tck)
    asked = [{"collection_name": each, "nosuch": [1, {"a": None}]} for each in (name, tck.name())]
    tck.expect(
        [True, None],
        [json_of(tck.ok(ask("HasCollection", each))).get("value") for each in asked],
        members=("value of what is there", "value of what is not"),
    )


@pytest.mark.clause("http-api-v1/content-type-other", cases=("text", "form", "none"))
def test_another_content_type(tck: Case) -> None:
    """JSON is read whatever the content type calls it."""
    name = _created(tck)
    types = {
        "text": {"content-type": "text/plain"},
        "form": {"content-type": "application/x-www-form-urlencoded"},
        "none": {},
    }
    for case, headers in types.items():
        asked = [ask("HasCollection", {"collection_name": each}, headers=headers) for each in (name, tck.name())]
        tck.expect(
            [True, None],
            [json_of(tck.ok(each)).get("value") for each in asked],
            case=case,
            members=("value of what is there", "value of what is not"),
        )


@pytest.mark.clause("http-api-v1/member-twice")
def test_the_last_of_two(tck: Case) -> None:
    """Of two names the second one is looked up."""
    name, missing = _created(tck).encode(), tck.name().encode()
    pairs = ((missing, name), (name, missing))
    asked = [ask("HasCollection", b'{"collection_name":"%b","collection_name":"%b"}' % pair) for pair in pairs]
    tck.expect(
        [True, None],
        [json_of(tck.ok(each)).get("value") for each in asked],
        members=("value where the second name exists", "value where the first one does"),
    )


@pytest.mark.clause("http-api-v1/null-member")
def test_a_member_that_is_null(tck: Case) -> None:
    """A null in the place of a text, a number or an object is passed over."""
    name = _created(tck)
    asked = [
        {"collection_name": each, "db_name": None, "time_stamp": None, "base": None} for each in (name, tck.name())
    ]
    tck.expect(
        [True, None],
        [json_of(tck.ok(ask("HasCollection", each))).get("value") for each in asked],
        members=("value of what is there", "value of what is not"),
    )


def _uneven(rows: list[list[float]]) -> Callable[[str], dict[str, Any]]:
    keys = {"type": DataType.Int64, "field_name": "id", "field": list(range(len(rows)))}
    vectors = {"type": DataType.FloatVector, "field_name": "vec", "field": rows}
    return lambda name: {"collection_name": name, "num_rows": len(rows), "fields_data": [keys, vectors]}


@each_clause({
    "http-api-v1/vectors-uneven": {
        "short": _uneven([[1.0] * 4, [1.0] * 3, [1.0] * 4]),
        "long": _uneven([[1.0] * 4, [1.0] * 9]),
    }
})  # fmt: skip
def test_vectors_of_different_lengths(tck: Case, given: dict[str, Callable[[str], dict[str, Any]]]) -> None:
    """A column whose vectors differ in length is refused, like data over gRPC that does not divide into rows."""
    name = _created(tck)
    for case, body in given.items():
        outcome = tck.call(ask("Insert", body(name)))
        status = 0 if outcome.answer is None else outcome.answer.status
        found = json_of(outcome.answer) or {}
        told = found.get("status", found)
        refused = status in {200, 400} and bool(told.get("error_code")) and bool(told.get("reason"))
        tck.judge(refused, "a refusal in words", f"HTTP {status} {found}", case=case, signature=f"http:{status}")
