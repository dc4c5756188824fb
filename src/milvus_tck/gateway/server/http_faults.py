"""HTTP faults at work: an application around the gateway's own, which puts them into the way of its answers."""

import asyncio
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from milvus_tck.gateway.http.fault_files import HttpFaultTable

__all__ = ["FaultyApp"]

_JSON = b"application/json"


@dataclass
class _Count:
    """Requests that a fault meant, and those that it did something to."""

    met: int = 0
    applied: int = 0


@dataclass(frozen=True)
class _Reply:
    """An answer before it is sent."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class FaultyApp:
    """An application around the gateway's own, in which faults are put into the way of its answers."""

    def __init__(self, app: ASGIApp, faults: tuple[HttpFaultTable, ...]) -> None:
        self._app = app
        self._faults = faults
        self._counts = {each.id: _Count() for each in faults}

    def applied(self) -> dict[str, tuple[int, int]]:
        """For each fault, how many requests it meant, and to how many it did something."""
        return {name: (each.met, each.applied) for name, each in self._counts.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the first fault that means it acts on it."""
        fault = next((each for each in self._faults if self._wants(each, scope)), None)
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.at == "request":
            reply = _Reply(fault.status or 0, ((b"content-type", _JSON),), b"")
        else:
            reply = await self._answered(scope, receive)
        await asyncio.sleep(fault.delay)
        await _send(fault, _changed(fault, reply), receive, send)

    def _wants(self, fault: HttpFaultTable, scope: Scope) -> bool:
        if not (fnmatchcase(scope["path"], fault.path) and fnmatchcase(scope["method"], fault.method)):
            return False
        count = self._counts[fault.id]
        count.met += 1
        if count.met <= fault.skip or (fault.times is not None and count.applied >= fault.times):
            return False
        count.applied += 1
        return True

    async def _answered(self, scope: Scope, receive: Receive) -> _Reply:
        """Let the gateway do the request, and keep its answer."""
        status, headers, body = 0, list[tuple[bytes, bytes]](), b""

        async def keep(message: Message) -> None:
            nonlocal status, headers, body
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            else:
                body += message.get("body", b"")

        await self._app(scope, receive, keep)
        return _Reply(status, tuple(headers), body)


def _changed(fault: HttpFaultTable, reply: _Reply) -> _Reply:
    """Write what is answered in place of the truth, with the length that the client is told."""
    body = reply.body if fault.body is None else fault.body.encode()
    if fault.truncate is not None:
        body = body[: fault.truncate]
    kept = [pair for pair in reply.headers if pair[0].lower() != b"content-length"]
    length = (b"content-length", str(len(body)).encode())
    return replace(reply, status=fault.status or reply.status, headers=(*kept, length), body=body)


async def _send(fault: HttpFaultTable, reply: _Reply, receive: Receive, send: Send) -> None:
    """Send an answer, as far as it comes."""
    if fault.drop:
        await _disconnect(receive, send)
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
    whole = reply.body if fault.cut is None else reply.body[: fault.cut]
    half = len(whole) // 2 if fault.slow else 0
    if fault.slow:
        await send({"type": "http.response.body", "body": whole[:half], "more_body": True})
        await asyncio.sleep(fault.slow)
    await send({"type": "http.response.body", "body": whole[half:], "more_body": fault.cut is not None})
    if fault.cut is not None:
        await _disconnect(receive, send)


async def _disconnect(receive: Receive, send: Send) -> None:
    """End the connection once what was written has left.

    ASGI has no word for it: `send` is a method of what uvicorn keeps of the request, and that has the connection.
    """
    cycle: Any = getattr(send, "__self__", None)
    cycle.transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
