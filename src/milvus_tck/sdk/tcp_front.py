"""TCP front: a relay of bytes before the proxy, for what happens below gRPC.

A proxy that speaks gRPC keeps the deadlines of its clients itself, and would hide one that has no clock of its own: so
silence is made here, where of HTTP/2 no more is known than where a request begins.

with TcpFront(proxy.address) as front:
    front.freeze()  # nothing comes through any more, and nothing ends
"""

import contextlib
import socket
import threading
from typing import Self

from milvus_tck.targets.network import LOOPBACK

__all__ = ["TcpFront"]

_CHUNK = 1 << 16
#: HTTP/2 (RFC 9113, 3.4, 4.1 and 6.2): the bytes that begin a connection, those that begin a frame, a frame of headers.
_PREFACE, _FRAME, _HEADERS = 24, 9, 1


class TcpFront:
    """Listens on a free port of loopback, and passes bytes on to an address until it is told not to."""

    def __init__(self, upstream: str) -> None:
        host, _, port = upstream.rpartition(":")
        self._upstream = host, int(port)
        self._through = threading.Event()
        self._through.set()
        #: Requests, and connections for them, that clients began since the last `freeze` and that were held back.
        self.held = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._links: list[threading.Thread] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="tcp-front", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # whoever waits for a client wakes up
        self._listener.close()
        self.cut()
        for each in self._links:
            each.join(timeout=5)

    def freeze(self) -> None:
        """Hold back every byte from now on, in both directions; connections stay, and are still accepted."""
        self.held = 0
        self._through.clear()

    def thaw(self) -> None:
        """End the silence; connections that lived through it end, so that nothing late arrives anywhere."""
        self.cut()
        self._through.set()

    def cut(self) -> None:
        """End every connection."""
        with self._lock:
            left, self._open = self._open, set()
        for each in left:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._through.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if not self._through.is_set():
                    self._hold(1)
                try:
                    server = socket.create_connection(self._upstream)
                except OSError:
                    client.close()
                    continue
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open |= {client, server}
                link = threading.Thread(target=self._link, args=(client, server), name="tcp-front", daemon=True)
                self._links = [*(each for each in self._links if each.is_alive()), link]
                link.start()

    def _link(self, client: socket.socket, server: socket.socket) -> None:
        """Pass bytes on in both directions, until both have ended."""
        back = threading.Thread(target=self._pass_on, args=(server, client), name="tcp-front", daemon=True)
        back.start()
        self._pass_on(client, server, _Frames())
        back.join()
        with self._lock:
            self._open -= {client, server}
        client.close()
        server.close()

    def _hold(self, number: int) -> None:
        with self._lock:
            self.held += number

    def _pass_on(self, source: socket.socket, sink: socket.socket, frames: "_Frames | None" = None) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                begun = 0 if frames is None else frames.begun(chunk)
                # It reads on meanwhile, to see what is begun. Nothing is kept: no connection outlives a silence.
                if self._through.is_set():
                    sink.sendall(chunk)
                else:
                    self._hold(begun)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class _Frames:
    """Where frames begin in what a client of HTTP/2 sends."""

    def __init__(self) -> None:
        self._skip, self._rest = _PREFACE, b""

    def begun(self, chunk: bytes) -> int:
        """Take what comes next, and return how many requests begin in it."""
        found, self._rest = 0, self._rest + chunk
        while True:
            skipped = min(self._skip, len(self._rest))
            self._skip, self._rest = self._skip - skipped, self._rest[skipped:]
            if self._skip or len(self._rest) < _FRAME:
                return found
            self._skip = _FRAME + int.from_bytes(self._rest[:3])
            found += self._rest[3] == _HEADERS
