"""A server that does what a script says, frame by frame, right or wrong.

A script is a function of one connection; it runs in a thread of its own. What it raises fails
the test. HPACK is that of the `hpack` library, in both directions: it checks ours.
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

import gevent
from hpack import Decoder, Encoder

from milvus_tck.load.transports.base import CODES, Payload
from milvus_tck.load.transports.http2.channel import Channel
from milvus_tck.load.transports.http2.limits import PeerLimits
from milvus_tck.load.transports.registry import open_fast
from milvus_tck.wire import http2_frames as frames

__all__ = [
    "LONG",
    "PATH",
    "Frame",
    "Peer",
    "Request",
    "Script",
    "all_end",
    "asked",
    "comes",
    "message",
    "scripted",
    "together",
    "using",
]

#: Seconds within which anything here is over; no test waits for it unless it fails.
LONG = 20.0
PATH = "/test.Service/Method"
_HEAD = struct.Struct(">BHBBI")
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it was received."""

    kind: int
    flags: int
    stream: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request."""

    stream: int
    headers: dict[str, str]
    #: What was sent as data, the five bytes before the message included.
    body: bytes


def message(content: bytes) -> bytes:
    """Put the prefix of gRPC before a message."""
    return struct.pack(">BI", 0, len(content)) + content


@dataclass
class Peer:
    """The server's end of one connection."""

    sock: socket.socket
    decoder: Decoder = field(default_factory=Decoder)
    encoder: Encoder = field(default_factory=Encoder)
    #: Requests of which the end is not there yet.
    begun: dict[int, Request] = field(default_factory=dict)
    #: Frames that were read, but are not part of a request.
    others: list[Frame] = field(default_factory=list)

    def read(self, count: int) -> bytes:
        """Read exactly so many bytes."""
        found = b""
        while len(found) < count:
            piece = self.sock.recv(count - len(found))
            if not piece:
                raise EOFError
            found += piece
        return found

    def preface(self) -> None:
        """Read what every client says first."""
        assert self.read(len(frames.PREFACE)) == frames.PREFACE

    def greet(self, *settings: tuple[int, int]) -> None:
        """Take the preface and send settings."""
        self.preface()
        self.sock.sendall(frames.settings(settings))

    def greet_and_answer(self) -> None:
        """Take the connection and answer one call, so that what follows does not wait for a connection."""
        self.greet()
        request = self.request()
        self.reply(request.stream, request.body[5:])

    def next(self) -> Frame:
        """Read one frame."""
        high, low, kind, flags, stream = _HEAD.unpack(self.read(_HEAD.size))
        return Frame(kind, flags, stream, self.read(high << 16 | low))

    def until(self, kind: int) -> Frame:
        """Read frames up to one of that kind."""
        while (found := self.next()).kind != kind:
            self.others.append(found)
        return found

    def ended(self) -> list[Frame]:
        """Read up to the end of the connection."""
        with contextlib.suppress(EOFError, ConnectionResetError):
            while True:
                self.others.append(self.next())
        return self.others

    def headers(self, first: Frame) -> dict[str, str]:
        """Read the rest of a header block, in as many frames as it comes."""
        block, last = first.content, first
        while not last.flags & frames.END_HEADERS:
            last = self.next()
            assert (last.kind, last.stream) == (frames.CONTINUATION, first.stream)
            block += last.content
        return {str(name): str(value) for name, value in self.decoder.decode(block)}

    def begin(self) -> int:
        """Read the headers of the next request, and return the number of its stream."""
        found = self.until(frames.HEADERS)
        self.begun[found.stream] = Request(found.stream, self.headers(found), b"")
        return found.stream

    def request(self) -> Request:
        """Read on until a request is whole; others may have begun in between."""
        while True:
            found = self.next()
            if found.kind == frames.HEADERS:
                self.begun[found.stream] = Request(found.stream, self.headers(found), b"")
            elif found.kind == frames.DATA:
                one = self.begun.get(found.stream)
                if one is None:
                    self.others.append(found)
                    continue
                one = self.begun[found.stream] = replace(one, body=one.body + found.content)
                if found.flags & frames.END_STREAM:
                    return self.begun.pop(found.stream)
            else:
                self.others.append(found)

    def send(self, kind: int, flags: int, stream: int, content: bytes = b"") -> None:
        """Send any frame."""
        self.sock.sendall(frames.frame(kind, flags, stream, content))

    def block(self, *headers: tuple[str, str]) -> bytes:
        """Encode headers."""
        return bytes(self.encoder.encode(headers))

    def open(self, stream: int) -> None:
        """Send the headers that begin a reply."""
        block = self.block((":status", "200"), ("content-type", "application/grpc"))
        self.send(frames.HEADERS, frames.END_HEADERS, stream, block)

    def trailers(self, stream: int, code: int = 0, details: str = "") -> None:
        """Send the headers that end a reply."""
        more = (("grpc-message", details),) if details else ()
        block = self.block(("grpc-status", str(code)), *more)
        self.send(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, stream, block)

    def reply(self, stream: int, content: bytes = b"") -> None:
        """Send a whole reply with one message."""
        self.open(stream)
        self.send(frames.DATA, 0, stream, message(content))
        self.trailers(stream)


