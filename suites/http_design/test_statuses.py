"""Which status of HTTP says what."""

from typing import Any

import pytest
from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.spec.http_status import status_of_http
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import HttpResponse

#: Requests by what they come to; NAME is a collection, MISSING none.
REQUESTS = {
    "created-already": ("POST", "/collections", {"collection_name": "NAME", "schema": {"name": "NAME"}}),
    "described": ("GET", "/collections/NAME/schema", None),
    "missing": ("GET", "/collections/MISSING/schema", None),
    "name-wrong": ("POST", "/collections/NAME/partitions", {"partition_name": "1-wrong"}),
    "loaded-without-index": ("PUT", "/collections/NAME/load", None),
    "list": ("GET", "/collections-list", None),
}
#: Requests that need a collection.
NEEDED = {
    "description": ("GET", "/collections/MISSING/schema"),
    "load": ("PUT", "/collections/MISSING/load"),
    "statistics": ("GET", "/collections/MISSING/statistics"),
}


def created(tck: Case) -> str:
    """Create a collection."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


def asked(tck: Case, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse | None:  # noqa: ANN401 - JSON
    """Ask, and return the answer if one came."""
    given = {"content-type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    return tck.call(http(method, path, body, given)).answer


def told(answer: HttpResponse | None) -> dict[str, Any]:
    """Return the Status in an answer, alone or as a member of it; empty where there is none."""
    found = json_of(answer)
    inside = found.get("status", found) if isinstance(found, dict) else {}
    return inside if isinstance(inside, dict) else {}


def _filled(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    for word, name in names.items():
        value = value.replace(word, name) if isinstance(value, str) else value
    return value


@pytest.mark.clause("http-design/status", cases=tuple(REQUESTS))
def test_http_says_what_the_status_says(tck: Case) -> None:
    """The status of HTTP is the one that the table has for the Status in the body."""
    names = {"NAME": created(tck), "MISSING": tck.name()}
    for case, (method, path, body) in REQUESTS.items():
        answer = asked(tck, method, _filled(path, names), _filled(body, names))
        status = told(answer)
        expected = status_of_http(status.get("code", 0), status.get("error_code", 0))
        tck.expect(expected, answer.status if answer else None, case=case)


@pytest.mark.clause("http-design/status-missing", cases=tuple(NEEDED))
def test_what_is_not_there(tck: Case) -> None:
    """Without a collection there is 404, or what the server's own number stands for; with one there is 200."""
    name, missing = created(tck), tck.name()
    right = asked(tck, "GET", f"/collections/{name}/schema")
    for case, (method, path) in NEEDED.items():
        answer = asked(tck, method, path.replace("MISSING", missing))
        status = told(answer)
        numbers = status.get("code", 0), status.get("error_code", 0)
        # Servers of 2.2 say "unexpected error", and nothing more.
        expected = 404 if numbers[0] else status_of_http(*numbers)
        found = [answer.status if answer else None, right.status if right else None, any(numbers)]
        tck.expect(
            [expected, 200, True],
            found,
            case=case,
            members=("HTTP status", "HTTP status of what is there", "a number of the server's"),
        )


@pytest.mark.clause("http-design/status-body", cases=("server", "gateway"))
def test_a_refusal_says_why(tck: Case) -> None:
    """The server's refusal and the gateway's own both have numbers and a reason."""
    answers = {
        "server": asked(tck, "GET", f"/collections/{tck.name()}/schema"),
        "gateway": asked(tck, "POST", "/collections", b"{"),
    }
    for case, answer in answers.items():
        status = told(answer)
        found = [bool(status.get("code") or status.get("error_code")), bool(status.get("reason"))]
        tck.expect([True, True], found, case=case, members=("a number", "a reason"))


@pytest.mark.clause("http-design/question", cases=("there", "not-there"))
def test_a_question_is_answered(tck: Case) -> None:
    """Yes and no are both 200."""
    for case, name, value in (("there", created(tck), True), ("not-there", tck.name(), None)):
        answer = asked(tck, "GET", f"/collections/{name}")
        found = json_of(answer)
        tck.expect(
            [200, value],
            [answer.status if answer else None, (found or {}).get("value")],
            case=case,
            members=("HTTP status", "value"),
        )


@pytest.mark.clause("http-design/grpc-status", cases=("answer", "refusal", "no-answer"))
def test_where_the_server_gave_no_answer(tck: Case) -> None:
    """An answer has no grpc-status, and a refusal of the server has none; what was not passed on has one."""
    requests = {
        "answer": ("GET", "/collections-list", None, None),
        "refusal": ("GET", f"/collections/{tck.name()}/schema", None, None),
        "no-answer": ("POST", "/collections", b"{", "3"),
    }
    for case, (method, path, body, expected) in requests.items():
        answer = asked(tck, method, path, body)
        tck.expect(expected, answer.headers.get("grpc-status") if answer else "", case=case)


@pytest.mark.clause("http-design/timeout")
def test_no_time_at_all(tck: Case) -> None:
    """A microsecond is too short for any call; the same request with a minute is answered."""
    late = asked(tck, "GET", "/collections-list", request_timeout="0.000001")
    right = asked(tck, "GET", "/collections-list", request_timeout="60")
    found = [each.status if each else None for each in (late, right)]
    tck.expect(
        [504, 200, "4"],
        [*found, late.headers.get("grpc-status") if late else ""],
        members=("HTTP status of the short one", "HTTP status of the long one", "grpc-status"),
    )
