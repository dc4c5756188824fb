"""From an address to a transport."""

from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Literal
from urllib.parse import urlsplit

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.load.transports.base import Transport
from milvus_tck.load.transports.grpcio import GrpcioTransport
from milvus_tck.load.transports.http1.transport import HttpTransport
from milvus_tck.load.transports.http2.blocks import Blocks
from milvus_tck.load.transports.http2.channel import Channel, ChannelEndpoint
from milvus_tck.load.transports.http2.limits import PeerLimits
from milvus_tck.load.transports.http2.pool import Pool
from milvus_tck.load.transports.http2.wire import dial

__all__ = ["Kind", "open_fast", "open_http", "open_transport"]

_PORTS = {"http": 80, "https": 443}

#: Our own client, or grpcio.
Kind = Literal["fast", "grpcio"]


def open_transport(
    address: str, credentials: Credentials | None = None, *, kind: Kind = "fast", connections: int = 1
) -> Transport:
    """Make a transport to `host:port`; nothing is connected before the first call.

    `connections` counts those of the fast transport. For `grpcio` in a process that runs on
    gevent, call `oracle.cooperate()` once before. The transport belongs to the calling thread.
    """
    if kind == "grpcio":
        return GrpcioTransport(address, credentials)
    if connections == 1:
        return open_fast(address, credentials)
    return Pool([open_fast(address, credentials) for _ in range(connections)])


def open_http(url: str, credentials: Credentials | None = None) -> HttpTransport:
    """Make a transport to an HTTP server, given by its URL without a path; payloads are whole requests."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        message = f"{url!r} is no URL of HTTP"
        raise ValueError(message)
    given = replace(credentials or Credentials(), tls=parts.scheme == "https")
    port = parts.port or _PORTS[parts.scheme]
    return HttpTransport(partial(dial, parts.hostname, port, given, "http/1.1"), f"{parts.hostname}:{port}")


def open_fast(address: str, credentials: Credentials | None = None, limits: PeerLimits | None = None) -> Channel:
    """Make our own client over one connection, with bounds of one's own if need be."""
    given = credentials or Credentials()
    host, _, port = address.rpartition(":")
    agent = f"milvus-tck/{version('milvus-tck')}"
    blocks = partial(Blocks, "https" if given.tls else "http", address, given.metadata, agent)
    return Channel(
        ChannelEndpoint(partial(dial, host.strip("[]"), int(port), given), blocks, address), limits or PeerLimits()
    )
