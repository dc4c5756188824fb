"""Framing: calls of gRPC as no client library would send them, for what a server has to live through.

A call names its framing in its metadata, `FRAMING: "gzip-bomb"`; the binding takes that out, and sends what it
says over a connection of its own. What a server says to it is not read as an answer: it ends the call, or does not.

The frames are those of HTTP/2 (RFC 9113), with header blocks in full (RFC 7541, 6.2.2).
"""

import gzip
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.tls_clients import connect_tls, host_and_port, tls_context
from milvus_tck.wire.http2_frames import (
    ACK,
    CANCEL,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    INITIAL_WINDOW_SIZE,
    PING,
    PREFACE,
    RST_STREAM,
    SETTINGS,
    SHORTEST_FRAME,
    START_WINDOW,
    WINDOW_UPDATE,
    frame,
    header_text,
    rst_stream,
    settings,
)

__all__ = ["FRAMING", "NAMES", "send_framed"]

#: The metadata that names a framing.
FRAMING = "tck-framing"

_MEGABYTE = 1 << 20
#: Bytes of zeros that a bomb unfolds to: far beyond what any server takes.
_BOMB = 512 * _MEGABYTE
_STREAMS = 300
#: Bytes before the content of a frame.
_HEAD = 9
_SETTING = struct.Struct(">HI")


def _header(name: bytes, value: bytes) -> bytes:
    """Write a header in full, so that nobody's table is touched."""
    return b"\x00" + header_text(name) + header_text(value)


@dataclass(frozen=True)
class _Request:
    """What is sent on one stream."""

    path: str
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/grpc"), (b"te", b"trailers"))
    method: bytes = b"POST"

    def frames(self, stream: int) -> Iterator[bytes]:
        """Write the frames of the stream."""
        named = {b":method": self.method, b":scheme": b"http", b":path": self.path.encode(), b":authority": b"x"}
        block = b"".join(_header(*each) for each in (*named.items(), *self.headers))
        yield frame(HEADERS, END_HEADERS, stream, block)
        pieces = [self.body[at : at + SHORTEST_FRAME] for at in range(0, len(self.body), SHORTEST_FRAME)] or [b""]
        for number, piece in enumerate(pieces, 1):
            yield frame(DATA, END_STREAM if number == len(pieces) else 0, stream, piece)


def _message(payload: bytes, *, packed: int = 0, length: int | None = None) -> bytes:
    """Put the prefix of gRPC before a message: whether it is compressed, and how long it is."""
    return struct.pack(">BI", packed, len(payload) if length is None else length) + payload


def _with(request: _Request, body: bytes, *headers: tuple[bytes, bytes]) -> _Request:
    return replace(request, body=body, headers=(*request.headers, *headers))


_GZIP = (b"grpc-encoding", b"gzip")


