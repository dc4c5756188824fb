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

__all__ = ["FieldPlace", "fill", "leads", "places"]

#: Of items that are no numbers.
_DEFAULTS: dict[int, Any] = {FieldDescriptor.CPPTYPE_STRING: "", FieldDescriptor.CPPTYPE_BOOL: False}
#: A text that is a number as well.
_TEXT = "1"
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


def fill(message: Message, path: str) -> None:
    """Make the messages and items on the way to a path, and one item where it ends at a list.

    The path has to lead there; what it picks is made so that it is picked.
    """
    first, _, rest = path.partition(".")
    found = _PART.fullmatch(first)
    assert found is not None  # noqa: S101 - it leads there
    member = message.DESCRIPTOR.fields_by_name[found["name"]]
    if not member.is_repeated:
        if rest:
            getattr(message, member.name).SetInParent()
            fill(getattr(message, member.name), rest)
        elif member.type == FieldDescriptor.TYPE_STRING:
            setattr(message, member.name, _TEXT)
        return
    item = _one_more(getattr(message, member.name), member, found["pick"])
    if rest and isinstance(item, Message):
        fill(item, rest)


def _one_more(whole: Any, member: Any, pick: str | None) -> Any:  # noqa: ANN401 - a list or a map, and what is in it
    if pick == "{}":
        key = "" if member.message_type.fields_by_name["key"].type == FieldDescriptor.TYPE_STRING else 0
        return _of_map(whole, member, key)
    name, equals, text = (pick or "[]")[1:-1].partition("=")
    for _ in range(1 if equals or not name else abs(int(name)) + 1):
        if member.message_type is None:
            whole.append(_DEFAULTS.get(member.cpp_type, 0))
        else:
            whole.add()
    if equals:
        picked = whole[-1].DESCRIPTOR.fields_by_name[name]
        setattr(whole[-1], name, text if picked.cpp_type == FieldDescriptor.CPPTYPE_STRING else int(text))
    return whole[-1]


def _of_map(whole: Any, member: Any, key: Any) -> Any:  # noqa: ANN401 - a map, and what is in it
    value = member.message_type.fields_by_name["value"]
    if value.message_type is None:
        whole[key] = _DEFAULTS.get(value.cpp_type, 0)
    return whole[key]


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
