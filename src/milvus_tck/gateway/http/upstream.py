"""Upstream: the gRPC server behind the gateway: one call, and how it ended, as a value."""

import asyncio
from dataclasses import dataclass

import grpc
import grpc.aio

from milvus_tck.bindings.grpc import Credentials, Metadata, channel_options, channel_secrets
from milvus_tck.wire.descriptors import SERVICE

__all__ = ["UpstreamReply", "UpstreamServer"]

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    # One request is one call: retries are the client's affair.
    ("grpc.enable_retries", 0),
)


@dataclass(frozen=True, slots=True)
class UpstreamReply:
    """How a call ended."""

    #: Name of the gRPC code, `OK` included.
    code: str
    #: Serialized answer; empty where there is none.
    payload: bytes = b""
    details: str = ""


class UpstreamServer:
    """A channel to the server; made and used in one event loop."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        self.address = address
        #: Sent with requests that bring no credentials of their own.
        self.own: Metadata = credentials.metadata
        options, secrets = (*channel_options(address), *_OPTIONS), channel_secrets(credentials)
        self._channel = (
            grpc.aio.insecure_channel(address, options=options)
            if secrets is None
            else grpc.aio.secure_channel(address, secrets, options=options)
        )

    async def call(self, rpc: str, payload: bytes, seconds: float, metadata: Metadata) -> UpstreamReply:
        """Make one call that may take so many seconds; nothing that the server does raises."""
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            f"/{SERVICE}/{rpc}", request_serializer=None, response_deserializer=None
        )
        given = {key for key, _ in metadata}
        every = (*(pair for pair in self.own if pair[0] not in given), *metadata)
        try:
            # gRPC looks at the clock a millisecond later than it should.
            async with asyncio.timeout(seconds):
                answer = await method(payload, timeout=seconds, metadata=grpc.aio.Metadata(*every))
        except TimeoutError:
            return UpstreamReply("DEADLINE_EXCEEDED", details="Deadline Exceeded")
        except grpc.aio.AioRpcError as error:
            return UpstreamReply(error.code().name, details=error.details() or "")
        return UpstreamReply("OK", answer)

    async def close(self) -> None:
        """Close the channel; calls in flight end with CANCELLED."""
        await self._channel.close()
