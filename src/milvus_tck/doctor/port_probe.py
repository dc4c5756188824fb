"""What a port speaks: sockets, TLS and the beginning of HTTP/2, looked at below gRPC, which hides why it fails."""

import contextlib
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.tls_clients import connect_tls, tls_context

__all__ = ["Spoken", "addresses", "names_of", "reached", "secured", "speaks_tls", "spoken"]

#: Seconds that each step may take.
SECONDS = 5.0
#: The preface of HTTP/2 with empty settings, and the type of the frame that answers it.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_SETTINGS, _HEAD = 4, 9
_SHOWN = 60


class Spoken(StrEnum):
    """What answers a greeting in HTTP/2."""

    HTTP2 = "HTTP/2"
    HTTP1 = "HTTP/1"
    #: Something else; its words are told.
    OTHER = "other"
    SILENCE = "silence"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard, with the beginning of it as text."""

    what: Spoken
    text: str = ""


def addresses(host: str, port: int) -> list[str]:
    """Look a name up; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def reached(host: str, port: int) -> None:
    """Connect, and hang up; raises `OSError`."""
    socket.create_connection((host, port), SECONDS).close()


def secured(host: str, port: int, credentials: Credentials) -> "ssl.SSLSocket":
    """Connect with TLS as a call would; raises `OSError`, which `ssl.SSLError` is one of."""
    return connect_tls(host, port, SECONDS, tls_context(credentials))


def speaks_tls(host: str, port: int) -> bool:
    """Tell whether a port speaks TLS, whoever it says it is; raises `TimeoutError` where it says nothing at all."""
    context = tls_context(Credentials())
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        connect_tls(host, port, SECONDS, context).close()
    except ssl.SSLError as error:
        # It speaks TLS, and wants something else of us.
        return "ALERT" in (error.reason or "")
    except TimeoutError:
        raise
    except OSError:
        return False
    return True


def names_of(host: str, port: int, credentials: Credentials) -> tuple[str, ...]:
    """Return the hosts that a certificate is for, where it can be trusted but for that."""
    context = tls_context(credentials)
    context.check_hostname = False
    with contextlib.suppress(OSError), connect_tls(host, port, SECONDS, context) as secure:
        told = secure.getpeercert() or {}
        return tuple(str(each[1]) for each in told.get("subjectAltName", ()))
    return ()


def spoken(host: str, port: int, credentials: Credentials) -> Heard:
    """Greet a port in HTTP/2 and hear what it says; raises `OSError`."""
    opened = secured(host, port, credentials) if credentials.tls else socket.create_connection((host, port), SECONDS)
    with opened:
        opened.sendall(_PREFACE)
        return _judged(_begin(opened))


def _begin(opened: socket.socket) -> bytes | None:
    """Read the beginning of what comes; `None` where nothing does in time."""
    read = b""
    try:
        while len(read) < _HEAD:
            more = opened.recv(_SHOWN)
            if not more:
                break
            read += more
    except TimeoutError:
        return read or None
    except ConnectionError:
        pass
    return read


def _judged(read: bytes | None) -> Heard:
    if read is None:
        return Heard(Spoken.SILENCE)
    if not read:
        return Heard(Spoken.CLOSED)
    if len(read) >= _HEAD and read[3] == _SETTINGS and read[:1] == b"\x00":
        return Heard(Spoken.HTTP2)
    text = read[:_SHOWN].decode("latin-1").splitlines()[0]
    shown = "".join(each if each.isprintable() else "." for each in text)
    is_web = read.startswith((b"HTTP/1", b"HTTP/0", b"<!DOCTYPE", b"<html"))
    return Heard(Spoken.HTTP1 if is_web else Spoken.OTHER, shown)
