"""Random messages of any type, as far as JSON has words for them."""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from milvus_tck.wire.descriptors import message_class

__all__ = ["messages"]

_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
_SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.CPPTYPE_INT32: st.integers(-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.CPPTYPE_INT64: st.integers(-(1 << 63), (1 << 63) - 1),
    FieldDescriptor.CPPTYPE_UINT32: st.integers(0, (1 << 32) - 1),
    FieldDescriptor.CPPTYPE_UINT64: st.integers(0, (1 << 64) - 1),
    FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    FieldDescriptor.CPPTYPE_FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False),
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    FieldDescriptor.CPPTYPE_ENUM: st.integers(-(1 << 31), (1 << 31) - 1),
    FieldDescriptor.CPPTYPE_STRING: _TEXT,
}
Choose = Callable[[FieldDescriptor], bool]


@st.composite
def messages(draw: st.DrawFn, kind: Descriptor, choose: Choose = lambda _member: True, depth: int = 3) -> Message:
    """Draw a message; only members that `choose` takes are ever filled in."""
    message = message_class(kind.full_name)()
    members = [member for member in kind.fields if choose(member) and (depth > 0 or member.message_type is None)]
    if members:
        for member in draw(st.lists(st.sampled_from(members), max_size=4, unique_by=lambda each: each.name)):
            _fill(draw, message, member, choose, depth)
    return message


def _fill(draw: st.DrawFn, message: Message, member: FieldDescriptor, choose: Choose, depth: int) -> None:
    target = getattr(message, member.name)
    kind = member.message_type
    if kind is not None and kind.GetOptions().map_entry:
        _fill_map(draw, target, kind, choose, depth)
    elif kind is not None:
        inside = messages(kind, choose, depth - 1)
        if member.is_repeated:
            target.extend(draw(st.lists(inside, max_size=3)))
        else:
            target.CopyFrom(draw(inside))
            target.SetInParent()
    elif member.is_repeated:
        target.extend(draw(st.lists(_scalar(member), max_size=4)))
    else:
        setattr(message, member.name, draw(_scalar(member)))


def _fill_map(draw: st.DrawFn, target: Any, entry: Descriptor, choose: Choose, depth: int) -> None:  # noqa: ANN401
    keys, values = entry.fields_by_name["key"], entry.fields_by_name["value"]
    for key in draw(st.lists(_scalar(keys), max_size=2, unique=True)):
        if values.message_type is not None:
            target[key].CopyFrom(draw(messages(values.message_type, choose, depth - 1)))
        else:
            target[key] = draw(_scalar(values))


def _scalar(member: FieldDescriptor) -> st.SearchStrategy[Any]:
    return st.binary(max_size=6) if member.type == FieldDescriptor.TYPE_BYTES else _SCALARS[member.cpp_type]
