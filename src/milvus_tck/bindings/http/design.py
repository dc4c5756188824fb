"""http-design: the resource-style REST: a request is a path, a body and what they cannot say in other bytes.

JSON where it has words for a request, protobuf where it has none; the answer is JSON, or protobuf
where only that can say it.
"""

from dataclasses import dataclass
from urllib.parse import quote

import grpc
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.bindings.http.client import HttpAnswer, code_of
from milvus_tck.bindings.http.plain import PlainHttpBinding, message_of, words
from milvus_tck.spec.routes import Route, Routes
from milvus_tck.wire.descriptors import HTTP, message_class, method
from milvus_tck.wire.json_form import (
    JSON,
    PROTOBUF,
    Inexpressible,
    Malformed,
    dump,
    load,
    write_request,
)

__all__ = ["DesignBinding", "written_request"]

_ACCEPT = f"{JSON}, {PROTOBUF};q=0.5"
_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}
#: Metadata of gRPC that is a header of another name.
_HEADERS = {"dbname": "db-name"}


@dataclass
class DesignBinding(PlainHttpBinding):
    """The routes of the early design, as `milvus-tck gateway` speaks them."""

    routes: Routes

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send the request of an RPC over its route, and tell of the answer as gRPC would."""
        route = self.routes.of(rpc)
        if rpc == HTTP or route is None:
            return super().send(rpc, payload, deadline, metadata)
        path, body, kind = written_request(self.routes, route, payload)
        headers = {"accept": _ACCEPT, "content-type": kind, "request-timeout": f"{deadline:.3f}"}
        own = {_HEADERS[name]: value for name, value in self.client.credentials.metadata if name in _HEADERS}
        given = {_HEADERS.get(name, name): value for name, value in metadata}
        came = self.client.ask(route.method, path, body, {**headers, **own, **given}, deadline)
        via = self.via(route.method, path, came.status if isinstance(came, HttpAnswer) else 0)
        if isinstance(came, Reply):
            return Reply(None, came.code, came.details, via)
        code = _code(came)
        if code != "OK":
            return Reply(None, code, _reason(came), via)
        message, trouble = _message(rpc, came)
        return Reply(message, code, trouble, via)


def written_request(routes: Routes, route: Route, payload: bytes) -> tuple[str, bytes, str]:
    """Write path, body and content type of a request; what no parser reads travels as it is, under empty names."""
    request = message_class(method(route.rpc).input_type.full_name)()
    try:
        request.ParseFromString(payload)
    except DecodeError:
        return routes.base + route.fill(dict.fromkeys(route.parameters, "")), payload, PROTOBUF
    path = routes.base + _path(route, request)
    try:
        members = write_request(route.rpc, request)
    except Inexpressible:
        return path, request.SerializeToString(), PROTOBUF
    return path, dump(members) if members else b"", JSON


def _path(route: Route, request: Message) -> str:
    """Write the path, and take out of the request what it says."""
    segments: dict[str, str] = {}
    for name in route.parameters:
        value = getattr(request, name)
        texts = [str(each) for each in ([value] if isinstance(value, (str, int)) else value)]
        segments[name] = ",".join(map(_escaped, texts))
        if segments[name]:
            request.ClearField(name)
    return route.path.format(**segments)


def _escaped(text: str) -> str:
    """Escape a segment; a name of dots alone would be taken for a direction."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def _code(came: HttpAnswer) -> str:
    """Name the gRPC code: that of the header, and where there is none, a Status in the body says how it went."""
    number = came.headers.get("grpc-status", "")
    if number:
        return _NAMES.get(int(number), "UNKNOWN") if number.isdigit() else "UNKNOWN"
    return "OK" if came.headers.get("content-type", "") in {JSON, PROTOBUF} else code_of(came.status)


def _reason(came: HttpAnswer) -> str:
    try:
        return str(load(came.body).get("reason", "")) or words(came)
    except Malformed:
        return words(came)


def _message(rpc: str, came: HttpAnswer) -> tuple[bytes, str]:
    """Return an answer as the bytes of its message, and what is wrong with it, if anything."""
    return (came.body, "") if came.headers.get("content-type", "") == PROTOBUF else message_of(rpc, came.body)
