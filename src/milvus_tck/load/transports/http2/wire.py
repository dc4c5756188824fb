"""Wire: the socket under a connection: cleartext or TLS, never blocking.

A wire is used from the hub, so it must not wait: `recv` raises `BlockingIOError` where
nothing is there, and `send` keeps what the socket would not take.
"""

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from gevent import monkey, socket
from gevent.socket import socket as GeventSocket  # noqa: N812 - it is a class

from milvus_tck.bindings.grpc import Credentials

__all__ = ["Buffer", "Dial", "Wire", "dial"]

Buffer = bytes | memoryview
#: Makes a connected wire, waiting in the greenlet that calls it; raises `OSError`.
Dial = Callable[[], "Wire"]

#: What one `recv` asks for.
_CHUNK: Final = 1 << 18
#: The kernel takes no more buffers in one `sendmsg`.
_MOST_BUFFERS: Final = 1024
#: The classes of the standard library, whether or not gevent has put its own in their place.
_socket_class: "type[socket.socket]" = monkey.get_original("socket", "socket")
_context_class: type[ssl.SSLContext] = monkey.get_original("ssl", "SSLContext")


class Wire(Protocol):
    """A connected, non-blocking stream of bytes."""

    def fileno(self) -> int:
        """Return the descriptor to watch."""

    def recv(self) -> bytes:
        """Return what has arrived, nothing at the end; raises `BlockingIOError` and other `OSError`."""

    def send(self, parts: Sequence[Buffer], *, bulk: bool) -> bool:
        """Send buffers, without putting them together if in `bulk`; False if some had to be kept."""

    def resume(self) -> bool:
        """Send what was kept; False if some still is."""

    def close(self) -> None:
        """Close it."""


class PlainWire:
    """A TCP socket."""

    def __init__(self, connected: "socket.socket") -> None:
        self._socket = connected
        self._kept: list[Buffer] = []
        self._take = connected.send
        self._recv = connected.recv

    def fileno(self) -> int:
        """Return the descriptor to watch."""
        return self._socket.fileno()

    def recv(self) -> bytes:
        """Read what is there."""
        return self._recv(_CHUNK)

    def send(self, parts: Sequence[Buffer], *, bulk: bool) -> bool:
        """Send as much as the socket takes."""
        if bulk:
            self._kept = list(parts)
            return self.resume()
        data = b"".join(parts)
        try:
            sent = self._take(data)
        except BlockingIOError:
            sent = 0
        if sent == len(data):
            return True
        self._kept = [memoryview(data)[sent:]]
        return False

    def resume(self) -> bool:
        """Send what was kept, many buffers at a time."""
        while self._kept:
            try:
                sent = self._socket.sendmsg(self._kept[:_MOST_BUFFERS])
            except BlockingIOError:
                return False
            self._kept = _behind(self._kept, sent)
        return True

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _behind(parts: list[Buffer], sent: int) -> list[Buffer]:
    """Return what is left of buffers behind the first `sent` bytes."""
    at = 0
    while at < len(parts) and sent >= len(parts[at]):
        sent -= len(parts[at])
        at += 1
    left = parts[at:]
    if sent:
        left[0] = memoryview(left[0])[sent:]
    return left


class TlsWire:
    """TLS over a TCP socket; what is encrypted passes through memory, never through a blocking call."""

    def __init__(self, plain: PlainWire, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        self._plain = plain
        self._tls = tls
        self._incoming = incoming
        self._outgoing = outgoing
        #: Whether the other side has said that nothing more comes.
        self._ended = False

    def fileno(self) -> int:
        """Return the descriptor to watch."""
        return self._plain.fileno()

    def recv(self) -> bytes:
        """Read and decrypt all that is there; what came together with the end is read before it."""
        decrypted = self._decrypted()
        if decrypted or self._ended:
            return decrypted
        arrived = self._plain.recv()
        if not arrived:
            return b""
        self._incoming.write(arrived)
        decrypted = self._decrypted()
        if not decrypted and not self._ended:
            raise BlockingIOError
        return decrypted

    def _decrypted(self) -> bytes:
        found: list[bytes] = []
        try:
            while piece := self._tls.read(_CHUNK):
                found.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self._ended = True
        return b"".join(found)

    def send(self, parts: Sequence[Buffer], *, bulk: bool) -> bool:  # noqa: ARG002 - encrypting copies anyway
        """Encrypt and send."""
        self._tls.write(b"".join(parts))
        return self._plain.send([self._outgoing.read()], bulk=False)

    def resume(self) -> bool:
        """Send what was kept."""
        return self._plain.resume()

    def close(self) -> None:
        """Close the socket; the other side learns no more than that."""
        self._plain.close()


def dial(host: str, port: int, credentials: Credentials, protocol: str = "h2") -> Wire:
    """Connect, and shake hands where TLS is asked for; raises `OSError` (which TLS errors are).

    `protocol` is what ALPN calls it: over TLS nothing but `h2` will do for HTTP/2, while HTTP/1.1 needs no agreement.
    """
    joined = socket.create_connection((host, port))
    try:
        joined.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shaken = _shake_hands(joined, host, credentials, protocol) if credentials.tls else None
    except BaseException:
        joined.close()
        raise
    plain = _socket_class(fileno=joined.detach())
    plain.setblocking(False)
    return TlsWire(PlainWire(plain), *shaken) if shaken else PlainWire(plain)


def _shake_hands(
    joined: GeventSocket, host: str, credentials: Credentials, protocol: str
) -> tuple[ssl.SSLObject, ssl.MemoryBIO, ssl.MemoryBIO]:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = _context(credentials, protocol).wrap_bio(incoming, outgoing, server_hostname=host)
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            joined.sendall(outgoing.read())
            arrived = joined.recv(_CHUNK)
            if not arrived:
                message = "the peer closed the connection during the TLS handshake"
                raise ConnectionResetError(message) from None
            incoming.write(arrived)
        else:
            joined.sendall(outgoing.read())
            break
    agreed = tls.selected_alpn_protocol()
    if agreed != protocol and (agreed or protocol == "h2"):
        message = f"the peer speaks {agreed or 'no protocol'} over TLS, not {protocol}"
        raise ConnectionAbortedError(message)
    return tls, incoming, outgoing


def _context(credentials: Credentials, protocol: str) -> ssl.SSLContext:
    context = _context_class(ssl.PROTOCOL_TLS_CLIENT)
    _trust(context, credentials.ca)
    if credentials.certificate is not None:
        context.load_cert_chain(credentials.certificate, credentials.key)
    context.set_alpn_protocols([protocol])
    return context


def _trust(context: ssl.SSLContext, authority: Path | None) -> None:
    if authority is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=authority)
