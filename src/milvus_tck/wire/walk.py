"""The walk over messages and their descriptors, for all who look at every member of whatever message.

for holder, member, value in members(message):
if member.enum_type is not None: ...
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

__all__ = ["is_map", "kinds", "members"]


def is_map(member: Any) -> bool:  # noqa: ANN401 - the type checker knows two kinds of descriptors
    """Tell whether a member is a map, whose entries protobuf describes as messages."""
    return member.message_type is not None and bool(member.message_type.GetOptions().map_entry)


def members(message: Message, *, maps: bool = True) -> Iterator[tuple[Message, FieldDescriptor, Any]]:
    """Yield every member that holds something, of a message and of all messages in it, with the message it is of.

    A list or a map comes as a whole, and then the members of the messages in it; those of the values of maps
    are left out without `maps`. Who walks may change what it is given.
    """
    for member, value in message.ListFields():
        yield message, member, value
        if is_map(member):
            inner = [value[key] for key in value] if maps else []
        elif member.message_type is not None:
            inner = list(value) if member.is_repeated else [value]
        else:
            continue
        for each in inner:
            if isinstance(each, Message):
                yield from members(each, maps=maps)


def kinds(kind: Descriptor) -> Iterator[Descriptor]:
    """Yield a type of message, and every type that one of it may hold, each once."""
    found = {kind.full_name: kind}
    waiting = [kind]
    while waiting:
        first = waiting.pop()
        yield first
        for member in first.fields:
            inner = member.message_type
            if inner is not None and inner.full_name not in found:
                found[inner.full_name] = inner
                waiting.append(inner)
