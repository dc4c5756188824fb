"""Limits: what a client may take of the gateway's memory and time."""

from dataclasses import dataclass

__all__ = ["RequestLimits"]

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Sizes in bytes, times in seconds; what goes beyond is refused, and the gateway goes on."""

    #: One body.
    body: int = 32 * _MEGABYTE
    #: One body of YAML, which takes a hundred times as long to read as JSON.
    yaml: int = 128 << 10
    #: All bodies that are being read or answered.
    bodies: int = 256 * _MEGABYTE
    #: The head of a request: its first line and all headers.
    head: int = 64 << 10
    #: Requests at a time.
    requests: int = 256
    #: Connections at a time, busy or not.
    connections: int = 1024
    #: Until the head of a request is there, from its first byte or from the connection on.
    head_seconds: float = 10.0
    #: Until the body is there, from the head on.
    body_seconds: float = 60.0
    #: A client may stop reading an answer.
    stalled_seconds: float = 60.0
    #: A connection may stand unused after an answer.
    idle_seconds: float = 60.0
    #: A call may take, where the request says nothing.
    call_seconds: float = 60.0
