"""HTTP/1.1 as uvicorn speaks it, and patience with an end."""

import asyncio
import sys
from typing import Any

import h11
import orjson
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.spec.http_status import endings

__all__ = ["protocol_of"]

_BAD_REQUEST, _LATE = 400, 408


def protocol_of(limits: RequestLimits) -> type[asyncio.Protocol]:
    """Return the protocol of one connection, within those limits."""
    return type("LimitedProtocol", (_Limited,), {"limits": limits})


class _Limited(H11Protocol):
    """Ends connections that send no request, or read no answer."""

    limits: RequestLimits

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._waiting: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.abort()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        _cancel(self._stalled)
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Count the time to the next request while there is none."""
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.transport.is_closing():
            self._rest()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(self.limits.head_seconds, self._late)

    def _rest(self) -> None:
        """Stop counting."""
        _cancel(self._waiting)
        self._waiting = None

    def _late(self) -> None:
        self._waiting = None
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self._refuse(_LATE, f"no request within {self.limits.head_seconds:g} s")

    def on_response_complete(self) -> None:
        self._rest()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(self.limits.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        _cancel(self._stalled)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; h11 knows whether it was rather too much of it."""
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else _BAD_REQUEST
        self._refuse(hint, str(error) if error else msg)

    def _refuse(self, status: int, reason: str) -> None:
        """Answer with a Status, and end the connection."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.close()  # in the middle of an answer there is no room for another one
            return
        told = endings()["INVALID_ARGUMENT"]
        body = orjson.dumps({"error_code": told.legacy, "code": told.code, "reason": f"bad request: {reason}"})
        head = h11.Response(
            status_code=status,
            reason=STATUS_PHRASES.get(status, b""),
            headers=[("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close")],
        )
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
