"""Relay: the proxy's server side: every call to any path is taken in and passed on."""

import asyncio
import itertools
import time
from collections.abc import Callable

import grpc
import grpc.aio

from milvus_tck.proxy.client_names import ClientNames
from milvus_tck.proxy.origin import Origin, pairs
from milvus_tck.proxy.reset import reset
from milvus_tck.proxy.rule_book import DroppedError, RuleBook, play
from milvus_tck.proxy.streams import pass_stream
from milvus_tck.proxy.unary_call import CallEnd, Passing, rpc_of
from milvus_tck.wire.descriptors import methods

__all__ = ["Context", "Done", "Relay"]

Context = grpc.aio.ServicerContext[bytes, bytes]
#: Told of every call when it ended, in the event loop; `None` where nobody looks.
Done = Callable[[Passing], None]

#: Bytes that may wait for whoever looks at them; new calls wait while there are more.
_BACKLOG = 256 << 20
_MOMENT = 0.005
#: Without a deadline of the client, gRPC may speak of one in some hundred years.
_ENDLESS = 10 * 365 * 86400.0
_PATHS = 1024
#: gRPC rounds the deadline that it sends up, by so much of it at most: the client gives up that much earlier.
_ROUNDED = 0.02


class Relay(grpc.GenericRpcHandler):
    """Passes calls on to a server that may be exchanged, under rules that may be."""

    def __init__(self, upstream: Origin, book: RuleBook, done: Done, backlog: Callable[[], int], limit: int) -> None:
        self.upstream = upstream
        self.book = book
        #: Where we listen; known a little later than the relay.
        self.port = 0
        self._done = done
        self._backlog = backlog
        self._limit = limit
        self._numbers = itertools.count(1)
        self._names = ClientNames()
        self._handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Find what handles a path: an RPC that we know as unary is passed at once, all others as streams."""
        path = handler_call_details.method
        found = self._handlers.get(path)
        if found is None:
            found = self._handler(path)
            if len(self._handlers) < _PATHS:
                self._handlers[path] = found
        return found

    def _handler(self, path: str) -> "grpc.RpcMethodHandler[bytes, bytes]":
        known = methods().get(rpc_of(path))
        if known is None or known.client_streaming or known.server_streaming:

            async def streaming(_requests: object, context: Context) -> None:
                await self._stream(path, context)

            return grpc.stream_stream_rpc_method_handler(streaming)

        async def unary(request: bytes, context: Context) -> bytes:
            return await self._unary(path, request, context)

        return grpc.unary_unary_rpc_method_handler(unary)

    async def _unary(self, path: str, payload: bytes, context: Context) -> bytes:
        call = await self._arrived(path, context)
        call.sent.add(payload)
        self._names.note(call, payload)
        try:
            ended = await self._answer(call, payload, context)
            if ended.initial:
                await context.send_initial_metadata(ended.initial)
            if ended.payload is not None:
                call.given.add(ended.payload)
            return await finish(call, context, ended)
        except asyncio.CancelledError:
            given_up(call, context)
            raise
        finally:
            self._over(call)

    async def _answer(self, call: Passing, payload: bytes, context: Context) -> CallEnd:
        async def forward(request: bytes) -> CallEnd:
            begun = time.perf_counter()
            call.forwarded.add(request)
            ended = await self.upstream.unary(call, request, remaining(context))
            call.upstream_seconds = time.perf_counter() - begun
            if ended.payload is not None:
                call.answered.add(ended.payload)
            return ended

        rules = self.book.of(call.path)
        if not rules:
            return await forward(payload)
        try:
            return await play(call, rules, payload, forward)
        except DroppedError:
            return self._dropped(call)
        except Exception as error:  # noqa: BLE001 - whatever an operator of somebody else raises
            return broken_rule(call, error)

    async def _stream(self, path: str, context: Context) -> None:
        call = await self._arrived(path, context)
        call.streaming = True
        try:
            ended = await self._streamed(call, context)
            await finish(call, context, ended)
        except asyncio.CancelledError:
            given_up(call, context)
            raise
        finally:
            self._over(call)

    async def _streamed(self, call: Passing, context: Context) -> CallEnd:
        try:
            return await pass_stream(call, self.upstream, self.book.of(call.path), context, remaining(context))
        except DroppedError:
            return self._dropped(call)
        except Exception as error:  # noqa: BLE001 - whatever an operator of somebody else raises
            return broken_rule(call, error)

    async def _arrived(self, path: str, context: Context) -> Passing:
        while self._backlog() > _BACKLOG:  # noqa: ASYNC110 - what is waited for happens in a thread
            await asyncio.sleep(_MOMENT)
        metadata = pairs(context.invocation_metadata())
        sdk = self._names.of(context.peer())
        return Passing(next(self._numbers), path, self._limit, context.peer(), metadata, sdk, remaining(context))

    def _dropped(self, call: Passing) -> CallEnd:
        """Break the connection; a client that is gone already, or that we cannot find, is told what happened."""
        call.cut = "dropped"
        reset(call.peer, self.port)
        return CallEnd(grpc.StatusCode.UNAVAILABLE, "milvus-tck proxy: a rule broke the connection")

    def _over(self, call: Passing) -> None:
        call.seconds = time.perf_counter() - call.began
        self._done(call)


def remaining(context: Context) -> float | None:
    """Return the seconds that the client will still wait; `None` where it named no deadline."""
    left = context.time_remaining()
    return None if left is None or left > _ENDLESS else max(left, 0.0)


async def finish(call: Passing, context: Context, ended: CallEnd) -> bytes:
    """Give the client the end of the call."""
    call.ended = ended
    if ended.code is not grpc.StatusCode.OK:
        await context.abort(ended.code, ended.details, ended.trailers)
    if ended.trailers:
        context.set_trailing_metadata(ended.trailers)
    if ended.details:
        context.set_details(ended.details)
    return ended.payload or b""


def given_up(call: Passing, context: Context) -> None:
    """Note that the client, or its deadline, ended the call."""
    late = call.deadline is not None and (remaining(context) or 0) <= _ROUNDED * call.deadline
    call.cut = call.cut or ("deadline" if late else "cancelled")
    code = grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED
    call.ended = call.ended or CallEnd(code, "the client did not wait for the end")


def broken_rule(call: Passing, error: Exception) -> CallEnd:
    """End the call where a rule raised: that is a mistake of its writer, and must not look like the server's."""
    call.cut = "rule-error"
    return CallEnd(grpc.StatusCode.INTERNAL, f"milvus-tck proxy: a rule raised {type(error).__name__}: {error}")
