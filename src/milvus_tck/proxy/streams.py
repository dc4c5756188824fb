"""Calls of many messages, and calls of services that we do not know: passed message by message."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, cast

import grpc
import grpc.aio

from milvus_tck.proxy.origin import Origin, Stream, ending_of, pairs
from milvus_tck.proxy.rule_book import ActiveRule, play
from milvus_tck.proxy.unary_call import CallEnd, Passing

__all__ = ["pass_stream"]

Context = grpc.aio.ServicerContext[bytes, bytes]
#: What grpc.aio calls it when a message could not be written, which happens when the call is over.
_WRITE_FAILED = (grpc.StatusCode.INTERNAL, "Internal error from Core")


async def pass_stream(
    call: Passing, upstream: Origin, rules: tuple[ActiveRule, ...], context: Context, left: float | None
) -> CallEnd:
    """Pass messages in both directions until the server ends the call; raises `DroppedError`.

    Rules look at the first message of the client and at the end of the call; the messages
    of a streamed answer pass as they are.
    """
    requests = _requests(call, context)
    if not rules:
        return await _relay(call, upstream, requests, context, left)
    first = await anext(requests, None)

    async def forward(request: bytes) -> CallEnd:
        begun = _begun(requests, None if first is None else request)
        return await _relay(call, upstream, begun, context, left)

    ended = await play(call, rules, first or b"", forward)
    if ended.payload is not None:
        await context.write(ended.payload)
        call.given.add(ended.payload)
    return ended


async def _relay(
    call: Passing, upstream: Origin, requests: AsyncIterator[bytes], context: Context, left: float | None
) -> CallEnd:
    begun = time.perf_counter()
    stream = upstream.stream(call, left)
    endings = Endings(stream)
    up = asyncio.create_task(_up(call, requests, stream))
    try:
        return await _down(call, stream, context)
    except grpc.aio.AioRpcError:
        return ending_of(await endings.true_error(), upstream.address, call)
    finally:
        call.upstream_seconds = time.perf_counter() - begun
        stream.cancel()
        up.cancel()
        await asyncio.wait([up])


async def _requests(call: Passing, context: Context) -> AsyncIterator[bytes]:
    while isinstance(message := await context.read(), bytes):  # what ends the stream is no bytes
        call.sent.add(message)
        yield message


async def _begun(requests: AsyncIterator[bytes], first: bytes | None) -> AsyncIterator[bytes]:
    """Every request, the first one as rules left it."""
    if first is not None:
        yield first
    async for message in requests:
        yield message


async def _up(call: Passing, requests: AsyncIterator[bytes], stream: Stream) -> None:
    """Pass on what the client sends; a call that ends meanwhile says why in the other direction."""
    with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
        async for message in requests:
            call.forwarded.add(message)
            await stream.write(message)
        await stream.done_writing()


async def _down(call: Passing, stream: Stream, context: Context) -> CallEnd:
    """Pass on what the server answers: its initial metadata, every message, its end."""
    initial = pairs(await stream.initial_metadata())
    if initial:
        await context.send_initial_metadata(initial)
    while isinstance(message := await stream.read(), bytes):
        call.answered.add(message)
        await context.write(message)
        call.given.add(message)
    trailers, details = pairs(await stream.trailing_metadata()), await stream.details()
    return CallEnd(grpc.StatusCode.OK, details or "", initial, trailers)


class Endings:
    """How a call really ended.

    A server may end a call before it has read what we write. Our write fails then, and
    grpc.aio gives the call a status of its own for that, before or after it sets the one
    that the server sent. Those who wait for a call to be done are told of both.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._error: asyncio.Future[grpc.aio.AioRpcError] = asyncio.get_running_loop().create_future()
        stream.add_done_callback(self._done)

    def _done(self, _stream: object) -> None:
        error = _at_once(_error_of(self._stream))
        if not self._error.done() and (error.code(), error.details()) != _WRITE_FAILED:
            self._error.set_result(error)

    async def true_error(self) -> grpc.aio.AioRpcError:
        """Return the error that the server, or the connection, ended the call with."""
        return await self._error


async def _error_of(stream: Stream) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(
        await stream.code(),
        await stream.initial_metadata(),
        await stream.trailing_metadata(),
        await stream.details(),
        await cast("Any", stream).debug_error_string(),  # the stubs lack it
    )


def _at_once(nothing_to_wait_for: Coroutine[None, None, grpc.aio.AioRpcError]) -> grpc.aio.AioRpcError:
    """Run a coroutine whose every answer is there, before anything else happens."""
    try:
        nothing_to_wait_for.send(None)
    except StopIteration as returned:
        return cast("grpc.aio.AioRpcError", returned.value)
    raise AssertionError(nothing_to_wait_for)
