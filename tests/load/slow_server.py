"""A gRPC server whose latency law is known: `python slow_server.py` prints its port.

Each call takes a lognormal time (median 2 ms, sigma 0.4); for half a second of every five, on the
monotonic clock, nothing is answered. When its standard input closes it prints, as one line of JSON,
when each call came and when it was answered, in seconds: what the machine made of the law.
"""

import asyncio
import json
import random
import sys
import time

import grpc.aio

from milvus_tck.wire import messages as m

PERIOD, STALL = 5.0, 0.5
_MEDIAN, _SIGMA = 0.002, 0.4


def answer(rpc: str) -> bytes:
    """Return what every call to an RPC is answered with."""
    return m.GetVersionResponse(version="v2.3.5").SerializeToString() if rpc == "GetVersion" else b""


class Slow(grpc.GenericRpcHandler):
    """Answers everything, late."""

    def __init__(self) -> None:
        self._random = random.Random(1)  # noqa: S311 - a law, not a secret
        #: When each call came, and when it was answered, in the order in which they came.
        self.calls: list[list[float]] = []

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Find a method: all are alike."""
        rpc = handler_call_details.method.rpartition("/")[2]

        async def late(_request: bytes, _context: object) -> bytes:
            came = time.monotonic()
            told = [came, came]
            self.calls.append(told)
            phase = came % PERIOD
            stalled = STALL - phase if phase < STALL else 0.0
            await asyncio.sleep(stalled + self._random.lognormvariate(0, _SIGMA) * _MEDIAN)
            told[1] = time.monotonic()
            return answer(rpc)

        return grpc.unary_unary_rpc_method_handler(late)


async def serve() -> None:
    """Serve until the standard input closes."""
    slow = Slow()
    server = grpc.aio.server(handlers=[slow])
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)  # noqa: T201 - whoever started us reads it
    await server.start()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop(None)
    print(json.dumps(slow.calls), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    asyncio.run(serve())
