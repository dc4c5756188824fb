"""Peers that break the rules: the call learns it, others do not suffer more than they must, nothing hangs."""

import struct
from collections.abc import Callable

import pytest

from milvus_tck.load.transports.http2.limits import PeerLimits
from milvus_tck.wire import http2_frames as frames
from tests.load.peer import Peer, asked, message, together, using


def _opened(act: Callable[[Peer, int], None]) -> Callable[[Peer, int], None]:
    """Begin a reply before the act."""

    def both(peer: Peer, stream: int) -> None:
        peer.open(stream)
        act(peer, stream)

    return both


#: What breaks one stream, given its number.
_STREAM_ERRORS: dict[str, tuple[Callable[[Peer, int], None], str, str]] = {
    "data before headers": (
        lambda peer, stream: peer.send(frames.DATA, 0, stream, message(b"x")),
        "INTERNAL", "data before the headers of the reply",
    ),
    "trailers that end nothing": (
        _opened(lambda peer, stream: peer.send(frames.HEADERS, 4, stream, peer.block(("a", "b")))),
        "INTERNAL", "headers that neither begin a reply nor end it",
    ),
    "headers without a status": (
        lambda peer, stream: peer.send(frames.HEADERS, 4, stream, peer.block(("a", "b"))),
        "INTERNAL", "headers that neither begin a reply nor end it",
    ),
    "a window beyond the largest": (
        lambda peer, stream: peer.sock.sendall(2 * frames.window_update(stream, frames.MAX_WINDOW)),
        "INTERNAL", "the server allowed an impossible window",
    ),
    "a window that does not grow": (
        lambda peer, stream: peer.sock.sendall(frames.window_update(stream, 0)),
        "INTERNAL", "the server allowed an impossible window",
    ),
}  # fmt: skip

#: What a reply may end with that makes no answer.
_BAD_ENDS: dict[str, tuple[Callable[[Peer, int], None], str, str]] = {
    "no status": (
        _opened(lambda peer, stream: peer.send(frames.HEADERS, 5, stream, peer.block(("a", "b")))),
        "UNKNOWN", "the reply ended without a gRPC status",
    ),
    "no trailers": (
        _opened(lambda peer, stream: peer.send(frames.DATA, 1, stream, message(b"x"))),
        "INTERNAL", "the reply ended without trailers",
    ),
    "a status that is no number": (
        lambda peer, stream: peer.send(
            frames.HEADERS, 5, stream, peer.block((":status", "200"), ("grpc-status", "fine"))
        ),
        "INTERNAL", "a gRPC status that is no number: 'fine'",
    ),
    "a status that nobody knows": (lambda peer, stream: peer.trailers(stream, 99), "UNKNOWN", ""),
    "success without a message": (
        _opened(lambda peer, stream: peer.trailers(stream)),
        "UNIMPLEMENTED", "the server said OK, but sent no message",
    ),
}  # fmt: skip


def _ending(content: bytes) -> Callable[[Peer, int], None]:
    def act(peer: Peer, stream: int) -> None:
        peer.open(stream)
        peer.send(frames.DATA, 0, stream, content)
        peer.trailers(stream)

    return act


_BAD_MESSAGES: dict[str, tuple[bytes, str]] = {
    "less than a prefix": (b"\0\0\0", "a message of 3 bytes has not even its prefix"),
    "shorter than said": (message(b"12345")[:-1], "the message should have 5 bytes, and the reply has 4"),
    "longer than said": (message(b"12345") + b"6", "the message should have 5 bytes, and the reply has 6"),
    "two messages": (message(b"12345") * 2, "the message should have 5 bytes, and the reply has 15"),
    "compressed": (b"\x01" + message(b"12345")[1:], "a compressed message, which we did not allow"),
}


def _then_works(act: Callable[[Peer, int], None], *, resets: bool) -> Callable[[Peer], None]:
    """Answer one request wrongly, and the next one right."""

    def script(peer: Peer) -> None:
        peer.greet()
        stream = peer.begin() if resets else peer.request().stream
        act(peer, stream)
        if resets:
            assert peer.until(frames.RST_STREAM).stream == stream
            peer.sock.sendall(frames.window_update(0, 1 << 20))
        assert peer.request().stream == stream + 2
        peer.reply(stream + 2, b"fine")
        peer.ended()

    return script


@pytest.mark.parametrize("name", _STREAM_ERRORS)
def test_an_error_of_one_stream(name: str) -> None:
    """What breaks one stream ends the call, resets the stream, and leaves the connection to others."""
    act, code, details = _STREAM_ERRORS[name]
    payload = bytes(100_000)  # larger than the window, so that the stream's own window is in use
    with using(_then_works(act, resets=True)) as channel:
        assert asked(channel, payload) == (code, details, b"")
        assert asked(channel) == ("OK", "", b"fine")
        assert channel.stats().opened == 1


@pytest.mark.parametrize("name", _BAD_ENDS)
def test_a_reply_that_ends_badly(name: str) -> None:
    """A reply without a proper end is an error that says what was missing; the connection goes on."""
    act, code, details = _BAD_ENDS[name]
    with using(_then_works(act, resets=False)) as channel:
        assert asked(channel) == (code, details, b"")
        assert asked(channel) == ("OK", "", b"fine")


