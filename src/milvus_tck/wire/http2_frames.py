"""HTTP/2 frames: their numbers, and those that we send (RFC 9113), with the texts of header blocks (RFC 7541)."""

from collections.abc import Iterable
from struct import Struct
from typing import Final

__all__ = [
    "ACK", "CANCEL", "COMPRESSION_ERROR", "CONTINUATION", "DATA", "END_HEADERS", "END_STREAM", "FLOW_CONTROL_ERROR",
    "FRAME_SIZE_ERROR", "GOAWAY", "HEADERS", "HEADER_TABLE_SIZE", "INITIAL_WINDOW_SIZE", "LONGEST_FRAME",
    "MAX_CONCURRENT_STREAMS", "MAX_FRAME_SIZE", "MAX_HEADER_LIST_SIZE", "MAX_WINDOW", "NO_ERROR", "PADDED", "PING",
    "PREFACE", "PRIORITY", "PRIORITY_FLAG", "PROTOCOL_ERROR", "PUSH_PROMISE", "REFUSED_STREAM", "RST_STREAM",
    "SETTINGS", "SHORTEST_FRAME", "START_WINDOW", "WINDOW_UPDATE", "frame", "goaway", "head", "header_frames",
    "header_number", "header_text", "rst_stream", "settings", "window_update",
]  # fmt: skip

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA: Final = 0
HEADERS: Final = 1
PRIORITY: Final = 2
RST_STREAM: Final = 3
SETTINGS: Final = 4
PUSH_PROMISE: Final = 5
PING: Final = 6
GOAWAY: Final = 7
WINDOW_UPDATE: Final = 8
CONTINUATION: Final = 9

END_STREAM: Final = 0x1
ACK: Final = 0x1
END_HEADERS: Final = 0x4
PADDED: Final = 0x8
PRIORITY_FLAG: Final = 0x20

HEADER_TABLE_SIZE: Final = 1
ENABLE_PUSH: Final = 2
MAX_CONCURRENT_STREAMS: Final = 3
INITIAL_WINDOW_SIZE: Final = 4
MAX_FRAME_SIZE: Final = 5
MAX_HEADER_LIST_SIZE: Final = 6

NO_ERROR: Final = 0x0
PROTOCOL_ERROR: Final = 0x1
FLOW_CONTROL_ERROR: Final = 0x3
FRAME_SIZE_ERROR: Final = 0x6
REFUSED_STREAM: Final = 0x7
CANCEL: Final = 0x8
COMPRESSION_ERROR: Final = 0x9

#: What a window, for the connection and for each stream, holds before anybody said otherwise.
START_WINDOW: Final = 65535
MAX_WINDOW: Final = 2**31 - 1
#: The bounds of SETTINGS_MAX_FRAME_SIZE; the lower one holds before anybody said otherwise.
SHORTEST_FRAME: Final = 2**14
LONGEST_FRAME: Final = 2**24 - 1

_HEAD = Struct(">BHBBI")
_SETTING = Struct(">HI")
_LONG = Struct(">I")


def head(length: int, kind: int, flags: int, stream: int) -> bytes:
    """Write the nine bytes before the content of a frame."""
    return _HEAD.pack(length >> 16, length & 0xFFFF, kind, flags, stream)


def frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    """Write a whole frame."""
    return head(len(content), kind, flags, stream) + content


def settings(values: Iterable[tuple[int, int]]) -> bytes:
    """Announce settings."""
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*each) for each in values))


def window_update(stream: int, more: int) -> bytes:
    """Allow the peer `more` bytes; stream 0 is the connection."""
    return frame(WINDOW_UPDATE, 0, stream, _LONG.pack(more))


def rst_stream(stream: int, error: int) -> bytes:
    """End one stream."""
    return frame(RST_STREAM, 0, stream, _LONG.pack(error))


def goaway(error: int, why: str = "") -> bytes:
    """Say that the connection ends; we never took a stream of the server's."""
    return frame(GOAWAY, 0, 0, _LONG.pack(0) + _LONG.pack(error) + why.encode())


def header_frames(stream: int, block: bytes, longest: int) -> bytes:
    """Write a header block as HEADERS, followed by CONTINUATION where it is longer than one frame."""
    pieces = [block[start : start + longest] for start in range(0, len(block), longest)]
    last = len(pieces) - 1
    return b"".join(
        frame(CONTINUATION if at else HEADERS, END_HEADERS if at == last else 0, stream, piece)
        for at, piece in enumerate(pieces)
    )


def header_number(mark: tuple[int, int], value: int) -> bytes:
    """Write a number behind the mark of a representation: its first byte, and how many bits of a number fit into it."""
    first, bits = mark
    full = (1 << bits) - 1
    if value < full:
        return bytes((first | value,))
    written, value = [first | full], value - full
    while value >= 0x80:  # noqa: PLR2004 - seven bits to a byte, the eighth says that more follow
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))


def header_text(raw: bytes) -> bytes:
    """Write a text as it is: Huffman coding would save bytes that are sent once."""
    return header_number((0x00, 7), len(raw)) + raw
