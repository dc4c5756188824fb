"""`/api/v1`: each RPC is its route, each message is JSON."""

from dataclasses import dataclass, field
from functools import cached_property

from google.protobuf.message import Message

from milvus_tck.load.codecs.base import StatusReader
from milvus_tck.load.codecs.http import Wrapping, request_of
from milvus_tck.load.codecs.statuses import MALFORMED, Statuses
from milvus_tck.load.transports.base import Payload
from milvus_tck.spec.routes import Routes, routes
from milvus_tck.wire import messages as m
from milvus_tck.wire.json_form import Inexpressible, Malformed, load, read_response, write_request

__all__ = ["ApiV1Codec"]

#: Members of requests that came after the bodies were made.
_LATER = ("consistency_level", "use_default_consistency", "not_return_all_meta")
#: What says the same as a consistency level in `guarantee_timestamp`; Strong is 0.
_AS_TIMESTAMP = {"Bounded": 2, "Eventually": 1}
_WELL = b'{"status":{}'
_SHORT, _MOST = 300, 4096


@dataclass(frozen=True)
class ApiV1Codec:
    """The routes of the management port."""

    wrapping: Wrapping
    name: str = "http-api-v1"

    @cached_property
    def _routes(self) -> Routes:
        return routes(self.name)

    def speaks(self, rpc: str) -> bool:
        """Tell whether there is a route."""
        return self._routes.of(rpc) is not None

    def request(self, rpc: str, payload: Payload) -> Payload:
        """Write the message as JSON."""
        route = self._routes.of(rpc)
        if route is None:
            message = f"{self.name} has no route for {rpc}"
            raise ValueError(message)
        try:
            body = write_request(rpc, _earlier(request_of(rpc, payload)))
        except Inexpressible as error:
            raise ValueError(str(error)) from error
        return self.wrapping.wrap(route.method, self._routes.base + route.path, body)

    def statuses(self, rpc: str) -> StatusReader:
        """Look at how the answer begins."""
        return _Statuses(rpc)

    def answer(self, rpc: str, body: bytes) -> bytes:
        """Read the message from JSON."""
        try:
            return read_response(rpc, load(body)).SerializeToString()
        except Malformed as error:
            raise ValueError(str(error)) from error


def _earlier(request: Message) -> Message:
    """Say a request without the members that came later."""
    if isinstance(request, m.SearchRequest | m.QueryRequest) and not request.guarantee_timestamp:
        level = m.ConsistencyLevel.Name(request.consistency_level)
        request.guarantee_timestamp = _AS_TIMESTAMP.get(level, 0)
    for name in _LATER:
        if name in request.DESCRIPTOR.fields_by_name:
            request.ClearField(name)
    return request


@dataclass
class _Statuses:
    """Reads the Status of answers in JSON."""

    rpc: str
    _known: dict[bytes, str] = field(default_factory=dict)

    @cached_property
    def _statuses(self) -> Statuses:
        return Statuses(self.rpc)

    def read(self, body: bytes) -> str:
        """Return what became of a request."""
        if body.startswith(_WELL) or body == b"{}":
            return ""
        found = self._known.get(body)
        return self._learn(body) if found is None else found

    def _learn(self, body: bytes) -> str:
        try:
            said = self._statuses.read(read_response(self.rpc, load(body)).SerializeToString())
        except Malformed:
            return MALFORMED
        if len(body) < _SHORT and len(self._known) < _MOST:
            self._known[body] = said
        return said