@pytest.mark.parametrize("name", _BAD_MESSAGES)
def test_a_message_that_is_none(name: str) -> None:
    """What is not exactly one message without compression is an error, whatever the trailers say."""
    content, details = _BAD_MESSAGES[name]
    with using(_then_works(_ending(content), resets=False)) as channel:
        assert asked(channel) == ("INTERNAL", details, b"")
        assert asked(channel) == ("OK", "", b"fine")


def _raw(kind: int, flags: int, stream: int, content: bytes = b"") -> Callable[[Peer], None]:
    return lambda peer: peer.send(kind, flags, stream, content)


def _all(peer: Peer, *acts: Callable[[Peer], None]) -> None:
    """Begin a header block, and act before it ends."""
    peer.send(frames.HEADERS, 0, 1, b"\x88")
    for each in acts:
        each(peer)


#: What ends a connection: the frames, the error that our goodbye names, a part of what the call is told.
_CONNECTION_ERRORS: dict[str, tuple[Callable[[Peer], None], int, str]] = {
    "a frame that is too long": (_raw(frames.DATA, 0, 1, bytes(16_385)), frames.FRAME_SIZE_ERROR, "16385 bytes"),
    "a block that is no HPACK": (_raw(frames.HEADERS, 5, 1, b"\xff\xff\xff"), frames.COMPRESSION_ERROR, "decoded"),
    "an index beyond the table": (_raw(frames.HEADERS, 5, 1, b"\xbe"), frames.COMPRESSION_ERROR, "decoded"),
    "a stream never begun": (_raw(frames.DATA, 0, 7, b"x"), frames.PROTOCOL_ERROR, "stream 7"),
    "headers of a stream never begun": (_raw(frames.HEADERS, 5, 7, b"\x88"), frames.PROTOCOL_ERROR, "stream 7"),
    "data on the connection": (_raw(frames.DATA, 0, 0, b"x"), frames.PROTOCOL_ERROR, "stream 0"),
    "a stream of the server's": (_raw(frames.HEADERS, 5, 2, b"\x88"), frames.PROTOCOL_ERROR, "stream 2"),
    "a push": (_raw(frames.PUSH_PROMISE, 4, 1, bytes(4)), frames.PROTOCOL_ERROR, "push"),
    "padding longer than the frame": (_raw(frames.DATA, 8, 1, b"\x05xx"), frames.PROTOCOL_ERROR, "padding"),
    "padding without a length": (_raw(frames.HEADERS, 0x2C, 1, b""), frames.PROTOCOL_ERROR, "padding"),
    "a lonely continuation": (_raw(frames.CONTINUATION, 4, 1, b"\x88"), frames.PROTOCOL_ERROR, "CONTINUATION"),
    "an interrupted header block": (
        lambda peer: _all(peer, _raw(frames.PING, 0, 0, bytes(8))),
        frames.PROTOCOL_ERROR, "interrupted",
    ),
    "data inside a header block": (
        lambda peer: _all(peer, _raw(frames.DATA, 0, 1, b"x")),
        frames.PROTOCOL_ERROR, "interrupted",
    ),
    "headers inside a header block": (
        lambda peer: _all(peer, _raw(frames.HEADERS, 5, 1, b"\x88")),
        frames.PROTOCOL_ERROR, "interrupted",
    ),
    "a header block without end": (
        lambda peer: _all(peer, *[_raw(frames.CONTINUATION, 0, 1, bytes(16_384))] * 65),
        frames.PROTOCOL_ERROR, "a header block of more than",
    ),
    "settings of odd length": (_raw(frames.SETTINGS, 0, 0, bytes(5)), frames.FRAME_SIZE_ERROR, "settings"),
    "settings on a stream": (_raw(frames.SETTINGS, 0, 1, bytes(6)), frames.FRAME_SIZE_ERROR, "settings"),
    "an acknowledgement with content": (_raw(frames.SETTINGS, 1, 0, bytes(6)), frames.FRAME_SIZE_ERROR, "settings"),
    "frames asked for too short": (
        _raw(frames.SETTINGS, 0, 0, struct.pack(">HI", frames.MAX_FRAME_SIZE, 100)), frames.PROTOCOL_ERROR, "100 bytes",
    ),
    "a first window too large": (
        _raw(frames.SETTINGS, 0, 0, struct.pack(">HI", frames.INITIAL_WINDOW_SIZE, 1 << 31)),
        frames.FLOW_CONTROL_ERROR, "window",
    ),
    "a ping of odd length": (_raw(frames.PING, 0, 0, bytes(7)), frames.FRAME_SIZE_ERROR, "a ping of 7"),
    "a short reset": (_raw(frames.RST_STREAM, 0, 1, bytes(3)), frames.FRAME_SIZE_ERROR, "3 bytes"),
    "a reset of a stream never begun": (_raw(frames.RST_STREAM, 0, 9, bytes(4)), frames.PROTOCOL_ERROR, "stream 9"),
    "a short goodbye": (_raw(frames.GOAWAY, 0, 0, bytes(7)), frames.FRAME_SIZE_ERROR, "goodbye"),
    "a window of the connection that does not grow": (
        _raw(frames.WINDOW_UPDATE, 0, 0, bytes(4)), frames.FLOW_CONTROL_ERROR, "window",
    ),
    "a window of the connection beyond the largest": (
        _raw(frames.WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff"), frames.FLOW_CONTROL_ERROR, "window",
    ),
    "a short window": (_raw(frames.WINDOW_UPDATE, 0, 0, bytes(3)), frames.FRAME_SIZE_ERROR, "3 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("name", _CONNECTION_ERRORS)
def test_an_error_of_the_connection(name: str) -> None:
    """What breaks the connection ends it with a goodbye that names the error; the next call gets a new one."""
    act, error, details = _CONNECTION_ERRORS[name]

    def script(peer: Peer) -> None:
        peer.greet()
        peer.request()
        act(peer)
        goodbye = peer.until(frames.GOAWAY)
        assert int.from_bytes(goodbye.content[4:8]) == error
        peer.ended()

    def works(peer: Peer) -> None:
        peer.greet()
        peer.reply(peer.request().stream, b"fine")
        peer.ended()

    with using(script, works, limits=PeerLimits(longest=16_384)) as channel:
        code, told, body = asked(channel)
        assert (code, body) == ("UNAVAILABLE", b"")
        assert "the peer broke the rules" in told
        assert details in told
        assert asked(channel) == ("OK", "", b"fine")
        assert (channel.stats().opened, channel.stats().lost) == (2, 1)


def test_answers_before_the_error_count() -> None:
    """What was answered before the connection broke, even in the same packet, is an answer."""

    def script(peer: Peer) -> None:
        peer.greet()
        first, second = peer.request(), peer.request()
        whole = b"".join(
            frames.frame(kind, flags, first.stream, content)
            for kind, flags, content in (
                (frames.HEADERS, 4, peer.block((":status", "200"))),
                (frames.DATA, 0, message(b"in time")),
                (frames.HEADERS, 5, peer.block(("grpc-status", "0"))),
            )
        )
        peer.sock.sendall(whole + frames.frame(frames.PUSH_PROMISE, 4, second.stream, bytes(4)))
        peer.ended()

    with using(script) as channel:
        answers = together(channel, b"1", b"2")
    assert answers[0] == ("OK", "", b"in time")
    assert answers[1][0] == "UNAVAILABLE"


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", frames.frame(6, 0, 0, bytes(8))]
)
def test_a_peer_that_speaks_something_else(greeting: bytes) -> None:
    """A peer whose first bytes are no settings is not spoken to."""

    def script(peer: Peer) -> None:
        peer.sock.sendall(greeting)
        peer.preface()
        peer.ended()

    with using(script) as channel:
        code, details, _ = asked(channel)
    assert (code, "does not speak HTTP/2" in details) == ("UNAVAILABLE", True)


@pytest.mark.parametrize(
    ("error", "code"),
    [(0x0, "INTERNAL"), (0x1, "INTERNAL"), (0x2, "INTERNAL"), (0x8, "CANCELLED"), (0xB, "RESOURCE_EXHAUSTED"),
     (0xC, "PERMISSION_DENIED")],
)  # fmt: skip
def test_a_reset(error: int, code: str) -> None:
    """A stream that the server resets ends with the code that gRPC has for the reason; no other stream does."""

    def script(peer: Peer) -> None:
        peer.greet()
        first, second = peer.request(), peer.request()
        peer.open(first.stream)
        peer.send(frames.RST_STREAM, 0, first.stream, error.to_bytes(4))
        peer.reply(second.stream, b"fine")
        peer.ended()

    with using(script) as channel:
        answers = together(channel, b"1", b"2")
    assert answers == [(code, f"the server reset the stream, error {error}", b""), ("OK", "", b"fine")]


def test_a_reset_behind_the_trailers() -> None:
    """A reset that follows a whole reply changes nothing."""

    def script(peer: Peer) -> None:
        peer.greet()
        for _ in range(2):
            stream = peer.request().stream
            peer.reply(stream, b"fine")
            peer.send(frames.RST_STREAM, 0, stream, bytes(4))
        peer.ended()

    with using(script) as channel:
        assert [asked(channel) for _ in range(2)] == [("OK", "", b"fine")] * 2


#: Reasons for a reset, and answers of plain HTTP, that `test_oracle` holds against grpcio.
RESETS = tuple(range(14))
STATUSES = (400, 401, 403, 404, 418, 429, 500, 502, 503, 504)


def answer_reset(peer: Peer, stream: int, error: int) -> None:
    """Begin a reply, and reset it."""
    peer.open(stream)
    peer.send(frames.RST_STREAM, 0, stream, error.to_bytes(4))


def answer_http(peer: Peer, stream: int, status: int) -> None:
    """Answer as a proxy does that knows nothing of gRPC."""
    block = peer.block((":status", str(status)), ("content-type", "text/html"))
    peer.send(frames.HEADERS, 5, stream, block)
