"""A run: what all tests share while they judge one target."""

import re
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.bindings.http_plain import plainly
from milvus_tck.bindings.outcome import Exchange
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.contract_log import ContractLog
from milvus_tck.verdict.judgement import GRPC
from milvus_tck.verdict.ledger import Ledger
from milvus_tck.verdict.pace import Pace
from milvus_tck.verdict.standing import ALONE, Standing
from milvus_tck.verdict.things import PREFIX, run_of
from milvus_tck.wire.descriptors import HTTP

__all__ = ["PREFIX", "Guard", "Run", "Waiting", "run_of"]

_SLUG = 20


class Guard(Protocol):
    """Knows whether the target is still there."""

    def lost(self, exchange: Exchange) -> bool:
        """Tell, after an exchange, whether the target went away."""


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

    contract: ContractLog = field(default_factory=ContractLog)
    lacking: set[str] = field(default_factory=set)
    standing: Standing = ALONE


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
    #: The choke points of bindings beside that of `exchanger`, by name.
    others: Mapping[str, Exchanger] = field(default_factory=dict)
    #: What was said and met with over each of them.
    noted: dict[str, Noted] = field(default_factory=dict)
    #: Seconds that a test waits at most for what takes its time.
    patience: float = float("inf")
    #: Which witnesses are believed.
    standing: Standing = ALONE
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def prefix(self) -> str:
        """What every name of the run starts with."""
        return f"{PREFIX}{self.id}_"

    @property
    def waited(self) -> float:
        """Seconds that calls of the run spent waiting for the target, added over all threads and instances."""
        return self.waiting.seconds

    def beside(self, exchanger: Exchanger, guard: Guard, others: Mapping[str, Exchanger] | None = None) -> "Run":
        """Return the same run on another instance of the target; what is noted is noted for both."""
        return replace(
            self, exchanger=exchanger, guard=guard, pace=None, others=self.others if others is None else others
        )

    def over(self, binding: str, *, plain: bool = False) -> "Run":
        """Return the same run over another binding, with notes of its own about what is said there.

        In a `plain` one HTTP is what it is about, so RPCs travel over gRPC, to be held against what HTTP says.
        """
        if binding == GRPC:
            return self
        noted = self.note(binding)
        exchanger = self.others[binding]
        if plain:
            exchanger = replace(exchanger, binding=plainly(exchanger.binding))
        return replace(
            self, exchanger=exchanger, contract=noted.contract, lacking=noted.lacking, standing=noted.standing
        )

    def note(self, binding: str) -> Noted:
        """Return what is noted of another binding than gRPC."""
        with self._lock:
            return self.noted.setdefault(binding, Noted())

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
        with self._lock:
            self.waiting.seconds += exchange.seconds
            self.waiting.calls += 1
            if self.pace is not None:
                self.pace.note(exchange.seconds)
            if exchange.rpc != HTTP and (exchange.via is None) == (self.exchanger.binding.name == GRPC):
                self.contract.add(exchange)  # what travelled beside the run's own binding says nothing of that
            if exchange.rpc != HTTP and exchange.grpc_code == "UNIMPLEMENTED":
                self.lacking.add(exchange.rpc)
