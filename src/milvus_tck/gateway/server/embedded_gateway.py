"""Embedded gateway: one in our own process, for a run that asks a target over it."""

from dataclasses import replace

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.gateway.server.server import Gateway

__all__ = ["gateway_aside"]

#: As much as a run ever sends; what the target refuses is for the target to refuse.
_LARGEST = 512 << 20


def gateway_aside(address: str, credentials: Credentials) -> Gateway:
    """Start a gateway before a server; who asks says so with every request."""
    made = Gateway(
        address,
        credentials=replace(credentials, metadata=()),
        limits=RequestLimits(body=_LARGEST, bodies=4 * _LARGEST),
    )
    made.start()
    return made
