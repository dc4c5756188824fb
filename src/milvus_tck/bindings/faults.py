"""Faults of transport: the call ended, and what ended it is no answer of the target.

A connection that broke, a stream that was reset, a proxy that reached nobody, an answer that
did not come in time: none of them refuses anything, and none of them breaks a promise.
What a server says by a gRPC code (UNIMPLEMENTED, INVALID_ARGUMENT, UNAUTHENTICATED …) is an answer.
"""

import re
from typing import Any

from milvus_tck.bindings.exchange_values import Exchange, Reply, Via
from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import HttpRequest, HttpResponse

__all__ = ["DEADLINE", "TRANSIENT", "fault_of", "only_reads", "send_again"]

DEADLINE = "DEADLINE_EXCEEDED"
#: Codes that a server does not choose to say what it thinks of a request.
TRANSIENT = frozenset({"UNAVAILABLE", "CANCELLED"})
#: How grpcio tells of a stream or a connection that broke, whatever code that is mapped to.
_BROKEN = re.compile(
    r"\bRST_STREAM\b|\bGOAWAY\b|^Stream removed|^Socket closed|^Connection reset by peer", re.IGNORECASE
)
#: Statuses of whoever stands before a server and did not reach it, or not in time.
_GATEWAY = {502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: DEADLINE}


def fault_of(exchange: Exchange) -> str:
    """Name the fault that ended a call: a gRPC code, or `RST_STREAM`; empty where the target answered."""
    code = exchange.grpc_code
    if isinstance(exchange.response, HttpResponse):
        return _of_plain(exchange.via, exchange.response)
    if code == DEADLINE or code in TRANSIENT:
        return code
    broken = code != "OK" and not exchange.via.request and _BROKEN.search(exchange.grpc_details)
    return "RST_STREAM" if broken else ""


def _of_plain(via: Via, response: HttpResponse) -> str:
    """Name the fault behind an answer of HTTP; one with `grpc-status` is a gateway's own word, that can be judged."""
    status = via.status if via.request else response.status
    return "" if "grpc-status" in response.headers else _GATEWAY.get(status, "")


def only_reads(call: Call[Any] | Exchange) -> bool:
    """Tell whether a call changes nothing, so that it can be made again where nobody knows whether it arrived."""
    if isinstance(call.request, HttpRequest):
        return call.request.method in _SAFE
    known = rpcs().get(call.rpc)
    return known is not None and known.reads


#: Methods of HTTP that only read.
_SAFE = {"GET", "HEAD", "OPTIONS"}


def send_again(binding: Binding, rpc: str, payload: bytes, seconds: float) -> Reply:
    """Send what only reads, again where the transport failed, a few times; the last reply is returned."""
    for _ in range(_TIMES - 1):
        reply = binding.send(rpc, payload, seconds)
        if reply.code not in TRANSIENT:
            return reply
    return binding.send(rpc, payload, seconds)


_TIMES = 3
