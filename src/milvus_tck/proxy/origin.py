"""Origin: the server behind the proxy: bytes go there, and how a call ended comes back."""

from collections.abc import Iterable

import grpc
import grpc.aio

from milvus_tck.bindings.grpc import Credentials, channel_options, channel_secrets
from milvus_tck.proxy.unary_call import CallEnd, Metadata, Passing

__all__ = ["Origin", "ending_of", "pairs"]

#: Paths that are remembered; a client that makes up more of them costs a little time.
_PATHS = 1024
#: What gRPC writes about a status that came over the wire, and not about one that it made up itself.
_FROM_PEER = "Error received from peer"
_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    # One call of a client is one call at the server: retries are the client's affair.
    ("grpc.enable_retries", 0),
)

Unary = grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
Stream = grpc.aio.StreamStreamCall[bytes, bytes]


class Origin:
    """A channel to the server; made and used in the proxy's event loop."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        self.address = address
        options, secrets = (*channel_options(address), *_OPTIONS), channel_secrets(credentials)
        self._channel = (
            grpc.aio.insecure_channel(address, options=options)
            if secrets is None
            else grpc.aio.secure_channel(address, secrets, options=options)
        )
        self._unary: dict[str, Unary] = {}

    async def unary(self, call: Passing, payload: bytes, left: float | None) -> CallEnd:
        """Send one request and wait for how the call ended; a cancelled wait cancels the call."""
        sent = self._method(call.path)(payload, timeout=left, metadata=outgoing(call.metadata))
        try:
            answer = await sent
        except grpc.aio.AioRpcError as error:
            return ending_of(error, self.address, call)
        initial, trailers = await sent.initial_metadata(), await sent.trailing_metadata()
        return CallEnd(grpc.StatusCode.OK, await sent.details() or "", pairs(initial), pairs(trailers), answer)

    def stream(self, call: Passing, left: float | None) -> Stream:
        """Begin a call of any kind, message by message."""
        method: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = self._channel.stream_stream(
            call.path, request_serializer=None, response_deserializer=None
        )
        return method(timeout=left, metadata=outgoing(call.metadata))

    def _method(self, path: str) -> Unary:
        found = self._unary.get(path)
        if found is None:
            found = self._channel.unary_unary(path, request_serializer=None, response_deserializer=None)
            if len(self._unary) < _PATHS:
                self._unary[path] = found
        return found

    async def close(self) -> None:
        """Close the channel; calls in flight end with CANCELLED."""
        await self._channel.close()


def outgoing(metadata: Metadata) -> grpc.aio.Metadata:
    """Return what goes on to the server: everything but what gRPC writes itself."""
    return grpc.aio.Metadata(*(pair for pair in metadata if pair[0] != "user-agent"))


def pairs(metadata: Iterable[tuple[str, str | bytes]] | None) -> Metadata:
    """Return metadata as plain pairs."""
    return tuple((key, value) for key, value in metadata) if metadata else ()


def ending_of(error: grpc.aio.AioRpcError, address: str, call: Passing) -> CallEnd:
    """Return how a failed call ended; a server that is away is named, since its client does not know it.

    The deadline that a call is passed on with is its client's: whoever's clock rings first, it was that one.
    """
    details = error.details() or ""
    ours = _FROM_PEER not in (error.debug_error_string() or "")
    if ours and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        call.cut = "deadline"
    if ours and error.code() is grpc.StatusCode.UNAVAILABLE:
        call.cut = "upstream-away"
        details = f"milvus-tck proxy: the server at {address} cannot be reached: {details}"
    return CallEnd(error.code(), details, pairs(error.initial_metadata()), pairs(error.trailing_metadata()))
