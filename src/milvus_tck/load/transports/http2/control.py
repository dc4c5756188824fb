"""Control: the frames that are not a reply: settings, windows, pings, resets and goodbyes."""

from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING, Final

from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.http2.limits import ProtocolError
from milvus_tck.load.transports.http2.reply_frames import Joining, check_number, content_of
from milvus_tck.wire import http2_frames as frames

if TYPE_CHECKING:
    from milvus_tck.load.transports.http2.connection import Http2Connection

__all__ = ["check_greeting", "frame"]

_INTERNAL: Final = CODES.index("INTERNAL")
_UNAVAILABLE: Final = CODES.index("UNAVAILABLE")
#: What the reason of a RST_STREAM means for the call, by gRPC's own table; all others are INTERNAL.
_FROM_RESET = {
    frames.REFUSED_STREAM: _UNAVAILABLE,
    frames.CANCEL: CODES.index("CANCELLED"),
    0xB: CODES.index("RESOURCE_EXHAUSTED"),  # ENHANCE_YOUR_CALM
    0xC: CODES.index("PERMISSION_DENIED"),  # INADEQUATE_SECURITY
}
_LONG = Struct(">I")
_SETTING = Struct(">HI")
_PING_SIZE = 8
_GOAWAY_SIZE = 8
_WITHOUT_HIGHEST_BIT = 0x7FFFFFFF
#: The longest header block that we put together from pieces.
_LONGEST_BLOCK = 1 << 20


def check_greeting(data: bytes) -> None:
    """Refuse a peer whose first frame is not its settings."""
    if data[3] != frames.SETTINGS or data[4] & frames.ACK:
        raise ProtocolError(frames.PROTOCOL_ERROR, "it does not speak HTTP/2")


def frame(connection: "Http2Connection", kind: int, flags: int, number: int, content: bytes) -> None:
    """Take any frame that the fast path leaves to us; raises `ProtocolError`."""
    number &= _WITHOUT_HIGHEST_BIT
    if connection.joining is not None and (kind != frames.CONTINUATION or number != connection.joining.number):
        raise ProtocolError(frames.PROTOCOL_ERROR, "a header block is interrupted by another frame")
    take = _TAKEN.get(kind)
    if take is not None:
        take(connection, flags, number, content)


def _headers(connection: "Http2Connection", flags: int, number: int, content: bytes) -> None:
    ends = bool(flags & frames.END_STREAM)
    _join(connection, flags, Joining(number, ends, (content_of(flags, content),)))


def _continuation(connection: "Http2Connection", flags: int, _number: int, content: bytes) -> None:
    begun = connection.joining
    if begun is None:
        raise ProtocolError(frames.PROTOCOL_ERROR, "CONTINUATION without a header block")
    _join(connection, flags, Joining(begun.number, begun.ends, (*begun.pieces, content)))


def _join(connection: "Http2Connection", flags: int, block: Joining) -> None:
    if sum(map(len, block.pieces)) > _LONGEST_BLOCK:
        raise ProtocolError(frames.PROTOCOL_ERROR, f"a header block of more than {_LONGEST_BLOCK} bytes")
    connection.joining = block
    if flags & frames.END_HEADERS:
        connection.joining = None
        connection.join(block.number, b"".join(block.pieces), ends=block.ends)


def _rst_stream(connection: "Http2Connection", _flags: int, number: int, content: bytes) -> None:
    (error,) = _unpacked(_LONG, content)
    check_number(connection, number)
    stream = connection.streams.get(number)
    if stream is None:
        # Servers say so after the trailers, where they want no more of the request.
        return
    connection.uploads.drop(number)
    if error == frames.REFUSED_STREAM and not (stream.retried or stream.open):
        del connection.streams[number]
        connection.owner.again(stream)
    else:
        connection.finish(number, _FROM_RESET.get(error, _INTERNAL), f"the server reset the stream, error {error}")


