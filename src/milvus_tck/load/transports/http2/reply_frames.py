"""Reply frames: what of them the fast path does not read: errors, large messages, padding, and nonsense."""

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final

from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.http2.limits import ProtocolError
from milvus_tck.load.transports.http2.replies import NO_STATUS, Block
from milvus_tck.load.transports.http2.stream import Stream
from milvus_tck.wire import http2_frames as frames

if TYPE_CHECKING:
    from milvus_tck.load.transports.http2.connection import Http2Connection

__all__ = ["Joining", "check_number", "content_of", "data", "headers"]

_INTERNAL: Final = CODES.index("INTERNAL")
_UNKNOWN: Final = CODES.index("UNKNOWN")
_UNIMPLEMENTED: Final = CODES.index("UNIMPLEMENTED")
_RESOURCE_EXHAUSTED: Final = CODES.index("RESOURCE_EXHAUSTED")
_PREFIX = Struct(">BI")
#: What PRIORITY puts before a header block.
_PRIORITY_SIZE = 5


@dataclass(frozen=True, slots=True)
class Joining:
    """The beginning of a header block."""

    number: int
    ends: bool
    pieces: tuple[bytes, ...]


def content_of(flags: int, content: bytes) -> bytes:
    """Take the padding off a frame, and the priority off HEADERS, of which we make no use."""
    start = stop = 0
    if flags & frames.PADDED:
        start, stop = 1, content[0] if content else 0
    if flags & frames.PRIORITY_FLAG:
        start += _PRIORITY_SIZE
    if start + stop > len(content):
        raise ProtocolError(frames.PROTOCOL_ERROR, "more padding than there is frame")
    return content[start : len(content) - stop]


def check_number(connection: "Http2Connection", number: int) -> None:
    """Refuse a frame on a stream that was never begun; one that has ended may get late frames."""
    if number % 2 == 0 or number >= connection.next:
        raise ProtocolError(frames.PROTOCOL_ERROR, f"a frame on stream {number}, which does not exist")


def headers(connection: "Http2Connection", number: int, block: Block, *, ends: bool) -> None:
    """Take a header block of a stream."""
    stream = connection.streams.get(number)
    if stream is None:
        check_number(connection, number)
    elif ends:
        connection.finish(number, *_verdict(stream, block))
    elif block.informs and not stream.open:
        pass
    elif stream.open or not block.http:
        why = "headers that neither begin a reply nor end it"
        connection.reset(number, frames.PROTOCOL_ERROR, _INTERNAL, why)
    else:
        stream.open = True
        if not block.opens:
            stream.outcome = (block.code, block.details)


def _verdict(stream: Stream, block: Block) -> tuple[int, str, bytes]:
    """Say what came of a stream whose last header block is there."""
    code, details = block.code, block.details
    if code == NO_STATUS:
        code, details = stream.outcome or (_UNKNOWN, "the reply ended without a gRPC status")
    if code:
        return code, details, b""
    content = b"".join(stream.parts) if stream.parts is not None else stream.body
    if not content:
        return _UNIMPLEMENTED, "the server said OK, but sent no message", b""
    if len(content) < _PREFIX.size:
        return _INTERNAL, f"a message of {len(content)} bytes has not even its prefix", b""
    compressed, length = _PREFIX.unpack_from(content)
    left = len(content) - _PREFIX.size
    if compressed:
        return _INTERNAL, "a compressed message, which we did not allow", b""
    if length != left:
        why = f"the message should have {length} bytes, and the reply has {left}"
        return _INTERNAL, why, b""
    return 0, details, content[_PREFIX.size :]


def data(connection: "Http2Connection", number: int, flags: int, content: bytes) -> None:
    """Take a DATA frame; what it takes from the window of the connection is counted already."""
    stream = connection.streams.get(number)
    if stream is None:
        check_number(connection, number)
        return
    stream.unacknowledged += len(content)
    piece = content_of(flags & ~frames.PRIORITY_FLAG, content)
    if not stream.open:
        connection.reset(number, frames.PROTOCOL_ERROR, _INTERNAL, "data before the headers of the reply")
        return
    _append(stream, piece)
    if stream.size > connection.limits.reply + _PREFIX.size:
        why = f"the reply is larger than {connection.limits.reply} bytes"
        connection.reset(number, frames.CANCEL, _RESOURCE_EXHAUSTED, why)
    elif flags & frames.END_STREAM:
        connection.finish(number, *(stream.outcome or (_INTERNAL, "the reply ended without trailers")))
    else:
        _allow(connection, stream)


def _append(stream: Stream, piece: bytes) -> None:
    if stream.parts is None:
        # The first piece may have come by the fast path, which counts nothing.
        stream.parts = [stream.body]
        stream.size = len(stream.body)
        stream.unacknowledged += len(stream.body)
    stream.parts.append(piece)
    stream.size += len(piece)


def _allow(connection: "Http2Connection", stream: Stream) -> None:
    """Let the server send more on a stream of which we took half a window."""
    if stream.unacknowledged * 2 >= connection.limits.window:
        connection.out.append(frames.window_update(stream.number, stream.unacknowledged))
        stream.unacknowledged = 0
