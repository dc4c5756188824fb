"""api-v1: the low-level REST: an RPC is its route, a message is JSON.

An RPC without a route travels over gRPC, since tests stand on it; what is judged over this
binding are promises of RPCs that have one.
"""

from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.bindings.http.client import HttpAnswer, code_of
from milvus_tck.bindings.http.plain import PlainHttpBinding, message_of, words
from milvus_tck.spec.routes import Route, Routes
from milvus_tck.wire.descriptors import HTTP, message_class, method
from milvus_tck.wire.json_form import JSON, Inexpressible, dump, write_request

__all__ = ["ApiV1Binding"]

#: Metadata of gRPC that has another place over HTTP.
_DATABASE = "dbname"


@dataclass
class ApiV1Binding(PlainHttpBinding):
    """The routes of one table, each the mirror of an RPC."""

    routes: Routes

    def __post_init__(self) -> None:
        kept = dict(self.client.credentials.metadata)
        self._database = kept.get(_DATABASE, "")

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send the request of an RPC over its route; raises `Inexpressible` where JSON has no words for it."""
        route = self.routes.of(rpc)
        if rpc == HTTP or route is None:
            return super().send(rpc, payload, deadline, metadata)
        request = self._parsed(rpc, payload)
        path, body = self.request(route, rpc, request)
        came = self.client.ask(route.method, path, body, {"content-type": JSON, **dict(metadata)}, deadline)
        via = self.via(route.method, path, came.status if isinstance(came, HttpAnswer) else 0)
        if isinstance(came, Reply):
            return Reply(None, came.code, came.details, via)
        code = code_of(came.status)
        if code != "OK":
            return Reply(None, code, words(came), via)
        message, trouble = message_of(rpc, came.body)
        return Reply(message, code, trouble, via)

    def request(self, route: Route, rpc: str, request: Message) -> tuple[str, bytes]:
        """Write path and body of a request; no body where it says nothing."""
        return self.routes.base + route.path, dump(write_request(rpc, request))

    def _parsed(self, rpc: str, payload: bytes) -> Message:
        request = message_class(method(rpc).input_type.full_name)()
        try:
            request.ParseFromString(payload)
        except DecodeError as error:
            raise Inexpressible("the request is bytes that are no message") from error
        if self._database and "db_name" in request.DESCRIPTOR.fields_by_name and not getattr(request, "db_name", ""):
            request.db_name = self._database  # type: ignore[attr-defined] # checked in the line above
        return request
