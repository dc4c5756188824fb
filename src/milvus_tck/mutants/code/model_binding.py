"""A model as a binding: calls reach it as bytes, without a connection, as they reach one that is served."""

import time
from dataclasses import dataclass

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.limits import limit
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.model_service import ModelService, NoAnswerError
from milvus_tck.wire.descriptors import SERVICE

__all__ = ["ModelBinding"]


@dataclass
class ModelBinding:
    """Answers with a copy of the model; what that raises is told as a server of gRPC tells it."""

    copy: ModelCopy
    profile: Profile
    name: str = GRPC
    #: What the model raised last that is no answer: a fault of its code.
    crash: str = ""

    def __post_init__(self) -> None:
        self._service = ModelService.of(self.profile, self.copy)
        self._largest = limit("message-bytes", self.profile)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Answer a request."""
        if self._largest is not None and len(payload) > self._largest:
            why = f"Received message larger than max ({len(payload)} vs. {self._largest})"
            return Reply(None, "RESOURCE_EXHAUSTED", why)
        end = time.monotonic() + deadline
        name = rpc.removeprefix(f"/{SERVICE}/")
        try:
            return Reply(self._service.answer(name, payload, metadata, lambda: time.monotonic() <= end), "OK")
        except NoAnswerError as error:
            return Reply(None, error.code, error.reason)
        except Exception as error:  # noqa: BLE001 - any fault of broken code is what a server of gRPC makes of it
            self.crash = f"{type(error).__name__}: {error}"
            return Reply(None, "UNKNOWN", f"Exception calling application: {error}")

    def close(self) -> None:
        """Nothing is open."""