def _settings(connection: "Http2Connection", flags: int, number: int, content: bytes) -> None:
    if number or len(content) % _SETTING.size or (flags & frames.ACK and content):
        raise ProtocolError(frames.FRAME_SIZE_ERROR, "settings that are none")
    if flags & frames.ACK:
        return
    for setting, value in _SETTING.iter_unpack(content):
        _apply(connection, setting, value)
    connection.forget_starts()
    connection.out.append(frames.frame(frames.SETTINGS, frames.ACK, 0))
    if not connection.greeted:
        connection.greeted = True
        connection.owner.ready(connection)


def _apply(connection: "Http2Connection", setting: int, value: int) -> None:
    if setting == frames.HEADER_TABLE_SIZE:
        connection.blocks.resize(value)
    elif setting == frames.MAX_CONCURRENT_STREAMS:
        connection.max_streams = value
    elif setting == frames.MAX_FRAME_SIZE:
        if not frames.SHORTEST_FRAME <= value <= frames.LONGEST_FRAME:
            raise ProtocolError(frames.PROTOCOL_ERROR, f"frames of {value} bytes cannot be asked for")
        connection.longest = value
    elif setting == frames.INITIAL_WINDOW_SIZE:
        more, connection.initial_window = value - connection.initial_window, value
        if value > frames.MAX_WINDOW or not connection.uploads.widen_all(more):
            raise ProtocolError(frames.FLOW_CONTROL_ERROR, f"a window of {value} bytes cannot be")


def _ping(connection: "Http2Connection", flags: int, number: int, content: bytes) -> None:
    if len(content) != _PING_SIZE or number:
        raise ProtocolError(frames.FRAME_SIZE_ERROR, f"a ping of {len(content)} bytes on stream {number}")
    if not flags & frames.ACK:
        connection.out.append(frames.frame(frames.PING, frames.ACK, 0, content))


def _goaway(connection: "Http2Connection", _flags: int, number: int, content: bytes) -> None:
    if number or len(content) < _GOAWAY_SIZE:
        raise ProtocolError(frames.FRAME_SIZE_ERROR, "a goodbye that is none")
    last = _LONG.unpack_from(content)[0] & _WITHOUT_HIGHEST_BIT
    if not connection.draining:
        connection.draining = True
        connection.owner.drained(connection)
    for each in [each for each in connection.streams if each > last]:
        _turned_away(connection, each)


def _turned_away(connection: "Http2Connection", number: int) -> None:
    connection.uploads.drop(number)
    stream = connection.streams[number]
    if stream.retried:
        connection.finish(number, _UNAVAILABLE, "the server is going away")
    else:
        del connection.streams[number]
        connection.owner.again(stream)


def _window_update(connection: "Http2Connection", _flags: int, number: int, content: bytes) -> None:
    more = _unpacked(_LONG, content)[0] & _WITHOUT_HIGHEST_BIT
    if number:
        check_number(connection, number)
        if not more or not connection.uploads.widen(number, more):
            _bad_window(connection, number)
    else:
        connection.window += more
        if not more or connection.window > frames.MAX_WINDOW:
            raise ProtocolError(frames.FLOW_CONTROL_ERROR, f"a window cannot grow by {more} bytes")


def _bad_window(connection: "Http2Connection", number: int) -> None:
    if number in connection.streams:
        why = "the server allowed an impossible window"
        connection.reset(number, frames.FLOW_CONTROL_ERROR, _INTERNAL, why)


def _push_promise(_connection: "Http2Connection", _flags: int, _number: int, _content: bytes) -> None:
    raise ProtocolError(frames.PROTOCOL_ERROR, "a push, which we did not allow")


def _unpacked(shape: Struct, content: bytes) -> tuple[int, ...]:
    if len(content) != shape.size:
        raise ProtocolError(frames.FRAME_SIZE_ERROR, f"a frame of {len(content)} bytes in place of {shape.size}")
    return shape.unpack(content)


#: What to do about each kind; PRIORITY, and kinds that nobody knows, are passed over.
_TAKEN: "dict[int, Callable[[Http2Connection, int, int, bytes], None]]" = {
    frames.HEADERS: _headers,
    frames.RST_STREAM: _rst_stream,
    frames.SETTINGS: _settings,
    frames.PUSH_PROMISE: _push_promise,
    frames.PING: _ping,
    frames.GOAWAY: _goaway,
    frames.WINDOW_UPDATE: _window_update,
    frames.CONTINUATION: _continuation,
}
