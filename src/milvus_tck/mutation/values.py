"""Operators on values: wherever the path leads."""

import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutation.context import Arguments, Change, OperatorContext
from milvus_tck.mutation.field_paths import FieldPlace, places

__all__ = ["VALUES"]

_MOST, _LEAST = (1 << 63) - 1, -(1 << 63)


def _each(change: Callable[[Any, Any], Any], context: OperatorContext, arguments: Arguments) -> None:
    """Change the value of every place; a list is changed item by item."""
    for place in places(context.message, arguments.path):
        if place.is_list:
            place.put([change(value, arguments.value) for value in place.value])
        else:
            _put(place, change(place.value, arguments.value))


def _put(place: FieldPlace, value: Any) -> None:  # noqa: ANN401 - of any member
    if value != place.value or isinstance(value, Message):
        place.put(value)


def _lists(change: Callable[[list[Any]], Sequence[Any]], context: OperatorContext, arguments: Arguments) -> None:
    """Change every list as a whole."""
    for place in places(context.message, arguments.path):
        if not place.is_list:
            raise ValueError(f"{arguments.path} is no list")
        place.put(change(list(place.value)))


def _default(context: OperatorContext, arguments: Arguments) -> None:
    for place in places(context.message, arguments.path):
        place.clear()


def _plus(value: Any, step: Any) -> Any:  # noqa: ANN401 - a number, also one written as text
    step = 1 if step is None else step
    if isinstance(value, str):
        return str(int(value) + step) if value.lstrip("-").isdecimal() else value
    if isinstance(value, float):
        return value + step
    return max(_LEAST, min(_MOST, value + step))


def _double(value: Any, _: Any) -> Any:  # noqa: ANN401 - a number
    """Send an integer through float64, as a server does that reads JSON numbers."""
    return min(_MOST, int(float(value))) if isinstance(value, int) else value


def _single(value: Any, _: Any) -> Any:  # noqa: ANN401 - a number
    """Send a number through float32."""
    return struct.unpack("f", struct.pack("f", value))[0] if isinstance(value, float) else value


def _text(value: Any, more: Any) -> Any:  # noqa: ANN401 - a text, or bytes
    return value + (more.encode() if isinstance(value, bytes) else more)


def _swapped(items: list[Any]) -> list[Any]:
    return [items[1], items[0], *items[2:]] if len(items) > 1 else items


def _rotated(items: list[Any]) -> list[Any]:
    return [*items[1:], *items[:1]]


def _dropped_entries(context: OperatorContext, arguments: Arguments) -> None:
    """Take the items out of a list that the path picks, as `stats[key=row_count]`."""
    for place in reversed(list(places(context.message, arguments.path))):
        del getattr(place.parent, place.member.name)[place.at]


def _truncate(context: OperatorContext, arguments: Arguments) -> Reply | None:
    """Leave out the last item of a list; without a path, all bytes of the message but so many."""
    if arguments.path:
        _lists(lambda items: items[:-1], context, arguments)
        return None
    payload = context.message.SerializeToString()
    return Reply(payload[: arguments.value], "OK") if len(payload) > arguments.value else None


VALUES: dict[str, Change] = {
    "default": _default,
    "clear": _default,
    "remove": _dropped_entries,
    "set": partial(_each, lambda _, value: value),
    "plus": partial(_each, _plus),
    "times": partial(_each, lambda value, factor: type(value)(value * factor)),
    "negate": partial(_each, lambda value, _: not value),
    "minus-sign": partial(_each, lambda value, _: -value),
    "other-text": partial(_each, lambda value, more: _text(value, "x" if more is None else more)),
    "upper-case": partial(_each, lambda value, _: value.upper()),
    "flip": partial(_each, lambda value, _: bytes(each ^ 0xFF for each in value)),
    "through-double": partial(_each, _double),
    "through-single": partial(_each, _single),
    "reverse": partial(_lists, lambda items: items[::-1]),
    "swap": partial(_lists, _swapped),
    "rotate": partial(_lists, _rotated),
    "duplicate": partial(_lists, lambda items: [*items, *items[:1]]),
    "truncate": _truncate,
    "drop-first": partial(_lists, lambda items: items[1:]),
    "all-first": partial(_lists, lambda items: items[:1] * len(items)),
    "one-more": partial(_lists, lambda items: [*items, type(items[0])() if items else 0]),
}
