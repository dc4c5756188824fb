"""Operators on answers of HTTP: status, headers, and the JSON in the body.

Paths lead through objects and arrays: `data.fields[].name`; `[0]` is the first item, `[]` is every one.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from milvus_tck.mutation.context import Arguments, Change, OperatorContext
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.messages import HttpResponse

__all__ = ["HTTP_ANSWERS"]

_GONE = object()


def _answer(context: OperatorContext) -> HttpResponse:
    if not isinstance(context.message, HttpResponse):
        message = f"{context.rpc} is not answered over HTTP"
        raise ValueError(message)  # noqa: TRY004 - what is wrong is the mutant
    return context.message


def _status(context: OperatorContext, arguments: Arguments) -> None:
    _answer(context).status = arguments.value


def _header(context: OperatorContext, arguments: Arguments) -> None:
    """Write a header, given as `name: value`; one without a value is left out."""
    name, _, value = arguments.value.partition(":")
    headers = _answer(context).headers
    headers.pop(name, None)
    if value:
        headers[name] = value.strip()


def _body(context: OperatorContext, arguments: Arguments) -> None:
    """Write a text in place of the body."""
    _answer(context).body = arguments.value.encode()


def _twice(context: OperatorContext, _: Arguments) -> None:
    """Send the body twice, one behind the other."""
    answer = _answer(context)
    answer.body = answer.body * 2


def _json(change: Callable[[Any, Any], Any], context: OperatorContext, arguments: Arguments) -> None:
    """Change the values that a path leads to; `_GONE` takes a value out."""
    answer = _answer(context)
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


def _added(context: OperatorContext, arguments: Arguments) -> None:
    """Put members into the object in the body."""
    answer = _answer(context)
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


HTTP_ANSWERS: dict[str, Change] = {
    "http-status": _status,
    "http-header": _header,
    "http-body": _body,
    "http-twice": _twice,
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
