"""An answer of the gateway."""

from dataclasses import dataclass

from starlette.responses import Response

__all__ = ["Told"]


@dataclass(frozen=True, slots=True)
class Told:
    """Status, body and headers; what they are in HTTP is the same on every surface."""

    status: int
    body: bytes
    kind: str
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> Response:
        """Return it as ASGI sends it."""
        made = Response(self.body, self.status, media_type=None)
        made.headers["content-type"] = self.kind
        for name, value in self.headers:
            made.headers.append(name, value)
        return made
