"""Packing: the protobuf wire format for many values at once: numpy arrays and C loops, no Python loop.

Field numbers come from the descriptors. What comes out are the pieces of a message, in order:
short bytes of ours around buffers of the caller's, which are not copied.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, repeat
from typing import Any

import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from numpy.typing import NDArray

__all__ = ["Buffer", "delimited", "framed", "nested", "pack_varints", "size_of", "slices", "tag", "varint"]

#: A piece of a message.
Buffer = bytes | memoryview

#: Wire types.
_VARINT = 0
_LENGTH_DELIMITED = 2
_SEVEN = 7
_LOW = 0x7F
_MORE = 0x80
_LONGEST = 10


def varint(value: int) -> bytes:
    """Write one number that is not negative."""
    written = bytearray()
    while value > _LOW:
        written.append(value & _LOW | _MORE)
        value >>= _SEVEN
    written.append(value)
    return bytes(written)


@cache
def tag(message: Descriptor, field: str) -> bytes:
    """Write what stands before a value of that field; packed for repeated numbers, as proto3 has it."""
    found = message.fields_by_name[field]
    alone = found.cpp_type in _NUMBERS and not found.is_repeated
    return varint(found.number << 3 | (_VARINT if alone else _LENGTH_DELIMITED))


#: Types of fields whose single value is a varint; there is no single float or double in what we write.
_NUMBERS = frozenset({
    FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64, FieldDescriptor.CPPTYPE_BOOL, FieldDescriptor.CPPTYPE_ENUM,
})  # fmt: skip


def size_of(pieces: Iterable[Buffer]) -> int:
    """Count the bytes of pieces."""
    return sum(map(len, pieces))


def framed(before: bytes, pieces: Sequence[Buffer]) -> list[Buffer]:
    """Put a tag and the length before pieces: they become one field of the message around them."""
    return [before + varint(size_of(pieces)), *pieces]


def nested(message: Descriptor, field: str, pieces: Sequence[Buffer]) -> list[Buffer]:
    """Make pieces the content of a field."""
    return framed(tag(message, field), pieces)


class _Heads(dict[int, bytes]):
    """What stands before a value of some length, built once for each length."""

    def __init__(self, *tags: bytes) -> None:
        super().__init__()
        self._tags = tags

    def __missing__(self, length: int) -> bytes:
        head, whole = b"", length
        for each in reversed(self._tags):
            head = each + varint(whole) + head
            whole = length + len(head)
        self[length] = head
        return head


def delimited(rows: Sequence[Buffer], *tags: bytes) -> list[Buffer]:
    """Write each row as one value of a repeated field; with several tags, inside one field within another."""
    heads = _Heads(*tags)
    pieces: Iterable[Buffer] = chain.from_iterable(zip(map(heads.__getitem__, map(len, rows)), rows, strict=True))
    return [b"".join(pieces)]


def slices(whole: Buffer, sizes: NDArray[np.int64]) -> list[memoryview]:
    """Cut a buffer into rows of these sizes, without a copy."""
    ends = np.cumsum(sizes)
    view = memoryview(whole)
    return list(map(view.__getitem__, map(slice, (ends - sizes).tolist(), ends.tolist(), repeat(None))))


def pack_varints(values: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Write integers one behind the other; returns the bytes, and how many each value takes.

    Negative ones take ten bytes, as protobuf wants it for int32 as well.
    """
    numbers = np.ascontiguousarray(values, dtype=np.int64).view(np.uint64)
    sizes = np.ones(len(numbers), dtype=np.int64)
    longest, widest = 1, int(numbers.max(initial=0))
    while longest < _LONGEST and widest >> _SEVEN * longest:
        sizes += numbers >= np.uint64(1 << _SEVEN * longest)
        longest += 1
    table = np.empty((len(numbers), longest), dtype=np.uint8)
    for place in range(longest):
        septet = (numbers >> np.uint64(_SEVEN * place)).astype(np.uint8)
        table[:, place] = np.where(sizes > place + 1, septet | np.uint8(_MORE), septet & np.uint8(_LOW))
    if sizes.min(initial=longest) == longest:
        return table.ravel(), sizes
    return table[np.arange(longest) < sizes[:, None]], sizes
