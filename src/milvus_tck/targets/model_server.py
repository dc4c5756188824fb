"""The executable model as a target: served over gRPC in this process."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from milvus_tck.model.answers import NotYet
from milvus_tck.model.defects.planted_model import planted
from milvus_tck.model.filters.refusals import OutOfReachError
from milvus_tck.model.model import Model, modelled
from milvus_tck.model.state import LOGICAL_BITS
from milvus_tck.spec.limits import limit
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.in_process import InProcessServer
from milvus_tck.wire.descriptors import SERVICE, message_class, methods

__all__ = ["ModelServer", "name_database"]

#: Seconds between two looks at the clock, for an answer that has to wait.
_LOOK_EVERY = 0.02
#: The metadata that names the database of a request which names none.
_DATABASE = "dbname"


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


class _Handler(grpc.GenericRpcHandler):
    """Offers the RPCs that the model answers in its profile; any other one is not implemented."""

    def __init__(self, model: Model, waits: type[NotYet] = NotYet, beyond: type[Exception] = OutOfReachError) -> None:
        self._model = model
        self._waits, self._beyond = waits, beyond
        self._paths = {f"/{SERVICE}/{rpc}": rpc for rpc in modelled(model.profile)}
        #: One operation at a time: the model is a function of their order.
        self._lock = threading.Lock()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        rpc = self._paths.get(handler_call_details.method)
        if rpc is None:
            return None
        kind = message_class(methods()[rpc].input_type.full_name)

        def answer(payload: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                request = kind.FromString(payload)
            except DecodeError as error:
                context.abort(grpc.StatusCode.INTERNAL, f"the request cannot be read: {error}")
            name_database(request, context.invocation_metadata())
            return self._answer(rpc, request, context).SerializeToString()

        return grpc.unary_unary_rpc_method_handler(answer)

    def _answer(self, rpc: str, request: Message, context: grpc.ServicerContext) -> Message:
        while True:
            try:
                with self._lock:
                    return self._model.apply(rpc, request)
            except self._beyond as error:
                context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the model cannot tell: {error}")
            except self._waits as pending:
                if not context.is_active():
                    context.abort(grpc.StatusCode.CANCELLED, str(pending))
                seconds = (pending.timestamp >> LOGICAL_BITS) / 1000 - time.time()
                time.sleep(max(0.0, min(seconds, _LOOK_EVERY)))


def name_database(request: Any, metadata: Iterable[tuple[str, str | bytes]]) -> None:  # noqa: ANN401 - any request
    """Give a request the database that its metadata names, where it names none itself."""
    if getattr(request, "db_name", None) == "":
        named = dict(metadata).get(_DATABASE, "")
        request.db_name = named if isinstance(named, str) else named.decode()


@dataclass
class ModelServer(InProcessServer):
    """The model of one release, in this process."""

    profile: Profile | None = None
    #: What is wrong with it on purpose: an id of `field-defects.toml`; empty where nothing is.
    defect: str = ""

    def _handler(self) -> grpc.GenericRpcHandler:
        assert self.profile is not None  # noqa: S101 - whoever resolves a target says which
        if not self.defect:
            return _Handler(Model(self.profile, _milliseconds))
        copy = planted(self.defect)
        model = copy.model(self.profile, _milliseconds)
        return _Handler(model, copy["answers"].NotYet, copy["filters.refusals"].OutOfReachError)

    def _options(self) -> list[tuple[str, int]]:
        assert self.profile is not None  # noqa: S101 - the same
        largest = limit("message-bytes", self.profile)
        return [
            ("grpc.max_receive_message_length", -1 if largest is None else largest),
            ("grpc.max_send_message_length", -1),
        ]
