"""A run: what all tests share while they judge one target."""

import re
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.bindings.outcome import Exchange
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.contract_log import ContractLog
from milvus_tck.verdict.ledger import Ledger
from milvus_tck.verdict.pace import Pace

__all__ = ["PREFIX", "Guard", "Run", "Waiting", "run_of"]

#: How the name of every object that we create starts.
PREFIX = "tck_"
_NAME = re.compile(r"tck_([0-9a-z]{6})_", re.IGNORECASE)
_SLUG = 20


def run_of(name: str) -> str | None:
    """Return the run that an object belongs to by its name; `None` if it is not ours."""
    found = _NAME.search(name[: len(PREFIX) + 12])
    return found.group(1).lower() if found else None


class Guard(Protocol):
    """Knows whether the target is still there."""

    def lost(self, exchange: Exchange) -> bool:
        """Tell, after an exchange, whether the target went away."""


@dataclass
class Waiting:
    """What calls spent waiting for the target, added over all threads and instances."""

    seconds: float = 0.0
    calls: int = 0


@dataclass
class Run:
    """One run against one target."""

    id: str
    profile: Profile
    exchanger: Exchanger
    guard: Guard
    ledger: Ledger
    seed: int
    strict: bool = False
    #: What every answer of the run said about the wire contract.
    contract: ContractLog = field(default_factory=ContractLog)
    #: Waits; replaced where time does not pass.
    pause: Callable[[float], None] = time.sleep
    #: Set when everything in flight has to end now.
    ending: threading.Event = field(default_factory=threading.Event)
    #: How many tests its target bears at once; `None` where they run one by one.
    pace: Pace | None = None
    #: RPCs that were met with UNIMPLEMENTED.
    lacking: set[str] = field(default_factory=set)
    waiting: Waiting = field(default_factory=Waiting)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def prefix(self) -> str:
        """What every name of the run starts with."""
        return f"{PREFIX}{self.id}_"

    @property
    def waited(self) -> float:
        """Seconds that calls of the run spent waiting for the target, added over all threads and instances."""
        return self.waiting.seconds

    def beside(self, exchanger: Exchanger, guard: Guard) -> "Run":
        """Return the same run on another instance of the target; what is noted is noted for both."""
        return replace(self, exchanger=exchanger, guard=guard, pace=None)

    def slug(self, test: str) -> str:
        """Write a test's name as a short, unique part of an object's name, the same in every run."""
        tail = test.rpartition("::")[2].removeprefix("test_")
        words = re.sub(r"[^0-9a-z]+", "_", tail.lower())[:_SLUG].strip("_")
        return f"{words}_{zlib.crc32(test.encode()):08x}_"

    def watch(self, exchange: Exchange) -> None:
        """Take note of an exchange, whoever made it."""
        with self._lock:
            self.waiting.seconds += exchange.seconds
            self.waiting.calls += 1
            if self.pace is not None:
                self.pace.note(exchange.seconds)
            self.contract.add(exchange)
            if exchange.grpc_code == "UNIMPLEMENTED":
                self.lacking.add(exchange.rpc)
