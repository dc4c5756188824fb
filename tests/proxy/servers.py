"""A gRPC server with a method for everything that a proxy may get wrong."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc

from milvus_tck.wire.descriptors import SERVICE

__all__ = ["FOREIGN", "LONG", "METADATA", "Server", "channel", "serving", "unary"]

#: A service that no definition of ours speaks of.
FOREIGN = "some.other.Service"
#: Seconds within which anything is over; no test waits for it unless it fails.
LONG = 30.0
METADATA = (("a-text", "x y"), ("a-text", "again"), ("empty", ""), ("some-bin", bytes(range(256))))

_CALL = grpc.ServicerContext
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclass
class Server(grpc.GenericRpcHandler):
    """Behaves by the name of the method, in our service and in a foreign one."""

    #: Metadata of the last call.
    metadata: list[tuple[str, str | bytes]] = field(default_factory=list)
    #: Seconds that the last call to a `Deadline` method had left.
    left: float | None = None
    #: Requests that reached unary methods.
    requests: list[bytes] = field(default_factory=list)
    #: Set while a call hangs, and when it was given up.
    reached: threading.Event = field(default_factory=threading.Event)
    given_up: threading.Event = field(default_factory=threading.Event)
    #: What unary methods of ours answer; the request itself where there is none.
    answer: Callable[[str, bytes], bytes | None] = lambda _rpc, _request: None

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Find a method; every name that is none of the special ones is a unary echo."""
        service, _, name = handler_call_details.method.removeprefix("/").partition("/")
        self.metadata = list(handler_call_details.invocation_metadata)
        if service == FOREIGN:
            return self._foreign(name)
        return grpc.unary_unary_rpc_method_handler(self._of_ours(name)) if service == SERVICE else None

    def _foreign(self, name: str) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        unary = {"Echo": self._echo, "Told": self._told, "Fail": self._fail, "Hang": self._hang, "Left": self._left}
        if name in unary:
            return grpc.unary_unary_rpc_method_handler(unary[name])
        return {
            "Count": grpc.unary_stream_rpc_method_handler(self._count),
            "Break": grpc.unary_stream_rpc_method_handler(self._break),
            "Join": grpc.stream_unary_rpc_method_handler(lambda each, _: b"|".join(each)),
            "Chat": grpc.stream_stream_rpc_method_handler(lambda each, _: (b"<" + message for message in each)),
        }.get(name)

    def _of_ours(self, name: str) -> Callable[[bytes, _CALL], bytes]:
        """`HasCollection` answers metadata, `DropCollection` fails, `Query` hangs, `Flush` tells the deadline."""
        special = {"HasCollection": self._told, "DropCollection": self._fail, "Query": self._hang, "Flush": self._left}

        def echo(request: bytes, _context: _CALL) -> bytes:
            self.requests.append(request)
            found = self.answer(name, request)
            return request if found is None else found

        return special.get(name, echo)

    def _echo(self, request: bytes, _context: _CALL) -> bytes:
        self.requests.append(request)
        return request

    @staticmethod
    def _told(request: bytes, context: _CALL) -> bytes:
        context.send_initial_metadata(METADATA)
        context.set_trailing_metadata((("at-end", "yes"), *METADATA))
        return request

    @staticmethod
    def _fail(_request: bytes, context: _CALL) -> bytes:
        context.send_initial_metadata((("early", "1"),))
        context.set_trailing_metadata((("grpc-status-details-bin", b"\x00\xff"),))
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "nein, größer\nals 5")

    def _hang(self, _request: bytes, context: _CALL) -> bytes:
        context.add_callback(self.given_up.set)
        self.reached.set()
        self.given_up.wait()
        return b""

    def _left(self, request: bytes, context: _CALL) -> bytes:
        self.left = context.time_remaining()
        return request

    @staticmethod
    def _count(request: bytes, _context: _CALL) -> Iterator[bytes]:
        return (str(each).encode() for each in range(int(request)))

    @staticmethod
    def _break(request: bytes, context: _CALL) -> Iterator[bytes]:
        yield request
        context.abort(grpc.StatusCode.DATA_LOSS, "halfway")


@contextmanager
def serving(server: Server, port: int = 0) -> Iterator[str]:
    """Serve for the length of a `with`, and give the address."""
    pool = ThreadPoolExecutor(8)
    made = grpc.server(pool, handlers=[server], options=[*_UNLIMITED, ("grpc.so_reuseport", 0)])
    port = made.add_insecure_port(f"127.0.0.1:{port}")
    made.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.given_up.set()
        made.stop(None).wait()
        pool.shutdown()


@contextmanager
def channel(address: str) -> Iterator[grpc.Channel]:
    """A client's channel, with a connection of its own and no limit on messages."""
    with grpc.insecure_channel(address, options=[*_UNLIMITED, ("grpc.use_local_subchannel_pool", 1)]) as made:
        yield made


def unary(made: grpc.Channel, path: str) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
    """A method by its path, or an RPC of our service by its name; bytes in and out."""
    full = path if path.startswith("/") else f"/{SERVICE}/{path}"
    return made.unary_unary(full, request_serializer=None, response_deserializer=None)
