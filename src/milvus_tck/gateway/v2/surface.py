"""The surface itself: 200 and a code in the body, but for what clients act upon before they read that."""

from milvus_tck.gateway.http.errors import RequestRefused
from milvus_tck.gateway.http.negotiation import plain_of
from milvus_tck.gateway.http.request import Asked
from milvus_tck.gateway.http.response import Told
from milvus_tck.gateway.http.upstream import UpstreamServer
from milvus_tck.gateway.surfaces.base import Parts
from milvus_tck.gateway.v2 import access, collections, entities, jobs, operators, parts, schema_changes, searches
from milvus_tck.gateway.v2.operation import (
    AWAY,
    BAD_FORMAT,
    NEED_AUTHENTICATION,
    NO_SUCH_THING,
    TIMED_OUT,
    UNEXPECTED,
    Failed,
    Handler,
    Plain,
    RouteRequest,
    checked,
)
from milvus_tck.spec.routes import Route, routes
from milvus_tck.wire.json_form import JSON, Malformed, dump
from milvus_tck.wire.messages import GetVersionRequest, GetVersionResponse

__all__ = ["HANDLERS", "V2Surface"]

HANDLERS: dict[str, Handler] = {
    **collections.HANDLERS, **parts.HANDLERS, **access.HANDLERS, **entities.HANDLERS, **searches.HANDLERS,
    **operators.HANDLERS, **schema_changes.HANDLERS, **jobs.HANDLERS,
}  # fmt: skip
#: Members that would be lost in silence.
_NOT_TRANSLATED = (
    "ids", "exprParams", "functionScore", "functionChains", "searchAggregation", "orderByFields", "fieldOps",
)  # fmt: skip
#: What success was called before 2.4.18, and what it is called since.
_OLD, _NEW = 200, 0
_CODES = {
    400: BAD_FORMAT, 401: NEED_AUTHENTICATION, 408: TIMED_OUT, 413: BAD_FORMAT, 431: BAD_FORMAT, 503: AWAY,
}  # fmt: skip


class V2Surface:
    """Objects and rows in plain JSON; everything is asked with POST."""

    routes = routes("http-v2")

    def __init__(self, given: Parts) -> None:
        self._parts = given
        #: What success is called for a server, by its channel.
        self._success: tuple[UpstreamServer, int] | None = None

    async def answer(self, asked: Asked, route: Route, segments: dict[str, str]) -> Told:  # noqa: ARG002 - it has none
        """Translate a request, and tell of what came of it."""
        try:
            return await self._answered(asked, route)
        except Failed as failed:
            return _told(failed.http, {"code": failed.code, "message": failed.message})
        except Malformed as error:
            text = f"can only accept json format request, error: {error}"
            return _told(200, {"code": BAD_FORMAT, "message": text})

    async def _answered(self, asked: Asked, route: Route) -> Told:
        handler = HANDLERS.get(route.path)
        if handler is None:
            text = f"{route.path} is {route.inner}, a call between the parts of a server: gRPC has none for its clients"
            raise Failed(NO_SUCH_THING, text, 501)
        if not asked.body.strip():
            raise Failed(BAD_FORMAT, "can only accept json format request, error: EOF")
        body = checked(route, await plain_of(asked.body, JSON, self._parts.limits, strict=True))
        lost = [name for name in _NOT_TRANSLATED if body.get(name)]
        if lost:
            raise Failed(NO_SUCH_THING, f"the gateway does not translate {lost[0]}: see docs/gateway.md", 501)
        body.setdefault("dbName", asked.headers.get("db-name", ""))
        asks_integers = asked.headers.get("accept-type-allow-int64", "true").lower() != "false"
        upstream = self._parts.upstream()
        seconds = asked.seconds(self._parts.limits)
        metadata = tuple(pair for pair in _asks(asked).metadata() if pair[0] != "dbname")
        ask = RouteRequest(body, upstream, seconds, metadata, asks_integers)
        data = await handler(ask)
        return _told(200, {"code": await self._code(ask), **data})

    async def _code(self, ask: RouteRequest) -> int:
        """Tell what success is called: that depends on the release of the server."""
        if self._success is None or self._success[0] is not ask.upstream:
            try:
                version = (await ask.call("GetVersion", GetVersionRequest(), GetVersionResponse)).version
            except Failed as failed:
                if failed.code != NO_SUCH_THING:  # it may tell the next time
                    return _NEW
                version = ""
            self._success = (ask.upstream, _OLD if version.lstrip("v").startswith(("2.2.", "2.3.")) else _NEW)
        return self._success[1]

    def refuse(self, refused: RequestRefused) -> Told:
        """Say it as Milvus does: what is no route is text, what cannot be read has a code of its own."""
        if refused.status in {404, 405}:
            return Told(404, b"404 page not found", "text/plain")
        http = 200 if refused.status == _BAD_REQUEST else refused.status
        body = {"code": _CODES.get(refused.status, UNEXPECTED), "message": refused.reason}
        return _told(http, body, refused.headers)


_BAD_REQUEST = 400


def _asks(asked: Asked) -> Asked:
    """Leave out a scheme without a secret: SDKs send that where they were given none."""
    header = asked.headers.get("authorization", "").strip().lower()
    if header not in {"basic", "bearer"}:
        return asked
    headers = {name: value for name, value in asked.headers.items() if name != "authorization"}
    return Asked(asked.method, asked.path, asked.query, headers, asked.body)


def _told(status: int, body: Plain, headers: tuple[tuple[str, str], ...] = ()) -> Told:
    return Told(status, dump(body), JSON, headers)
