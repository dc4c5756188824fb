"""Calls of many messages, and calls of services that we do not know: passed message by message."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import grpc
import grpc.aio

from milvus_tck.proxy.book import ActiveRule, play
from milvus_tck.proxy.passing import Ended, Passing
from milvus_tck.proxy.upstream import Stream, Upstream, ending_of, pairs

__all__ = ["pass_stream"]

Context = grpc.aio.ServicerContext[bytes, bytes]


async def pass_stream(
    call: Passing, upstream: Upstream, rules: tuple[ActiveRule, ...], context: Context, left: float | None
) -> Ended:
    """Pass messages in both directions until the server ends the call; raises `DroppedError`.

    Rules look at the first message of the client and at the end of the call; the messages
    of a streamed answer pass as they are.
    """
    requests = _requests(call, context)
    if not rules:
        return await _relay(call, upstream, requests, context, left)
    first = await anext(requests, None)

    async def forward(request: bytes) -> Ended:
        begun = _begun(requests, None if first is None else request)
        return await _relay(call, upstream, begun, context, left)

    ended = await play(call, rules, first or b"", forward)
    if ended.payload is not None:
        await context.write(ended.payload)
        call.given.add(ended.payload)
    return ended


async def _relay(
    call: Passing, upstream: Upstream, requests: AsyncIterator[bytes], context: Context, left: float | None
) -> Ended:
    begun = time.perf_counter()
    stream = upstream.stream(call, left)
    up = asyncio.create_task(_up(call, requests, stream))
    try:
        return await _down(call, stream, context, upstream.address)
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


async def _down(call: Passing, stream: Stream, context: Context, address: str) -> Ended:
    """Pass on what the server answers: its initial metadata, every message, its end."""
    try:
        initial = pairs(await stream.initial_metadata())
        if initial:
            await context.send_initial_metadata(initial)
        while isinstance(message := await stream.read(), bytes):
            call.answered.add(message)
            await context.write(message)
            call.given.add(message)
    except grpc.aio.AioRpcError as error:
        return ending_of(error, address, call)
    trailers, details = pairs(await stream.trailing_metadata()), await stream.details()
    return Ended(grpc.StatusCode.OK, details or "", initial, trailers)