def _bomb() -> bytes:
    """Fold zeros by the megabyte: members of gzip stand one behind the other, and unfold to one message."""
    return gzip.compress(bytes(_MEGABYTE), 9) * (_BOMB // _MEGABYTE)


#: What each framing makes of a request and its message.
_FRAMINGS: dict[str, Callable[[_Request, bytes], _Request]] = {
    "as-it-should-be": lambda request, message: replace(request, body=_message(message)),
    "shorter-than-said": lambda request, message: replace(request, body=_message(message, length=len(message) + 7)),
    "as-long-as-can-be-said": lambda request, message: replace(request, body=_message(message, length=0xFFFFFFFF)),
    "longer-than-said": lambda request, message: replace(request, body=_message(message) + b"more"),
    "half-a-prefix": lambda request, _: replace(request, body=b"\0\0\0"),
    "no-message": lambda request, _: replace(request, body=b""),
    "unknown-flag": lambda request, message: replace(request, body=_message(message, packed=0x7F)),
    "unknown-encoding": lambda request, message: _with(
        request, _message(message, packed=1), (b"grpc-encoding", b"none-such")
    ),
    "packed-without-encoding": lambda request, message: replace(
        request, body=_message(gzip.compress(message), packed=1)
    ),
    "gzip-that-is-none": lambda request, message: _with(request, _message(message, packed=1), _GZIP),
    "gzip-cut-short": lambda request, message: _with(request, _message(gzip.compress(message)[:-6], packed=1), _GZIP),
    "gzip-bomb": lambda request, _: _with(request, _message(_bomb(), packed=1), _GZIP),
    "content-type-other": lambda request, message: replace(
        request, body=_message(message), headers=((b"content-type", b"application/json"), (b"te", b"trailers"))
    ),
    "content-type-absent": lambda request, message: replace(request, body=_message(message), headers=()),
    "method-other": lambda request, message: replace(request, body=_message(message), method=b"GET"),
    "path-empty": lambda request, message: replace(request, body=_message(message), path=""),
    "header-large": lambda request, message: _with(request, _message(message), (b"x-large", b"x" * 12_000)),
    "timeout-unreadable": lambda request, message: _with(request, _message(message), (b"grpc-timeout", b"-1parsec")),
}
#: Framings of a connection rather than of a request: what is said, and then silence.
_RAW: dict[str, Callable[[str, bytes], bytes]] = {
    "no-preface": lambda _path, message: b"GET / HTTP/9.9\r\n\r\n" + message,
    "client-hello": lambda _path, _message: bytes.fromhex("16030100a5010000a10303") + bytes(160),
    "frame-unknown": lambda _path, _message: PREFACE + settings(()) + frame(0xEE, 0xFF, 0, b"?" * 64),
    "frame-too-large": lambda _path, _message: PREFACE + settings(()) + b"\xff\xff\xff\0\0\0\0\0\1",
    "data-before-headers": lambda _path, message: (
        PREFACE + settings(()) + frame(DATA, END_STREAM, 1, _message(message))
    ),
    "headers-garbled": lambda _path, _message: (
        PREFACE + settings(()) + frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff" * 32)
    ),
    "calls-given-up": lambda path, message: _given_up(_Request(path, _message(message))),
}


def _given_up(request: _Request) -> bytes:
    """Begin many calls and give up each at once."""
    said = [PREFACE, settings(())]
    for number in range(_STREAMS):
        stream = 2 * number + 1
        said += [*request.frames(stream), rst_stream(stream, CANCEL)]
    return b"".join(said)


#: Everything that a call may name.
NAMES: tuple[str, ...] = (*_FRAMINGS, *_RAW)


def send_framed(
    address: str, path: str, message: bytes, framing: str, deadline: float, credentials: Credentials | None = None
) -> Reply:
    """Send a message in a framing, and tell how the server ended that; raises `KeyError` for one that there is not.

    `credentials` say whether that goes over TLS.
    """
    end = time.monotonic() + deadline
    try:
        connection = _connected(address, deadline, credentials)
    except OSError as error:
        return Reply(None, "UNAVAILABLE", str(error))
    with connection:
        try:
            talk = _Talk(connection, end)
            if framing in _RAW:
                return talk.raw(_RAW[framing](path, message))
            return talk.call(_FRAMINGS[framing](_Request(path, b""), message))
        except TimeoutError:
            return Reply(None, "DEADLINE_EXCEEDED", "the server neither answered nor hung up")
        except (OSError, EOFError) as error:
            return Reply(None, "UNKNOWN", f"the server hung up: {error}".removesuffix(": "))


def _connected(address: str, seconds: float, credentials: Credentials | None) -> socket.socket:
    host, port = host_and_port(address)
    if credentials is None or not credentials.tls:
        return socket.create_connection((host, port), timeout=seconds)
    return connect_tls(host, port, seconds, tls_context(credentials))


@dataclass
class _Talk:
    """One connection, with what may still be sent on it and on its only stream."""

    connection: socket.socket
    end: float
    _windows: dict[int, int] = field(default_factory=lambda: {0: START_WINDOW, 1: START_WINDOW})

    def raw(self, said: bytes) -> Reply:
        """Say something that asks for nothing, and hang up."""
        self.connection.sendall(said)
        return Reply(None, "UNKNOWN", "it was said, and nobody waits for an answer to it")

    def call(self, request: _Request) -> Reply:
        """Make a call, as far as the server makes room for it, and wait for the end of it."""
        self.connection.sendall(PREFACE + settings(()))
        for each in request.frames(1):
            size = len(each) - _HEAD if each[3] == DATA else 0
            while size > min(self._windows.values()):
                kind, flags = self._read()
                if _ends(kind, flags):
                    return Reply(None, "UNKNOWN", "the server ended the call before all of it was sent")
            self.connection.sendall(each)
            for stream in self._windows:
                self._windows[stream] -= size
        while True:
            kind, flags = self._read()
            if _ends(kind, flags):
                return Reply(None, "UNKNOWN", f"the server ended the call by a frame of kind {kind}")

    def _read(self) -> tuple[int, int]:
        """Read a frame and answer what has to be; raises `EOFError` after the last, `TimeoutError` where none comes."""
        head = _exactly(self.connection, _HEAD, self.end)
        size, kind, flags, stream = int.from_bytes(head[:3], "big"), head[3], head[4], int.from_bytes(head[5:], "big")
        payload = _exactly(self.connection, size, self.end)
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, size, _SETTING.size):
                name, value = _SETTING.unpack_from(payload, at)
                if name == INITIAL_WINDOW_SIZE:
                    self._windows[1] += value - START_WINDOW
            self._answer(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self._answer(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE and stream in self._windows:
            self._windows[stream] += int.from_bytes(payload, "big")
        return kind, flags

    def _answer(self, frame: bytes) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # what it said before it hung up is still to be read
            self.connection.sendall(frame)


def _ends(kind: int, flags: int) -> bool:
    """Tell whether a frame is the last of a call."""
    return kind in {RST_STREAM, GOAWAY} or (kind in {HEADERS, DATA} and bool(flags & END_STREAM))


def _exactly(connection: socket.socket, size: int, end: float) -> bytes:
    read = bytearray()
    while len(read) < size:
        connection.settimeout(max(0.01, end - time.monotonic()))
        piece = connection.recv(size - len(read))
        if not piece:
            raise EOFError
        read += piece
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(read)
