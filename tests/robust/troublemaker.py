"""A server between us and a real one, which misbehaves in the way that a test tells it to.

It speaks gRPC like any other server and passes every call on, unless its `trouble` does
something else with it: hangs, answers garbage, dies.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import grpc

__all__ = ["Asked", "Trouble", "Troublemaker", "between"]

_PATIENCE = 60.0
_CONTEXT = grpc.ServicerContext


@dataclass(frozen=True)
class Asked:
    """One call as it reached the troublemaker."""

    #: As gRPC names it: `/package.Service/Method`.
    path: str
    payload: bytes
    context: _CONTEXT
    maker: "Troublemaker"
    #: How many calls came before, of this RPC and of any.
    before: int
    before_all: int

    @property
    def rpc(self) -> str:
        """Its name alone."""
        return self.path.rpartition("/")[2]

    def pass_on(self) -> bytes:
        """Return what the real server answers; its refusals end the call in the same way."""
        return self.maker.forward(self)

    def hang(self) -> bytes:
        """Stay until the caller gives up."""
        gone = threading.Event()
        self.context.add_callback(gone.set)
        gone.wait(_PATIENCE)
        return b""

    def die(self) -> bytes:
        """Take the whole server down with this call."""
        self.maker.die()
        return b""


#: Answers a call: with bytes of any kind, or with what the real server says.
Trouble = Callable[[Asked], bytes]


def none(asked: Asked) -> bytes:
    """No trouble at all."""
    return asked.pass_on()


@dataclass
class Troublemaker(grpc.GenericRpcHandler):
    """The server in between."""

    upstream: str
    trouble: Trouble = none
    port: int = 0
    #: What it shows of itself where it speaks TLS.
    secrets: grpc.ServerCredentials | None = None
    #: RPCs in the order in which they came.
    seen: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: grpc.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens, also while it is dead."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; after the first time on the same port again."""
        self._channel = grpc.insecure_channel(self.upstream, options=[("grpc.use_local_subchannel_pool", 1)])
        self._server = grpc.server(ThreadPoolExecutor(64), handlers=[self], options=[("grpc.so_reuseport", 0)])
        if self.secrets is None:
            self.port = self._server.add_insecure_port(self.address)
        else:
            self.port = self._server.add_secure_port(self.address, self.secrets)
        self._server.start()

    def die(self) -> None:
        """Break every connection and listen no more; does not wait for it."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.stop(None)

    def stop(self) -> None:
        """End it, whatever became of it."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.stop(None).wait()
        self._channel.close()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Take any call of any service."""
        path = handler_call_details.method

        def answer(payload: bytes, context: _CONTEXT) -> bytes:
            rpc = path.rpartition("/")[2]
            with self._lock:
                before, before_all = self.seen.count(rpc), len(self.seen)
                self.seen.append(rpc)
            return self.trouble(Asked(path, payload, context, self, before, before_all))

        return grpc.unary_unary_rpc_method_handler(answer)

    def forward(self, asked: Asked) -> bytes:
        """Ask the real server."""
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            asked.path, request_serializer=None, response_deserializer=None
        )
        told = asked.context.invocation_metadata()
        metadata = tuple((key, value) for key, value in told if key in {"authorization", "dbname"})
        try:
            return call(asked.payload, timeout=asked.context.time_remaining() or _PATIENCE, metadata=metadata)
        except grpc.RpcError as error:
            asked.context.abort(error.code(), error.details() or "")
            raise


@contextlib.contextmanager
def between(
    upstream: str, trouble: Trouble = none, secrets: grpc.ServerCredentials | None = None
) -> Iterator[Troublemaker]:
    """Put a troublemaker before a server for the length of a `with`."""
    maker = Troublemaker(upstream, trouble, secrets=secrets)
    maker.start()
    try:
        yield maker
    finally:
        maker.stop()
