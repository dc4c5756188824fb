"""Each operator on an answer of HTTP does what its name says, and nothing where there is nothing to do."""

from typing import Any

import pytest

from milvus_tck.wire import messages as m
from tests.mutants.contexts import operated

_BODY = b'{"code":200,"data":[{"id":"9007199254740993","n":1.5},{"id":"2","n":2}],"big":9007199254740993}'


def _answer(body: bytes = _BODY, status: int = 200, **headers: str) -> m.HttpResponse:
    return m.HttpResponse(status=status, headers=headers, body=body)


@pytest.mark.parametrize(
    ("operator", "path", "value", "after"),
    [
        ("http-status", "", 404, _answer(status=404)),
        ("http-body", "", "x", _answer(b"x")),
        ("http-header", "", "kind: text", _answer(kind="text")),
        ("http-header", "", "nosuch", _answer()),
        ("json-set", "code", 0, _answer(b'{"code": 0, "data": [1]}')),
        ("json-drop", "data[0].nosuch", None, _answer()),
        ("json-set", "nosuch", 1, _answer()),
    ],
)
def test_an_answer_is_changed(operator: str, path: str, value: Any, after: m.HttpResponse) -> None:  # noqa: ANN401 - JSON
    """Status, headers and body are written as the mutant says; where a path leads nowhere, nothing is."""
    before = _answer(b'{"code":200,"data":[1]}') if path == "code" else _answer()
    assert operated(operator, "HTTP", before, path, value) == after


@pytest.mark.parametrize(
    ("operator", "path", "value", "after"),
    [
        ("json-drop", "data[].n", None, b'{"code": 200, "data": [{"id": "9007199254740993"}, {"id": "2"}]'),
        ("json-plus", "data[1].n", None, b'"n": 1.5}, {"id": "2", "n": 3}]'),
        ("json-text", "big", None, b'"big": "9007199254740993"'),
        ("json-text", "data[1].id", None, b'{"id": 2, "n": 2}'),
        ("json-double", "big", None, b'"big": 9007199254740992'),
        ("json-double", "data[].id", None, b'"id": "9007199254740992"'),
        ("json-truncate", "data", None, b'"data": [{"id": "9007199254740993", "n": 1.5}]'),
        ("json-reverse", "data", None, b'"data": [{"id": "2", "n": 2}, {"id"'),
        ("json-wrap", "code", "inner", b'"code": {"inner": 200}'),
        ("json-add", "", {"more": True}, b'"more": true'),
    ],
)
def test_json_is_changed(operator: str, path: str, value: Any, after: bytes) -> None:  # noqa: ANN401 - JSON
    """What a path leads to is changed in the body, and nothing else is."""
    changed = operated(operator, "HTTP", _answer(), path, value)
    assert after in changed.body
    assert changed.status == 200


def test_other_answers_are_none_of_http() -> None:
    """An operator of HTTP on an answer of gRPC is a mistake of the mutant."""
    with pytest.raises(ValueError, match="not answered over HTTP"):
        operated("http-status", "HasCollection", m.BoolResponse(), "", 500)
