"""One call on its way through the proxy, as bytes."""

import time
from dataclasses import dataclass, field

import grpc

from milvus_tck.wire.descriptors import SERVICE

__all__ = ["CallEnd", "Metadata", "Passing", "Traffic", "rpc_of"]

#: Keys and values beside messages, in order, as gRPC gives them; values of `-bin` keys are bytes.
Metadata = tuple[tuple[str, str | bytes], ...]

_PREFIX = f"/{SERVICE}/"


def rpc_of(path: str) -> str:
    """Return the name of an RPC of the service; a path of another service stays as it is."""
    return path.removeprefix(_PREFIX)


@dataclass(slots=True)
class Traffic:
    """The messages of one direction; what goes beyond `limit` bytes is counted and not kept."""

    limit: int
    kept: list[bytes] = field(default_factory=list)
    #: Sizes of the messages that were not kept.
    too_large: list[int] = field(default_factory=list)
    count: int = 0
    size: int = 0

    def add(self, payload: bytes) -> None:
        """Take in one message."""
        self.count += 1
        self.size += len(payload)
        if self.size <= self.limit:
            self.kept.append(payload)
        else:
            self.too_large.append(len(payload))


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a call ended: at the server, or where a rule or the network ended it."""

    code: grpc.StatusCode
    details: str = ""
    initial: Metadata = ()
    trailers: Metadata = ()
    #: The answer of a unary call; `None` where it ended without one.
    payload: bytes | None = None


@dataclass(slots=True)
class Passing:
    """One call, filled in while it passes; nobody changes it after it ended."""

    number: int
    path: str
    #: What passes is kept up to this many bytes in each direction.
    limit: int
    peer: str = ""
    metadata: Metadata = ()
    #: What the client called itself on that connection: `Python 2.6.17`; empty before it said so.
    sdk: str = ""
    #: Seconds that the client would wait, as of its arrival; `None` where it named no deadline.
    deadline: float | None = None
    streaming: bool = False
    #: Seconds since the epoch.
    at: float = field(default_factory=time.time)
    began: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    #: Seconds spent at the server, `None` where the call did not get that far.
    upstream_seconds: float | None = None
    #: What the client sent, what the server was sent, what it answered, what the client was given.
    sent: Traffic = field(init=False)
    forwarded: Traffic = field(init=False)
    answered: Traffic = field(init=False)
    given: Traffic = field(init=False)
    ended: CallEnd | None = None
    #: What ended the call early: `cancelled`, `deadline`, `dropped` or `upstream-away`; empty for an ordinary end.
    cut: str = ""
    #: Rules that took effect, in order.
    rules: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sent, self.forwarded = Traffic(self.limit), Traffic(self.limit)
        self.answered, self.given = Traffic(self.limit), Traffic(self.limit)

    @property
    def rpc(self) -> str:
        """The RPC's name, or the whole path of a foreign one."""
        return rpc_of(self.path)

    @property
    def weight(self) -> int:
        """Bytes that it keeps in memory."""
        kept = (self.sent, self.forwarded, self.answered, self.given)
        whole = len(self.ended.payload or b"") if self.ended is not None and self.given.too_large else 0
        return sum(min(each.size, each.limit) for each in kept) + whole
