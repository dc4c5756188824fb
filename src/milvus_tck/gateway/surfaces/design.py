"""The surface of the early design: resources, statuses of HTTP, and the Status in every body."""

from urllib.parse import quote

import grpc
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import status_of
from milvus_tck.gateway.http.errors import RequestRefused, malformed
from milvus_tck.gateway.http.negotiation import Plain, accepted, kind_of, plain_of, written
from milvus_tck.gateway.http.request import Asked
from milvus_tck.gateway.http.response import Told
from milvus_tck.gateway.http.upstream import UpstreamReply
from milvus_tck.gateway.surfaces.base import Parts
from milvus_tck.gateway.surfaces.parameters import of_path, of_query
from milvus_tck.spec.http_status import endings, status_of_http
from milvus_tck.spec.routes import Route, routes
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.json_form import JSON, PROTOBUF, Malformed, read_request, write_response
from milvus_tck.wire.json_form.forms import FORMS
from milvus_tck.wire.json_form.plain import read_into, write
from milvus_tck.wire.messages import Status

__all__ = ["DesignSurface"]

#: gRPC codes by their number, which is what travels.
_NUMBERS = {code.name: code.value[0] for code in grpc.StatusCode}
#: The query may name the database as the header does.
_DATABASE = "dbName"


class DesignSurface:
    """One resource for each concept."""

    routes = routes("http-design")

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, asked: Asked, route: Route, segments: dict[str, str]) -> Told:
        """Pass a request on, and answer with what came back."""
        accept = accepted(asked.headers.get("accept", ""))
        kind = _kind(asked)
        payload = await self._payload(asked, route, segments, kind)
        metadata = _metadata(asked)
        ended = await self._parts.upstream().call(route.rpc, payload, asked.seconds(self._parts.limits), metadata)
        if ended.code != "OK":
            return _told_of(ended, accept)
        answer = message_class(method(route.rpc).output_type.full_name)()
        try:
            answer.ParseFromString(ended.payload)
        except DecodeError as error:
            raise RequestRefused(500, "INTERNAL", "the server answered bytes that are no message") from error
        status = status_of(answer)
        http = 200 if status is None else status_of_http(status.code, status.legacy)
        content, body = written(answer, accept, lambda message: write_response(route.rpc, message))
        return Told(http, body, content)

    def refuse(self, refused: RequestRefused) -> Told:
        """Say it with a Status, and with the gRPC code in a header."""
        return _told(refused.status, refused.code, refused.reason, (JSON,), refused.headers)

    async def _payload(self, asked: Asked, route: Route, segments: dict[str, str], kind: str) -> bytes:
        """Put a request together from body, path and query."""
        kind_of_request = method(route.rpc).input_type
        into = message_class(kind_of_request.full_name)
        query = tuple(pair for pair in asked.query if pair[0] != _DATABASE)
        beside = _merged(of_query(kind_of_request, query), of_path(kind_of_request, segments))
        if kind == PROTOBUF:
            return _filled(into, asked.body, beside)
        body = await plain_of(asked.body, kind, self._parts.limits, strict=True)
        return _request(route.rpc, into, _merged(body, beside)).SerializeToString()


def _kind(asked: Asked) -> str:
    header = asked.headers.get("content-type", "")
    kind = kind_of(header) if asked.body else JSON
    if kind is None:
        text = f"{header[:80]!r} is not read; there are {JSON}, application/yaml and {PROTOBUF}"
        raise RequestRefused(415, "INVALID_ARGUMENT", text)
    return kind


def _metadata(asked: Asked) -> tuple[tuple[str, str], ...]:
    names = [value for name, value in asked.query if name == _DATABASE]
    metadata = asked.metadata()
    if not names:
        return metadata
    if len(names) > 1 or any(key == "dbname" and value != names[0] for key, value in metadata):
        raise malformed(f"{_DATABASE} is said twice")
    if not names[0].isascii() or not names[0].isprintable():
        raise malformed(f"{_DATABASE}: printable ASCII only")
    return (*(pair for pair in metadata if pair[0] != "dbname"), ("dbname", names[0]))


def _merged(one: Plain, other: Plain) -> Plain:
    """Put members together; raises `RequestRefused` where both have one and say different things."""
    for name in one.keys() & other.keys():
        if one[name] != other[name]:
            raise malformed(f"{name} is said twice: {str(one[name])[:80]!r} and {str(other[name])[:80]!r}")
    return {**one, **other}


def _request(rpc: str, into: type[Message], body: Plain) -> Message:
    """Read a request; raises `Malformed`, also for a member that it does not have."""
    form = FORMS.get(rpc)
    own = _OWN.get(rpc, frozenset())
    known = set(into.DESCRIPTOR.fields_by_name)
    unknown = body.keys() - known - own
    if unknown:
        raise Malformed(f"{min(unknown)[:80]!r} is no member of {into.DESCRIPTOR.name}")
    request = read_request(rpc, body)
    if form is not None:
        # Members that came into the message after the form was made.
        kept = getattr(form, "kept", None)
        read = own | (kept.names | kept.wrapped if kept else known)
        read_into(request, {name: body[name] for name in body.keys() - read}, answer=False)
    return request


#: Members that only the form of a request has.
_OWN = {"Search": frozenset({"vectors", "binary_vectors"})}


def _filled(into: type[Message], body: bytes, beside: Plain) -> bytes:
    """Put members from path and query into a request of bytes, which may say the same."""
    if not beside:
        return body
    given, other = into(), into()
    try:
        given.ParseFromString(body)
    except DecodeError as error:
        raise malformed(f"the body is no {into.DESCRIPTOR.name}") from error
    read_into(other, beside, answer=False)
    for member, value in other.ListFields():
        said = getattr(given, member.name)
        if said and said != value:
            raise malformed(f"{member.name} is said twice: in the body, and beside it")
        given.ClearField(member.name)
    given.MergeFrom(other)
    return given.SerializeToString()


def _told_of(ended: UpstreamReply, accept: tuple[str, ...]) -> Told:
    """Tell of a call that ended without an answer."""
    ending = endings().get(ended.code, endings()["UNKNOWN"])
    headers = (("www-authenticate", 'Basic realm="milvus"'),) if ending.name == "UNAUTHENTICATED" else ()
    return _told(ending.http, ended.code, ended.details, accept, headers)


def _told(
    status: int, code: str, reason: str, accept: tuple[str, ...], headers: tuple[tuple[str, str], ...] = ()
) -> Told:
    ending = endings().get(code, endings()["UNKNOWN"])
    said = Status()
    read_into(said, {"error_code": ending.legacy, "code": ending.code, "reason": reason}, answer=True)
    kind, body = written(said, accept, lambda status: write(status, answer=True))
    number = _NUMBERS.get(code, _NUMBERS["UNKNOWN"])
    message = quote(reason[:_LONGEST_HEADER], safe=" !#$&'()*+,/:;=?@[]")
    return Told(status, body, kind, (("grpc-status", str(number)), ("grpc-message", message), *headers))


_LONGEST_HEADER = 1024
