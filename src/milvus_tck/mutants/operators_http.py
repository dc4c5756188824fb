"""Operators on answers of HTTP: status, headers, and the JSON in the body.

Paths lead through objects and arrays: `data.fields[].name`; `[0]` is the first item, `[]` is every one.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from milvus_tck.mutants.operators_values import Operator
from milvus_tck.mutants.scene import Arguments, Scene
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.messages import HttpResponse

__all__ = ["HTTP_ANSWERS"]

_GONE = object()


def _answer(scene: Scene) -> HttpResponse:
    if not isinstance(scene.response, HttpResponse):
        message = f"{scene.rpc} is not answered over HTTP"
        raise ValueError(message)  # noqa: TRY004 - what is wrong is the mutant
    return scene.response


def _status(scene: Scene, arguments: Arguments) -> None:
    _answer(scene).status = arguments.value


def _header(scene: Scene, arguments: Arguments) -> None:
    """Write a header, given as `name: value`; one without a value is left out."""
    name, _, value = arguments.value.partition(":")
    headers = _answer(scene).headers
    headers.pop(name, None)
    if value:
        headers[name] = value.strip()


def _body(scene: Scene, arguments: Arguments) -> None:
    """Write a text in place of the body."""
    _answer(scene).body = arguments.value.encode()


def _json(change: Callable[[Any, Any], Any], scene: Scene, arguments: Arguments) -> None:
    """Change the values that a path leads to; `_GONE` takes a value out."""
    answer = _answer(scene)
    whole = load_any(answer.body)
    found = list(_places(whole, arguments.path))
    for holder, key in found:
        new = change(holder[key], arguments.value)
        if new is _GONE:
            del holder[key]
        else:
            holder[key] = new
    if found and whole != load_any(answer.body):
        answer.body = json.dumps(whole).encode()


def _places(value: Any, path: str) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    first, _, rest = path.partition(".")
    name, bracket, pick = first.partition("[")
    if not isinstance(value, dict) or name not in value:
        return
    found: list[tuple[Any, Any]] = [(value, name)]
    if bracket:
        items, wanted = value[name], pick.rstrip("]")
        if not isinstance(items, list):
            return
        found = [(items, at) for at in range(len(items)) if not wanted or int(wanted) == at]
    for holder, key in found:
        if rest:
            yield from _places(holder[key], rest)
        else:
            yield holder, key


def _added(scene: Scene, arguments: Arguments) -> None:
    """Put members into the object in the body."""
    answer = _answer(scene)
    whole = load_any(answer.body)
    if isinstance(whole, dict):
        answer.body = json.dumps({**whole, **arguments.value}).encode()


def _plus(value: Any, step: Any) -> Any:  # noqa: ANN401 - JSON
    return value + (1 if step is None else step) if isinstance(value, int | float) else value


def _text(value: Any, _: Any) -> Any:  # noqa: ANN401 - JSON
    """Write a number as a text, or a text of digits as a number."""
    if isinstance(value, list):
        return [_text(each, _) for each in value]
    return int(value) if isinstance(value, str) and value.lstrip("-").isdecimal() else str(value)


def _double(value: Any, _: Any) -> Any:  # noqa: ANN401 - JSON
    """Send an integer, also one written as text, through float64."""
    if isinstance(value, list):
        return [_double(each, _) for each in value]
    if isinstance(value, str):
        return str(int(float(value))) if value.lstrip("-").isdecimal() else value
    return int(float(value)) if isinstance(value, int) else value


HTTP_ANSWERS: dict[str, Operator] = {
    "http-status": _status,
    "http-header": _header,
    "http-body": _body,
    "json-add": _added,
    "json-set": partial(_json, lambda _, value: value),
    "json-drop": partial(_json, lambda _, __: _GONE),
    "json-plus": partial(_json, _plus),
    "json-text": partial(_json, _text),
    "json-double": partial(_json, _double),
    "json-truncate": partial(_json, lambda value, _: value[:-1]),
    "json-reverse": partial(_json, lambda value, _: value[::-1]),
    "json-wrap": partial(_json, lambda value, name: {name: value}),
}
