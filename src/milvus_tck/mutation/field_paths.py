"""Places in a message, named by a path: where an operator sets to work.

    collection_name                    a member
    schema.fields[].name               the name of every field
    schema.fields[0].name              of the first one; [-1] is the last
    stats[key=row_count].value         of those whose member `key` is `row_count`
    coll_flush_ts{}                    every value of a map

A member that is absent is a place too (it holds its default), unless a message on the way
to it is absent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

__all__ = ["FieldPlace", "leads", "places"]

_PART = re.compile(r"(?P<name>\w+)(?P<pick>\[[^\]]*\]|\{\})?")


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One value inside a message: a member, an item of a list, or a value of a map."""

    parent: Message
    member: FieldDescriptor
    #: Which item of a list, or which key of a map; `None` for the member as a whole.
    at: Any = None

    @property
    def value(self) -> Any:  # noqa: ANN401 - of any member
        """What stands there."""
        whole = getattr(self.parent, self.member.name)
        return whole if self.at is None else whole[self.at]

    @property
    def is_list(self) -> bool:
        """Whether the whole of a repeated member is meant."""
        return self.at is None and self.member.is_repeated

    def put(self, value: Any) -> None:  # noqa: ANN401 - of any member
        """Write a value there: a list for a whole repeated member."""
        if self.is_list:
            self._put_list(list(value))
        elif self.at is None and not isinstance(value, Message):
            setattr(self.parent, self.member.name, value)
        elif self.at is None or isinstance(value, Message):
            self.value.CopyFrom(value)
        else:
            getattr(self.parent, self.member.name)[self.at] = value

    def _put_list(self, values: list[Any]) -> None:
        kept = [_copy(each) for each in values]
        self.parent.ClearField(self.member.name)
        getattr(self.parent, self.member.name).extend(kept)

    def clear(self) -> None:
        """Leave it out."""
        if self.at is None:
            self.parent.ClearField(self.member.name)
        elif isinstance(self.value, Message):
            self.value.Clear()
        else:
            self.put(type(self.value)())


def places(message: Message, path: str) -> Iterator[FieldPlace]:
    """Find every place that a path names; raises `ValueError` for a path that the message cannot have."""
    first, _, rest = path.partition(".")
    found = _PART.fullmatch(first)
    if found is None or found["name"] not in message.DESCRIPTOR.fields_by_name:
        raise ValueError(f"{message.DESCRIPTOR.name} has no {first!r}")
    member = message.DESCRIPTOR.fields_by_name[found["name"]]
    for place in _picked(message, member, found["pick"]):
        if not rest:
            yield place
        elif place.at is not None or message.HasField(member.name):
            yield from places(place.value, rest)


def leads(kind: Any, path: str) -> bool:  # noqa: ANN401 - the type checker knows two kinds of descriptors
    """Tell whether a path leads anywhere in messages of a type."""
    first, _, rest = path.partition(".")
    found = _PART.fullmatch(first)
    member = kind.fields_by_name.get(found["name"]) if found is not None else None
    if found is None or member is None or (found["pick"] is not None and not member.is_repeated):
        return False
    inner = member.message_type
    if not rest or inner is None:
        return not rest
    if found["pick"] == "{}":
        inner = inner.fields_by_name["value"].message_type
    return (found["pick"] is not None) == member.is_repeated and inner is not None and leads(inner, rest)


def _picked(message: Message, member: Any, pick: str | None) -> Iterator[FieldPlace]:  # noqa: ANN401 - the type checker knows two kinds
    if pick is None:
        yield FieldPlace(message, member)
        return
    whole = getattr(message, member.name)
    if pick == "{}":
        yield from (FieldPlace(message, member, key) for key in sorted(whole))
        return
    wanted = pick[1:-1]
    for index, each in enumerate(whole):
        if _is_wanted(each, index, len(whole), wanted):
            yield FieldPlace(message, member, index)


def _is_wanted(each: Any, index: int, length: int, wanted: str) -> bool:  # noqa: ANN401 - an item of a list
    name, equals, text = wanted.partition("=")
    if equals:
        return str(getattr(each, name)) == text
    return not wanted or int(wanted) in {index, index - length}


def _copy(value: Any) -> Any:  # noqa: ANN401 - of any member
    if not isinstance(value, Message):
        return value
    copied = type(value)()
    copied.CopyFrom(value)
    return copied
