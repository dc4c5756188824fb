"""Transport: the interface of each: one unary RPC, bytes in and bytes out.

An engine sees no more than this:

- `call(path, payload, deadline)` waits in its greenlet and returns `(code, details, body)`;
- `submit(path, payload, deadline, done)` returns at once and calls `done(code, details, body)`
  later, from the hub: no greenlet is needed for a call in flight, which is what an open
  loop wants. `done` must not block. Exactly one `done` follows each `submit`, never before
  it returned; after `cancel()` of what it returned, none does.

`path` is `/package.Service/Method`. `payload` is the serialized request: bytes, or a list of
buffers that are sent one behind the other without being copied together (as
`milvus_tck.wire.encode_insert` gives them); the buffers must stay as they are until the call
ended. `deadline` counts in seconds from now; it goes to the server as `grpc-timeout` and is
kept here as well; `math.inf` sets none. Take the same number again and again, not what is
left of some larger span: the header is built once for each.

`code` is the number of the gRPC status (`CODES` gives its name), `details` its message,
`body` the serialized response, empty unless the code is 0. Nothing that a server does raises.
What the client itself finds out has a code too, with the meaning that every gRPC client gives
it: UNAVAILABLE for a connection that cannot be had or was lost, DEADLINE_EXCEEDED for our own
clock, INTERNAL for a reply that breaks the protocol, CANCELLED after `close()`.

After a connection could not be made, calls end with UNAVAILABLE at once until the next attempt
is due (0.1 s at first, at most 1 s): whoever calls in a closed loop has to slow down by itself.

A transport belongs to the thread, and the process, that made it: make it after a fork.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

__all__ = ["CODES", "Answer", "Done", "Payload", "Pending", "Transport", "TransportStats"]

#: A request: bytes, or buffers to be sent one behind the other.
Payload: TypeAlias = bytes | Sequence[bytes | memoryview]
#: gRPC code, details, serialized response.
Answer: TypeAlias = tuple[int, str, bytes]
#: Told of the answer.
Done: TypeAlias = Callable[[int, str, bytes], object]

#: Name of each gRPC code; the number is the place.
CODES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransportStats:
    """What happened to the connections of a transport so far."""

    #: Connections that were made, the first ones included.
    opened: int = 0
    #: Attempts to make one that failed.
    refused: int = 0
    #: Connections that ended without being asked to.
    lost: int = 0
    #: Connections that the server drained with GOAWAY.
    drained: int = 0
    #: Calls that a server had not begun when it turned them away, and that were sent once more.
    retried: int = 0

    def __add__(self, other: "TransportStats") -> "TransportStats":
        return TransportStats(
            self.opened + other.opened,
            self.refused + other.refused,
            self.lost + other.lost,
            self.drained + other.drained,
            self.retried + other.retried,
        )


class Pending(Protocol):
    """A call in flight."""

    def cancel(self) -> None:
        """Give it up: the server is told, and `done` is not called any more."""


class Transport(Protocol):
    """Unary RPCs to one endpoint; see the module."""

    def call(self, path: str, payload: Payload, deadline: float) -> Answer:
        """Make one call and wait for its end; a greenlet that is killed meanwhile cancels it."""

    def submit(self, path: str, payload: Payload, deadline: float, done: Done) -> Pending:
        """Begin one call and return."""

    def in_flight(self) -> int:
        """Count the calls that have begun and not ended."""

    def stats(self) -> TransportStats:
        """Tell what happened to the connections so far."""

    def close(self) -> None:
        """Give up every connection: what is in flight, and what comes later, ends with CANCELLED."""