Script = Callable[[Peer], None]


def _run(script: Script, sock: socket.socket, broken: list[BaseException]) -> None:
    sock.settimeout(LONG)
    try:
        with sock:
            script(Peer(sock))
    except BaseException as error:  # noqa: BLE001 - it is raised again in the test
        broken.append(error)


@contextmanager
def scripted(*scripts: Script) -> Iterator[str]:
    """Listen for the length of a `with`, and let each connection be served by the next script."""
    broken: list[BaseException] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LONG)

        def accept() -> None:
            for script in scripts:
                try:
                    sock, _ = listener.accept()
                except OSError as error:
                    broken.append(error)
                    return
                threads.append(threading.Thread(target=_run, args=(script, sock, broken)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        accepting.join(LONG)
        for thread in threads:
            thread.join(LONG)
    if broken:
        raise broken[0]


@contextmanager
def using(*scripts: Script, limits: PeerLimits | None = None) -> Iterator[Channel]:
    """Offer our client, connected to scripted peers; closed before they are asked whether all went well."""
    with scripted(*scripts) as address:
        channel = open_fast(address, limits=limits)
        try:
            yield channel
        finally:
            channel.close()


def comes(event: threading.Event) -> None:
    """Wait for what a script tells, while greenlets go on; fails where it does not come."""
    end = time.monotonic() + LONG
    while not event.is_set():
        assert time.monotonic() < end
        gevent.sleep(0.001)


def asked(channel: Channel, payload: Payload = b"x", deadline: float = LONG) -> tuple[str, str, bytes]:
    """Make one call; the code comes back by its name."""
    code, details, body = channel.call(PATH, payload, deadline)
    return CODES[code], details, body


def all_end(greenlets: "Iterable[gevent.Greenlet[_Arguments, _Result]]", within: float = LONG) -> None:
    """Wait until all have ended; raises what one of them raised, and `gevent.Timeout` where one goes on.

    `joinall(timeout=...)` is not used: it counts from the loop's last turn, which may be a minute ago where other
    tests ran in between, and then returns at once. A `Timeout` looks at the clock when it starts.
    """
    with gevent.Timeout(within):
        gevent.joinall(list(greenlets), raise_error=True)  # noqa: TID251 - without its own timeout


def together(channel: Channel, *payloads: Payload, within: float = LONG) -> list[tuple[str, str, bytes]]:
    """Make calls at the same time; the answers come in the order of the payloads."""
    calls = [gevent.spawn(asked, channel, each) for each in payloads]
    all_end(calls, within)
    return [each.get(block=False) for each in calls]
