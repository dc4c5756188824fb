"""A run: what all tests share while they judge one target."""

import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.http.plain import plainly
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.case.concurrency_limit import AdaptiveLimit
from milvus_tck.verdict.case.wire_log import WireLog
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.leftovers.objects import PREFIX, run_of
from milvus_tck.verdict.witnesses.credibility import ALONE, Standing
from milvus_tck.wire.descriptors import HTTP

__all__ = ["PREFIX", "Guard", "RunContext", "Waiting", "run_of"]

_SLUG = 20


class Guard(Protocol):
    """Knows whether the target is still there."""

    def lost(self, exchange: Exchange) -> bool:
        """Tell, after an exchange, whether the target went away."""

    def revive(self) -> bool:
        """Kill the target without warning, and start it again on its data; False where it does not come back."""


@dataclass
class Waiting:
    """What calls spent waiting for the target, added over all threads and instances."""

    seconds: float = 0.0
    calls: int = 0
    #: Calls that got no answer because the transport failed, by the fault.
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Noted:
    """What a run takes note of over one binding."""

    contract: WireLog = field(default_factory=WireLog)
    lacking: set[str] = field(default_factory=set)
    #: The target was killed and did not come back on its data: nobody tries that again.
    buried: bool = False
    standing: Standing = ALONE


@dataclass
class RunContext:
    """One run against one target, as it goes over one binding."""

    id: str
    profile: Profile
    #: The choke point of each binding that the run goes over, by name.
    exchangers: Mapping[str, Exchanger]
    guard: Guard
    ledger: Ledger
    seed: int
    strict: bool = False
    #: Seconds that explorations may take; 0 for as many as they take in every check.
    explore: float = 0.0
    #: What calls travel over.
    binding: str = GRPC
    #: Whether HTTP itself is what they are about: RPCs travel over gRPC then, to be held against what HTTP says.
    itself: bool = False
    #: What is said and met with over each binding, by name.
    notes: dict[str, Noted] = field(default_factory=dict)
    #: Waits; replaced where time does not pass.
    pause: Callable[[float], None] = time.sleep
    #: Set when everything in flight has to end now.
    ending: threading.Event = field(default_factory=threading.Event)
    #: How many tests its target bears at once; `None` where they run one by one.
    pace: AdaptiveLimit | None = None
    waiting: Waiting = field(default_factory=Waiting)
    #: Seconds that a test waits at most for what takes its time.
    patience: float = float("inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def prefix(self) -> str:
        """What every name of the run starts with."""
        return f"{PREFIX}{self.id}_"

    @property
    def waited(self) -> float:
        """Seconds that calls of the run spent waiting for the target, added over all threads and instances."""
        return self.waiting.seconds

    @property
    def exchanger(self) -> Exchanger:
        """The choke point of its binding."""
        found = self.exchangers[self.binding]
        return replace(found, binding=plainly(found.binding)) if self.itself else found

    @property
    def noted(self) -> Noted:
        """What is noted over its binding, by all who go over it."""
        with self._lock:
            return self.notes.setdefault(self.binding, Noted())

    @property
    def contract(self) -> WireLog:
        """What every answer of the run said about the wire contract."""
        return self.noted.contract

    @property
    def lacking(self) -> set[str]:
        """RPCs that were met with UNIMPLEMENTED."""
        return self.noted.lacking

    @property
    def standing(self) -> Standing:
        """Which witnesses are believed."""
        return self.noted.standing

    def on_instance(self, exchangers: Mapping[str, Exchanger], guard: Guard) -> "RunContext":
        """Return the same run on another instance of the target; what is noted is noted for both."""
        return replace(self, exchangers=exchangers, guard=guard, pace=None)

    def for_binding(self, binding: str, *, itself: bool = False) -> "RunContext":
        """Return the same run over a binding: `run.for_binding("http-v2", itself=True)`."""
        if (binding, itself) == (self.binding, self.itself):
            return self
        return replace(self, binding=binding, itself=itself)

    def noting(self, **changes: Any) -> "RunContext":  # noqa: ANN401 - of `Noted`
        """Return the same run with other notes of its binding: `run.noting(standing=ALONE)`."""
        return replace(self, notes={**self.notes, self.binding: replace(self.noted, **changes)})

    def slug(self, test: str, attempt: int = 1) -> str:
        """Write a test's name as a short, unique part of an object's name, the same in every run."""
        named = test if attempt == 1 else f"{test} {attempt}"
        tail = test.rpartition("::")[2].removeprefix("test_")
        words = re.sub(r"[^0-9a-z]+", "_", tail.lower())[:_SLUG].strip("_")
        return f"{words}_{zlib.crc32(named.encode()):08x}_"

    def disturbed(self, fault: str) -> None:
        """Take note of a fault of transport."""
        with self._lock:
            self.waiting.faults[fault] += 1

    def watch(self, exchange: Exchange) -> None:
        """Take note of an exchange, whoever made it."""
        noted = self.noted
        with self._lock:
            self.waiting.seconds += exchange.seconds
            self.waiting.calls += 1
            if self.pace is not None:
                self.pace.note(exchange.seconds)
            if exchange.rpc != HTTP and exchange.via.binding == self.binding:
                noted.contract.add(exchange)  # what travelled beside the run's own binding says nothing of that
            if exchange.rpc != HTTP and exchange.grpc_code == "UNIMPLEMENTED":
                noted.lacking.add(exchange.rpc)
