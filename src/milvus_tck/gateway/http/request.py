"""A request as the gateway reads it."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from milvus_tck.bindings.grpc import Metadata
from milvus_tck.gateway.http.errors import RequestRefused, malformed
from milvus_tck.gateway.http.limits import RequestLimits

__all__ = ["Asked", "Budget", "body_of"]

#: What gRPC carries as metadata; HTTP headers may have more.
_PRINTABLE = re.compile(r"[ -~]*")
_SCHEME = re.compile(r"(basic|bearer) +(\S.*)", re.IGNORECASE)
_TO_UPSTREAM = ("authorization", "db-name", "client-request-id")
#: A day; longer is what nobody waits for.
_LONGEST = 86400.0
_TOO_MANY_PARAMETERS = 64


@dataclass(frozen=True)
class Asked:
    """One request; its body is read already."""

    method: str
    #: Still escaped, without the query.
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, request: Request, body: bytes, limits: RequestLimits) -> "Asked":
        """Take it from ASGI; raises `RequestRefused` for too many headers, and for a query that cannot be read."""
        path = request.scope["raw_path"].decode("ascii")
        headers = {key.lower(): value for key, value in request.headers.items()}
        size = len(path) + len(request.scope["query_string"]) + sum(map(len, sum(request.headers.raw, ())))
        if size > limits.head:
            raise RequestRefused(431, "INVALID_ARGUMENT", f"the head of the request is larger than {limits.head} bytes")
        return cls(request.method, path, _query(request.scope["query_string"]), headers, body)

    def seconds(self, limits: RequestLimits) -> float:
        """Tell how long the call may take; raises `RequestRefused` where the header says no time."""
        text = self.headers.get("request-timeout")
        if text is None:
            return limits.call_seconds
        try:
            seconds = float(text)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= _LONGEST:  # not-a-number is no time either
            raise malformed(f"Request-Timeout: {text[:40]!r} is not a number of seconds up to {_LONGEST:g}")
        return seconds

    def metadata(self) -> Metadata:
        """Return what travels beside the call: who asks, and in which database."""
        names = [name for name in _TO_UPSTREAM if self.headers.get(name)]
        for name in names:
            if not _PRINTABLE.fullmatch(self.headers[name]):
                raise malformed(f"header {name}: printable ASCII only")
        pairs = {name: self.headers[name] for name in names}
        metadata = [(name, value) for name, value in pairs.items() if name == "client-request-id"]
        if "authorization" in pairs:
            metadata.append(("authorization", _authorization(pairs["authorization"])))
        if "db-name" in pairs:
            metadata.append(("dbname", pairs["db-name"]))
        return tuple(metadata)


def _authorization(header: str) -> str:
    """Turn a header into what Milvus reads from gRPC: base64 of `user:password` or of a key, without a scheme."""
    found = _SCHEME.fullmatch(header.strip())
    if found is None:
        text = "header authorization: schemes are Basic and Bearer"
        raise RequestRefused(401, "UNAUTHENTICATED", text, (("www-authenticate", 'Basic realm="milvus"'),))
    scheme, secret = found[1].lower(), found[2].strip()
    return secret if scheme == "basic" else base64.b64encode(secret.encode()).decode()


def _query(raw: bytes) -> tuple[tuple[str, str], ...]:
    try:
        text = raw.decode("ascii")
        pairs = parse_qsl(text, True, True, errors="strict", max_num_fields=_TOO_MANY_PARAMETERS) if text else []
    except ValueError as error:
        raise malformed(f"the query cannot be read: {error}") from error
    return tuple(pairs)


class Budget:
    """The memory that bodies of all requests share."""

    def __init__(self, total: int) -> None:
        self._left = total

    def take(self, count: int) -> None:
        """Set bytes aside; raises `RequestRefused` where there are no more."""
        if count > self._left:
            text = "too much is being read at this moment; try again later"
            raise RequestRefused(503, "UNAVAILABLE", text, (("retry-after", "1"),))
        self._left -= count

    def give(self, count: int) -> None:
        """Give bytes back."""
        self._left += count


async def body_of(request: Request, limits: RequestLimits, budget: Budget) -> bytes:
    """Read a body; the caller gives its length back to the budget.

    Raises `RequestRefused` where it is too big or too slow.
    """
    said, stream = request.headers.get("content-length", ""), request.stream()
    if said.isdigit() and int(said[:20]) > limits.body:
        if not request.headers.get("expect"):
            await _drained(stream, limits)
        raise _too_big(limits)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for piece in stream:
                budget.take(len(piece))
                pieces.append(piece)
                size += len(piece)
                if size > limits.body:
                    break
    except TimeoutError as error:
        budget.give(size)
        text = f"the body did not come within {limits.body_seconds:g} s"
        raise RequestRefused(408, "DEADLINE_EXCEEDED", text, (("connection", "close"),)) from error
    except BaseException:
        budget.give(size)
        raise
    if size > limits.body:
        budget.give(size)
        pieces.clear()
        await _drained(stream, limits)
        raise _too_big(limits)
    return b"".join(pieces)


def _too_big(limits: RequestLimits) -> RequestRefused:
    text = f"the body is larger than {limits.body} bytes"
    return RequestRefused(413, "RESOURCE_EXHAUSTED", text, (("connection", "close"),))


async def _drained(stream: AsyncIterator[bytes], limits: RequestLimits) -> None:
    """Read a while what is refused anyhow: who is cut off while sending sees no answer."""
    left = max(limits.body, _LINGER_BYTES)
    try:
        async with asyncio.timeout(_LINGER):
            async for piece in stream:
                left -= len(piece)
                if left < 0:
                    return
    except TimeoutError:
        return


_LINGER = 5.0
_LINGER_BYTES = 64 << 20
