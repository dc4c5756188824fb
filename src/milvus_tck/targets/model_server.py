"""The executable model as a target: served over gRPC in this process."""

from dataclasses import dataclass

import grpc

from milvus_tck.model.defects.planted_model import planted
from milvus_tck.spec.limits import limit
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.in_process import InProcessServer
from milvus_tck.targets.model_service import ModelService, NoAnswerError
from milvus_tck.wire.descriptors import SERVICE

__all__ = ["ModelServer"]


class _Handler(grpc.GenericRpcHandler):
    """Offers the RPCs that the model answers in its profile; any other one is not implemented."""

    def __init__(self, service: ModelService) -> None:
        self._service = service
        self._paths = {f"/{SERVICE}/{rpc}": rpc for rpc in service.rpcs}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        rpc = self._paths.get(handler_call_details.method)
        if rpc is None:
            return None

        def answer(payload: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                return self._service.answer(rpc, payload, context.invocation_metadata(), context.is_active)
            except NoAnswerError as error:
                context.abort(grpc.StatusCode[error.code], error.reason)

        return grpc.unary_unary_rpc_method_handler(answer)


@dataclass
class ModelServer(InProcessServer):
    """The model of one release, in this process."""

    profile: Profile | None = None
    #: What is wrong with it on purpose: an id of `field-defects.toml`; empty where nothing is.
    defect: str = ""

    def _handler(self) -> grpc.GenericRpcHandler:
        assert self.profile is not None  # noqa: S101 - whoever resolves a target says which
        return _Handler(ModelService.of(self.profile, planted(self.defect) if self.defect else None))

    def _options(self) -> list[tuple[str, int]]:
        assert self.profile is not None  # noqa: S101 - the same
        largest = limit("message-bytes", self.profile)
        return [
            ("grpc.max_receive_message_length", -1 if largest is None else largest),
            ("grpc.max_send_message_length", -1),
        ]
