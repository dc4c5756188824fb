"""Surface of the gateway: one route table, and how its requests and answers are told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote_to_bytes

from milvus_tck.gateway.http.errors import RequestRefused, malformed
from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.gateway.http.request import Asked
from milvus_tck.gateway.http.response import Told
from milvus_tck.gateway.http.upstream import UpstreamServer
from milvus_tck.spec.routes import Route, Routes

__all__ = ["Parts", "Surface", "found"]


@dataclass(frozen=True)
class Parts:
    """What every surface needs."""

    #: The server behind, as it is at this moment.
    upstream: Callable[[], UpstreamServer]
    limits: RequestLimits = field(default_factory=RequestLimits)


class Surface(Protocol):
    """Turns requests of one table into calls."""

    routes: Routes

    async def answer(self, asked: Asked, route: Route, segments: dict[str, str]) -> Told:
        """Answer a request to a route; `segments` are the parameters of its path, still escaped.

        Raises `RequestRefused` and `Malformed` for what is not passed on.
        """

    def refuse(self, refused: RequestRefused) -> Told:
        """Say in the words of the surface why a request was not passed on."""


def found(routes: Routes, method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Find the route of a request with the parameters of its path, still escaped; raises `RequestRefused`."""
    match = routes.match(method, path)
    if match is None:
        others = routes.methods(path)
        if not others:
            raise RequestRefused(404, "UNIMPLEMENTED", f"no route has the path {path[:200]}")
        text = f"{path[:200]} has {', '.join(sorted(others))}, and no {method[:20]}"
        raise RequestRefused(405, "UNIMPLEMENTED", text, (("allow", ", ".join(sorted(others))),))
    route = match[0]
    inside = route.pattern.fullmatch(path[len(routes.base) :])
    return route, inside.groupdict() if inside else {}


def unescaped(text: str) -> str:
    """Undo the escapes of a segment; raises `RequestRefused` where they are no UTF-8."""
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed(f"the path is no UTF-8: {text[:80]}") from error
