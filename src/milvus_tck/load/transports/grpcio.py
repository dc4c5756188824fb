"""The same interface over grpcio: slower by far, made by others, and so what ours is held against."""

import math
import time

import gevent

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.load.transports.base import CODES, Answer, Done, Payload, TransportStats

__all__ = ["GrpcioTransport", "cooperate"]

#: How the binding says "no deadline": far beyond any run.
_FOR_EVER = 10.0 * 365 * 86400


def cooperate() -> None:
    """Let grpcio's calls wait in their greenlet instead of stopping all of them; for the whole process, for good.

    Call it once before the first channel is made, in a process that runs on gevent.
    """
    from grpc.experimental import gevent as grpc_gevent  # noqa: PLC0415 - it belongs to no other use of grpcio

    grpc_gevent.init_gevent()


class GrpcioTransport:
    """A `Transport` over one channel of grpcio."""

    def __init__(self, address: str, credentials: Credentials | None = None) -> None:
        self._binding = GrpcBinding(address, credentials or Credentials())
        self._calling = 0

    def call(self, path: str, payload: Payload, deadline: float) -> Answer:
        """Make one call and wait for its end."""
        whole = payload if isinstance(payload, bytes) else b"".join(payload)
        self._calling += 1
        try:
            reply = self._binding.send(path, whole, _FOR_EVER if math.isinf(deadline) else deadline)
        finally:
            self._calling -= 1
        return CODES.index(reply.code), reply.details, reply.payload or b""

    def submit(self, path: str, payload: Payload, deadline: float, done: Done) -> "_Flying":
        """Begin one call in a greenlet of its own."""
        return _Flying(gevent.spawn(self._fly, path, payload, time.monotonic() + deadline, done))

    def _fly(self, path: str, payload: Payload, end: float, done: Done) -> None:
        done(*self.call(path, payload, end - time.monotonic()))

    def in_flight(self) -> int:
        """Count the calls that have begun and not ended."""
        return self._calling

    def stats(self) -> TransportStats:
        """Tell nothing: grpcio keeps its connections to itself."""
        return TransportStats()

    def close(self) -> None:
        """Close the channel."""
        self._binding.close()


class _Flying:
    """A call in its greenlet."""

    def __init__(self, greenlet: "gevent.Greenlet[..., None]") -> None:
        self._greenlet = greenlet

    def cancel(self) -> None:
        """Stop waiting for it."""
        self._greenlet.kill(block=False)
