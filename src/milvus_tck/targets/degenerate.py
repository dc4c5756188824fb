"""Built-in degenerate targets: servers that every honest suite must fail.

- `null` answers success and nothing else to everything;
- `echo` answers with what was last written, whatever is asked for;
- `refuser` refuses everything with a plausible error.

Each earns zero scored passes. A check that one of them passes proves nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import Message

from milvus_tck.targets.base import Declared
from milvus_tck.targets.echo import Echo
from milvus_tck.targets.in_process import InProcessServer
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods

__all__ = ["DEGENERATE", "DegenerateServer"]

#: Answers a parsed request of an RPC with its response, or with bytes of any kind.
Answerer = Callable[[str, Message], Message]


def _null(rpc: str, _request: Message) -> Message:
    return message_class(methods()[rpc].output_type.full_name)()


def _refuse(rpc: str, request: Message) -> Message:
    """Say that the collection is missing where one was named properly, else that a parameter is invalid."""
    answer = message_class(methods()[rpc].output_type.full_name)()
    status = answer if isinstance(answer, m.Status) else getattr(answer, "status", None)
    if isinstance(status, m.Status):
        name = getattr(request, "collection_name", "")
        missing = isinstance(name, str) and name.isidentifier() and name.isascii()
        status.code, status.error_code = (
            (100, m.ErrorCode.CollectionNotExists) if missing else (1100, m.ErrorCode.IllegalArgument)
        )
        status.reason = f"collection not found[collection={name}]" if missing else "invalid parameter"
    return answer


#: What makes the answerer of each degenerate target.
DEGENERATE: dict[str, Callable[[], Answerer]] = {
    "null": lambda: _null,
    "echo": lambda: Echo().answer,
    "refuser": lambda: _refuse,
}


class _Handler(grpc.GenericRpcHandler):
    """Offers every RPC of the service; what is no RPC of it is answered with nothing at all."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        rpc = handler_call_details.method.rpartition("/")[2]

        def answer(payload: bytes, _context: grpc.ServicerContext) -> bytes:
            if rpc not in methods():
                return b""
            request = message_class(methods()[rpc].input_type.full_name).FromString(payload)
            return self._answerer(rpc, request).SerializeToString()

        return grpc.unary_unary_rpc_method_handler(answer)


@dataclass
class DegenerateServer(InProcessServer):
    """One of them, in this process."""

    declared: Declared = field(default_factory=lambda: Declared(profile="2.3"))

    def _handler(self) -> grpc.GenericRpcHandler:
        return _Handler(DEGENERATE[self.name]())
