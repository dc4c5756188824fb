"""A small server for the tests of the engine, and a target that dies when it is told to.

It knows collections and nothing else. Names decide what happens: one with `poison` in it
kills the server, one with `hang` gets no answer as long as the caller waits.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Credentials, Metadata
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["Answers", "Collections", "Mortal", "Scripted"]

#: Answers a parsed request of an RPC.
Answers = Callable[[str, Any], Message]


def _missing() -> m.Status:
    return m.Status(code=100, error_code=m.ErrorCode.CollectionNotExists, reason="collection not found")


@dataclass
class Collections:
    """Collections by name, created, dropped, asked for and listed."""

    names: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, rpc: str, request: Any) -> Message:  # noqa: ANN401 - of any RPC
        """Answer one request; an RPC that it has no idea of is a success without an answer."""
        with self._lock:
            answer: Callable[[Any], Message] | None = getattr(self, f"_{rpc}", None)
            return message_class(methods()[rpc].output_type.full_name)() if answer is None else answer(request)

    def _CreateCollection(self, request: m.CreateCollectionRequest) -> m.Status:  # noqa: N802 - named like the RPC
        if not request.collection_name:
            return m.Status(code=1100, error_code=m.ErrorCode.IllegalArgument, reason="a name is missing")
        self.names.add(request.collection_name)
        return m.Status()

    def _DropCollection(self, request: m.DropCollectionRequest) -> m.Status:  # noqa: N802
        self.names.discard(request.collection_name)
        return m.Status()

    def _HasCollection(self, request: m.HasCollectionRequest) -> m.BoolResponse:  # noqa: N802
        return m.BoolResponse(value=request.collection_name in self.names)

    def _ShowCollections(self, _request: m.ShowCollectionsRequest) -> m.ShowCollectionsResponse:  # noqa: N802
        return m.ShowCollectionsResponse(collection_names=sorted(self.names))

    def _DescribeCollection(self, request: m.DescribeCollectionRequest) -> m.DescribeCollectionResponse:  # noqa: N802
        if request.collection_name not in self.names:
            return m.DescribeCollectionResponse(status=_missing())
        return m.DescribeCollectionResponse(collection_name=request.collection_name)


@dataclass
class Scripted:
    """A binding that answers in this process, for tests of what happens before and after a call."""

    answers: Answers = field(default_factory=Collections)
    #: Replies that come in place of an answer, by RPC: failures on the way, garbage.
    replies: dict[str, Reply] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    deadlines: list[float] = field(default_factory=list)
    name: str = "grpc"

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:  # noqa: ARG002 - a binding's
        """Answer at once."""
        self.sent.append(rpc)
        self.deadlines.append(deadline)
        if rpc in self.replies:
            return self.replies[rpc]
        request = message_class(methods()[rpc].input_type.full_name).FromString(payload)
        return Reply(self.answers(rpc, request).SerializeToString(), "OK")

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Mortal:
    """A target in this process, over real gRPC; `poison` in a name ends it, as a crash would."""

    name: str = "mortal"
    declared: Declared = field(default_factory=lambda: Declared(profile="2.3"))
    credentials: Credentials = field(default_factory=Credentials)
    restartable: bool = True
    throwaway: bool = True
    #: How often it can be started, the first time included.
    lives: int = 100
    version: str = "v2.3.5"
    #: Makes what it knows at each start.
    kind: Callable[[], Collections] = Collections
    world: Collections = field(default_factory=Collections)
    starts: int = 0
    #: Set by a test that waits for calls which hang.
    hanging: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    #: RPCs that it lacks.
    lacks: frozenset[str] = frozenset()
    port: int = 0
    _server: grpc.Server | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def url(self, port: str) -> str:  # noqa: ARG002 - part of the protocol
        """It speaks no HTTP."""
        return ""

    def start(self) -> None:
        """Listen on a free port, with nothing in memory."""
        if self.starts >= self.lives:
            raise TargetError(f"{self.name} cannot be started", "it has no life left", "bury it")
        self.starts += 1
        self.world = self.kind()
        handler = _Handler(self, self.starts)
        server = grpc.server(ThreadPoolExecutor(32), handlers=[handler])
        self.port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self._server = server

    def die(self, life: int | None = None) -> None:
        """End now, with every call that is in flight; a call that reached an earlier life ends nothing."""
        if life in {None, self.starts} and self._server is not None:
            server, self._server = self._server, None
            server.stop(None)

    def stop(self) -> None:
        """End, if it has not yet."""
        self.die()

    def give_up(self) -> None:
        """Its starts take no time that could be cut short."""

    def gone(self) -> bool:
        """Whether it ended."""
        return self._server is None

    def restart(self) -> None:
        """Start again with nothing in memory."""
        self.die()
        self.start()

    def log_tail(self, lines: int = 20) -> str:  # noqa: ARG002 - part of the protocol
        """It writes no log."""
        return ""


@dataclass
class _Handler(grpc.GenericRpcHandler):
    """The service of a mortal target."""

    target: Mortal
    life: int

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        rpc = handler_call_details.method.rpartition("/")[2]
        if rpc not in methods() or rpc in self.target.lacks:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda payload, context: self._answer(rpc, payload, context))

    def _answer(self, rpc: str, payload: bytes, context: grpc.ServicerContext) -> bytes:
        if rpc == "GetVersion":
            return m.GetVersionResponse(version=self.target.version).SerializeToString()
        request = message_class(methods()[rpc].input_type.full_name).FromString(payload)
        name = getattr(request, "collection_name", "")
        if "poison" in name:
            self.target.die(self.life)
            context.abort(grpc.StatusCode.UNAVAILABLE, "poisoned")
        if "hang" in name:
            gone = threading.Event()
            context.add_callback(gone.set)
            self.target.hanging.release()
            gone.wait()
        return self.target.world(rpc, request).SerializeToString()
