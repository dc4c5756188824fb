"""api-v1: the surface of Milvus' own low-level REST: 200 and the answer, whatever the Status in it says."""

from google.protobuf.message import DecodeError

from milvus_tck.gateway.http.errors import RequestRefused, malformed
from milvus_tck.gateway.http.negotiation import Plain, plain_of
from milvus_tck.gateway.http.request import Asked
from milvus_tck.gateway.http.response import Told
from milvus_tck.gateway.surfaces.base import Parts
from milvus_tck.spec.routes import Route, routes
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.json_form import JSON, YAML, Inexpressible, Malformed, dump, read_request, write_response

__all__ = ["ApiV1Surface"]

_TEXT = "text/plain"
_BAD_REQUEST, _INTERNAL = 400, 500
#: What Milvus says of a request that it cannot read, and of a call that broke: `error_code`.
_ILLEGAL_ARGUMENT, _UNEXPECTED = 5, 1
_YAML_TYPES = frozenset({YAML, "application/yaml"})


class ApiV1Surface:
    """One route for each RPC; a body for every method, and no query."""

    routes = routes("http-api-v1")

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, asked: Asked, route: Route, segments: dict[str, str]) -> Told:  # noqa: ARG002 - it has none
        """Pass a request on, and answer with what came back."""
        kind = YAML if _named(asked, "accept") in _YAML_TYPES else JSON
        if not _taken(asked.headers.get("accept", "")):
            raise RequestRefused(406, "INVALID_ARGUMENT", f"answers are {JSON} or {YAML}")
        if not route.rpc:
            return Told(200, dump({"status": "ok"}, kind), kind)
        body = await self._body(asked)
        payload = read_request(route.rpc, body).SerializeToString()
        limits = self._parts.limits
        ended = await self._parts.upstream().call(route.rpc, payload, asked.seconds(limits), asked.metadata())
        if ended.code != "OK":
            return _failed(_INTERNAL, _UNEXPECTED, f"{ended.code}: {ended.details}", kind)
        return _written(route.rpc, ended.payload, kind)

    async def _body(self, asked: Asked) -> Plain:
        """Read a body as Milvus does: YAML where it is called so, JSON whatever it is called."""
        kind = YAML if _named(asked, "content-type") in _YAML_TYPES else JSON
        try:
            return await plain_of(asked.body, kind, self._parts.limits, strict=False)
        except Malformed as error:
            raise malformed(f"parse body failed: {error}") from error

    def refuse(self, refused: RequestRefused) -> Told:
        """Say it as Milvus does: a page that is not there is text, everything else a Status without a code."""
        if refused.status in {404, 405}:
            return Told(404, b"404 page not found", _TEXT)
        legacy = _ILLEGAL_ARGUMENT if refused.status == _BAD_REQUEST else _UNEXPECTED
        return _failed(refused.status, legacy, refused.reason, JSON, refused.headers)


def _taken(accept: str) -> bool:
    """Tell whether a client takes what there is; who says nothing takes everything."""
    names = {each.partition(";")[0].strip().lower() for each in accept.split(",")} - {""}
    return not names or not names.isdisjoint({JSON, *_YAML_TYPES, "*/*", "application/*"})


def _named(asked: Asked, header: str) -> str:
    return asked.headers.get(header, "").partition(";")[0].strip().lower()


def _written(rpc: str, payload: bytes, kind: str) -> Told:
    answer = message_class(method(rpc).output_type.full_name)()
    try:
        answer.ParseFromString(payload)
        answer.DiscardUnknownFields()
        return Told(200, dump(write_response(rpc, answer), kind), kind)
    except DecodeError:
        return _failed(_INTERNAL, _UNEXPECTED, "the server answered bytes that are no message", kind)
    except Inexpressible as error:
        return _failed(_INTERNAL, _UNEXPECTED, str(error), kind)


def _failed(status: int, legacy: int, reason: str, kind: str, headers: tuple[tuple[str, str], ...] = ()) -> Told:
    return Told(status, dump({"error_code": legacy, "reason": reason}, kind), kind, headers)
