"""A model as a binding: calls reach it as bytes, without a connection, as they reach one that is served."""

import threading
import time
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.model import Model
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.limits import limit
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.model_server import name_database
from milvus_tck.wire.descriptors import SERVICE, message_class, methods

__all__ = ["ModelBinding"]

_LOOK_EVERY = 0.01


@dataclass
class ModelBinding:
    """Answers with a copy of the model; what that raises is told as a server of gRPC tells it."""

    copy: ModelCopy
    profile: Profile
    name: str = GRPC
    #: What the model raised last that is no answer: a fault of its code.
    crash: str = ""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._model: Model = self.copy.model(self.profile, lambda: time.time_ns() // 1_000_000)
        self._rpcs = self.copy["model"].modelled(self.profile)
        self._largest = limit("message-bytes", self.profile)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Answer a request."""
        name = rpc.removeprefix(f"/{SERVICE}/")
        if name not in self._rpcs:
            return Reply(None, "UNIMPLEMENTED", "Method not found!")
        if self._largest is not None and len(payload) > self._largest:
            why = f"Received message larger than max ({len(payload)} vs. {self._largest})"
            return Reply(None, "RESOURCE_EXHAUSTED", why)
        try:
            request = message_class(methods()[name].input_type.full_name).FromString(payload)
        except DecodeError as error:
            return Reply(None, "INTERNAL", f"the request cannot be read: {error}")
        name_database(request, metadata)
        return self._answer(name, request, time.monotonic() + deadline)

    def _answer(self, rpc: str, request: object, end: float) -> Reply:
        not_yet, beyond = self.copy["answers"].NotYet, self.copy["filters.refusals"].OutOfReachError
        while True:
            try:
                with self._lock:
                    return Reply(self._model.apply(rpc, request).SerializeToString(), "OK")  # type: ignore[arg-type]
            except beyond as error:
                return Reply(None, "UNIMPLEMENTED", f"the model cannot tell: {error}")
            except not_yet:
                if time.monotonic() > end:
                    return Reply(None, "DEADLINE_EXCEEDED", "Deadline Exceeded")
                time.sleep(_LOOK_EVERY)
            except Exception as error:  # noqa: BLE001 - any fault of broken code is what a server of gRPC makes of it
                self.crash = f"{type(error).__name__}: {error}"
                return Reply(None, "UNKNOWN", f"Exception calling application: {error}")

    def close(self) -> None:
        """Nothing is open."""
