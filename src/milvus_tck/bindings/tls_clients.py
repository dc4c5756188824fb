"""Clients of a server with TLS as they should not be: without it, without a certificate, or with a wrong one.

A call names such a client in its metadata, `CLIENT: "expired"`; the binding takes that out, and makes the call over
a connection of its own, as that client would.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.wire.json_form import Inexpressible

__all__ = ["CLIENT", "PINNED", "as_client", "connect_tls", "host_and_port", "shows_another", "tls_context"]

#: The metadata that names a client.
CLIENT = "tck-tls-client"
#: The client that takes no certificate but the one that the server was given.
PINNED = "pinned"


def _with(name: str) -> Callable[[Credentials], Credentials]:
    """Show the certificate that was made by this name."""

    def shown(given: Credentials) -> Credentials:
        return replace(given, certificate=_made(given, f"{name}.pem"), key=_made(given, f"{name}.key"))

    return shown


def _pinned(given: Credentials) -> Credentials:
    if given.server is None:
        message = "nobody told which certificate the server was given"
        raise Inexpressible(message)
    return given


def _made(given: Credentials, name: str) -> Path:
    path = None if given.others is None else given.others / name
    if path is None or not path.is_file():
        message = f"there is no {name}: it takes the key of the authority, which a server that we start alone has"
        raise Inexpressible(message)
    return path


#: What each client does otherwise than the right one.
_CLIENTS: Mapping[str, Callable[[Credentials], Credentials]] = {
    "plaintext": lambda given: Credentials(given.metadata, http=given.http),
    "no-certificate": lambda given: replace(given, certificate=None, key=None),
    **{name: _with(name) for name in ("other-authority", "self-signed", "expired", "not-yet-valid")},
    PINNED: _pinned,
}


def as_client(name: str, given: Credentials) -> Credentials:
    """Return what a client has in place of what the run was given; raises `Inexpressible` where that is not to be had.

    Raises `KeyError` for a client that there is not.
    """
    return _CLIENTS[name](given)


def tls_context(credentials: Credentials) -> ssl.SSLContext:
    """Return how a connection is made that speaks HTTP/2 over TLS; raises `OSError` for a missing file."""
    context = ssl.create_default_context(cafile=str(credentials.ca) if credentials.ca else None)
    context.set_alpn_protocols(["h2"])
    if credentials.certificate is not None:
        context.load_cert_chain(credentials.certificate, credentials.key)
    return context


def host_and_port(address: str) -> tuple[str, int]:
    """Split `host:port`, or `[::1]:port`."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def connect_tls(host: str, port: int, seconds: float, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Connect with TLS; raises `OSError`, which `ssl.SSLError` is one of."""
    plain = socket.create_connection((host, port), seconds)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def shows_another(address: str, credentials: Credentials, seconds: float) -> str:
    """Say how the certificate that a server shows is another one than it was given; empty where it is that one."""
    if credentials.server is None:
        return ""
    given = ssl.PEM_cert_to_DER_cert(_first(credentials.server.read_text(encoding="ascii")))
    try:
        with connect_tls(*host_and_port(address), seconds, tls_context(credentials)) as secure:
            shown = secure.getpeercert(binary_form=True)
    except OSError as error:
        return f"the certificate of the server could not be seen: {error}"
    return "" if shown == given else "the server shows another certificate than it was given"


def _first(chain: str) -> str:
    """Return the first certificate of a chain, which is that of the server itself."""
    head, end, _ = chain.partition("-----END CERTIFICATE-----")
    return f"{head}{end}\n"
