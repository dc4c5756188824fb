"""The ASGI application: which surface a request belongs to, and an answer whatever happens."""

import logging

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from milvus_tck.gateway.http.errors import RequestRefused, malformed
from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.gateway.http.request import Asked, Budget, body_of
from milvus_tck.gateway.http.response import Told
from milvus_tck.gateway.openapi.document import description
from milvus_tck.gateway.surfaces.api_v1 import ApiV1Surface
from milvus_tck.gateway.surfaces.base import Parts, Surface, found
from milvus_tck.gateway.surfaces.design import DesignSurface
from milvus_tck.gateway.v2.surface import V2Surface
from milvus_tck.wire.json_form import JSON, Malformed, dump

__all__ = ["App"]

_LOG = logging.getLogger(__name__)
_DESCRIPTION = "/openapi.json"


class App:
    """Answers every request: by a surface, or by saying why not."""

    def __init__(self, parts: Parts) -> None:
        self._limits: RequestLimits = parts.limits
        self._budget = Budget(parts.limits.bodies)
        self._busy = 0
        # The design has no base, so that every path that is nobody else's is its own.
        self._design = DesignSurface(parts)
        self._others: tuple[Surface, ...] = (ApiV1Surface(parts), V2Surface(parts))
        self._description = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        self._busy += 1
        try:
            told = await self._told(request)
            await told.response()(scope, receive, send)
        except ClientDisconnect:
            pass  # nobody is there to hear an answer
        finally:
            self._busy -= 1

    async def _told(self, request: Request) -> Told:
        surface = self._surface(request.scope["raw_path"].decode("ascii"))
        try:
            return await self._answered(request, surface)
        except RequestRefused as refused:
            return surface.refuse(refused)
        except Malformed as error:
            return surface.refuse(malformed(str(error)))
        except ClientDisconnect:
            raise
        except Exception:  # noqa: BLE001 - a bug of ours may cost one request, and no more
            _LOG.exception("%s %s", request.method, request.url.path)
            return surface.refuse(RequestRefused(500, "INTERNAL", "a bug of the gateway; its log has more"))

    async def _answered(self, request: Request, surface: Surface) -> Told:
        if self._busy > self._limits.requests:
            text = f"{self._limits.requests} requests are being answered; try again later"
            raise RequestRefused(503, "UNAVAILABLE", text, (("retry-after", "1"), ("connection", "close")))
        body = await body_of(request, self._limits, self._budget)
        try:
            asked = Asked.of(request, body, self._limits)
            if asked.path == _DESCRIPTION and asked.method == "GET":
                return Told(200, self._described(), JSON)
            route, segments = found(surface.routes, asked.method, asked.path)
            return await surface.answer(asked, route, segments)
        finally:
            self._budget.give(len(body))

    def _surface(self, path: str) -> Surface:
        own = (each for each in self._others if path == each.routes.base or path.startswith(f"{each.routes.base}/"))
        return next(own, self._design)

    def _described(self) -> bytes:
        if not self._description:
            tables = (self._design.routes, *(each.routes for each in self._others))
            self._description = dump(description(tables))
        return self._description
