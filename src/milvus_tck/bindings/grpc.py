"""The gRPC binding: bytes out, bytes in, every failure as a value."""

from dataclasses import dataclass, field
from typing import Protocol

import grpc

from milvus_tck.bindings.credentials import Credentials, Metadata, check_metadata
from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.odd_frames import FRAMING, send_framed
from milvus_tck.bindings.tls_clients import CLIENT, PINNED, as_client, shows_another
from milvus_tck.spec.bindings import GRPC
from milvus_tck.wire.descriptors import SERVICE

__all__ = ["Binding", "Credentials", "GrpcBinding", "Metadata", "channel_options", "channel_secrets"]

#: The metadata that says who asks.
AUTHORIZATION = "authorization"
_MEGABYTE = 1 << 20
#: A server may send 256 MiB; what it may receive is its own affair.
_OPTIONS = (
    ("grpc.max_receive_message_length", 300 * _MEGABYTE),
    ("grpc.max_send_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


class Binding(Protocol):
    """One way to reach a target."""

    name: str

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send serialized bytes to an RPC and wait at most `deadline` seconds."""

    def close(self) -> None:
        """Give up every connection."""


@dataclass
class GrpcBinding:
    """Unary gRPC over one channel."""

    address: str
    credentials: Credentials = field(default_factory=Credentials)
    name: str = GRPC

    def __post_init__(self) -> None:
        self._channel = _channel(self.address, self.credentials)
        self._closed = False

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send bytes; a full path (`/package.Service/Method`) reaches foreign services too.

        Raises `ValueError` for metadata that cannot be sent, which is no failure of the target.
        """
        check_metadata(metadata)
        framing = dict(metadata).get(FRAMING)
        path = rpc if rpc.startswith("/") else f"/{SERVICE}/{rpc}"
        if framing is not None:
            return send_framed(self.address, path, payload, framing, deadline, self.credentials)
        client = dict(metadata).get(CLIENT)
        if client is not None:
            return self._as_client(client, rpc, payload, deadline, metadata)
        method: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            path, request_serializer=None, response_deserializer=None
        )
        try:
            answer = method(payload, timeout=deadline, metadata=self._sent(metadata))
        except grpc.RpcError as error:
            # grpcio raises an object that is both the error and the finished call.
            return Reply(None, error.code().name, error.details() or "")
        except ValueError:  # grpcio's word for a channel that was closed before the call
            if not self._closed:
                raise
            return Reply(None, "CANCELLED", "the channel is closed")
        return Reply(answer, "OK")

    def _as_client(self, name: str, rpc: str, payload: bytes, deadline: float, metadata: Metadata) -> Reply:
        """Send bytes as another client would, over a connection that nobody else has."""
        theirs = as_client(name, self.credentials)
        wrong = shows_another(self.address, theirs, deadline) if name == PINNED else ""
        if wrong:
            return Reply(None, "UNAVAILABLE", wrong)
        other = GrpcBinding(self.address, theirs, self.name)
        try:
            return other.send(rpc, payload, deadline, tuple(pair for pair in metadata if pair[0] != CLIENT))
        finally:
            other.close()

    def _sent(self, metadata: Metadata) -> Metadata:
        """Add what goes with every call; one that says itself who asks goes without ours, an empty word is nobody."""
        named = any(key == AUTHORIZATION for key, _ in metadata)
        every = (*(pair for pair in self.credentials.metadata if not (named and pair[0] == AUTHORIZATION)), *metadata)
        return tuple(pair for pair in every if pair != (AUTHORIZATION, ""))

    def reopen(self, address: str) -> None:
        """Reach what listens at an address from now on; calls in flight end with CANCELLED."""
        before, self.address = self._channel, address
        self._channel = _channel(address, self.credentials)
        before.close()

    def close(self) -> None:
        """Close the channel; calls in flight, and later ones, end with CANCELLED."""
        self._closed = True
        self._channel.close()


def _channel(address: str, credentials: Credentials) -> grpc.Channel:
    options, secrets = channel_options(address), channel_secrets(credentials)
    if secrets is None:
        return grpc.insecure_channel(address, options=options)
    return grpc.secure_channel(address, secrets, options=options)


def channel_options(address: str) -> tuple[tuple[str, int], ...]:
    """Return what a channel to an address is told; the environment's HTTP proxy is not asked for a local one."""
    local = address.rsplit(":", 1)[0].strip("[]") in {"127.0.0.1", "localhost", "::1"}
    return (*_OPTIONS, ("grpc.enable_http_proxy", 0)) if local else _OPTIONS


def channel_secrets(credentials: Credentials) -> grpc.ChannelCredentials | None:
    """Return what a channel with TLS is made with, `None` for one without; raises `OSError` for a missing file."""
    if not credentials.tls:
        return None
    files = (credentials.ca, credentials.key, credentials.certificate)
    root, key, chain = (path.read_bytes() if path else None for path in files)
    return grpc.ssl_channel_credentials(root, key, chain)
