"""Milvus' own low-level REST, as the gateway speaks it."""

import pytest
import yaml

from tests.gateway.requests import ask


def test_the_status_is_in_the_body(url: str) -> None:
    """Whatever the Status says, HTTP says 200."""
    there = ask(url, "GET", "/api/v1/collections")
    missing = ask(url, "GET", "/api/v1/collection", {"collection_name": "nowhere"})
    assert [there.status, missing.status] == [200, 200]
    assert there.plain == {"status": {}}
    assert missing.plain["status"]["code"] == 100


def test_false_is_left_out(url: str) -> None:
    """HasCollection of what is not there answers an empty Status and nothing else."""
    assert ask(url, "GET", "/api/v1/collection/existence", {"collection_name": "nowhere"}).plain == {"status": {}}


@pytest.mark.parametrize("body", [b"{b", b"[1]", b'{"collection_name": 5}', b'"text"', b"\xff"])
def test_what_can_not_be_read(url: str, body: bytes) -> None:
    """A body that is no request is 400, with a Status that has no code."""
    answer = ask(url, "POST", "/api/v1/collection", body)
    assert (answer.status, answer.plain["error_code"]) == (400, 5)
    assert answer.plain["reason"].startswith("bad request: ")
    assert "code" not in answer.plain


@pytest.mark.parametrize(("method", "path"), [("GET", "/nosuch"), ("PUT", "/collection"), ("GET", ""), ("GET", "/")])
def test_a_page_that_is_not_there(url: str, method: str, path: str) -> None:
    """No route, and no such method on a route, are the same page of text."""
    answer = ask(url, method, f"/api/v1{path}")
    assert (answer.status, answer.body) == (404, b"404 page not found")


def test_the_query_is_not_read(url: str) -> None:
    """The body is what counts, for GET too."""
    answer = ask(url, "GET", "/api/v1/collection?collection_name=villages")
    said = ask(url, "GET", "/api/v1/collection", {"collection_name": ""})
    assert answer.plain == said.plain
    assert "villages" not in answer.plain["status"]["reason"]


def test_any_content_type_is_json(url: str) -> None:
    """JSON is read whatever it is called, YAML where it is called so; who wants YAML gets it."""
    for kind in ("text/plain", "application/json; charset=utf-8", None):
        answer = ask(url, "GET", "/api/v1/collection/existence", b'{"collection_name": "x"}', kind)
        assert answer.plain == {"status": {}}
    answer = ask(url, "GET", "/api/v1/collection/existence", b"collection_name: x", "application/x-yaml",
                 accept="application/x-yaml")  # fmt: skip
    assert yaml.safe_load(answer.body) == {"status": {}}


def test_a_call_that_breaks(url: str) -> None:
    """What the server does not have is 500, with a Status that says what gRPC said."""
    answer = ask(url, "GET", "/api/v1/index/state", {"collection_name": "x"})
    assert (answer.status, answer.plain["error_code"]) == (500, 1)
    assert "UNIMPLEMENTED" in answer.plain["reason"]


def test_who_takes_neither(url: str) -> None:
    """Who accepts neither JSON nor YAML is answered with 406; who accepts anything, with JSON."""
    found = [ask(url, "GET", "/api/v1/collections", accept=each).status for each in ("text/html", "text/html, */*")]
    assert found == [406, 200]


def test_health(url: str) -> None:
    """The gateway says that it is there."""
    assert ask(url, "GET", "/api/v1/health").plain == {"status": "ok"}
