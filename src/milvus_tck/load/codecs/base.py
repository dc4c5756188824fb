"""Codec: what each can do, and the one that changes nothing."""

from typing import Protocol

from milvus_tck.load.codecs.statuses import Statuses
from milvus_tck.load.transports.base import Payload

__all__ = ["PLAIN", "Codec", "PlainCodec", "StatusReader"]


class StatusReader(Protocol):
    """Says whether answers say that all went well."""

    def read(self, body: bytes) -> str:
        """Return what became of a request: an empty text for success, else a name or a number."""


class Codec(Protocol):
    """One binding, as operations see it."""

    #: The name of the binding.
    name: str

    def speaks(self, rpc: str) -> bool:
        """Tell whether the binding has a route for an RPC."""

    def request(self, rpc: str, payload: Payload) -> Payload:
        """Say a request of gRPC; raises `ValueError` where the binding has no words for it."""

    def statuses(self, rpc: str) -> StatusReader:
        """Return what reads the statuses of answers."""

    def answer(self, rpc: str, body: bytes) -> bytes:
        """Return the answer as gRPC would have it; raises `ValueError` for what is no such answer."""


class PlainCodec:
    """gRPC itself."""

    name = "grpc"

    def speaks(self, rpc: str) -> bool:  # noqa: ARG002 - it speaks all of them
        """It has every RPC."""
        return True

    def request(self, rpc: str, payload: Payload) -> Payload:  # noqa: ARG002 - as it is
        """Change nothing."""
        return payload

    def statuses(self, rpc: str) -> StatusReader:
        """Read the Status."""
        return Statuses(rpc)

    def answer(self, rpc: str, body: bytes) -> bytes:  # noqa: ARG002 - as it is
        """Change nothing."""
        return body


PLAIN = PlainCodec()
