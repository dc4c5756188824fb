"""Things that many tests read and none changes: prepared once, in parallel.

A `Shared` says how a thing is made (a collection with data, indexed and loaded, say).
`Preparations` makes each one when it is first wanted, in a thread of its own, and again
after the target came back with fresh data.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from milvus_tck.bindings.outcome import Exchange
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.stops import Blocked, Faulted, Stop, TargetDied

__all__ = ["SHARED", "Preparations", "Shared"]

#: How often a thing is prepared at most, where the transport fails each time.
_ATTEMPTS = 4
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Shared(Generic[Thing]):
    """Something that is prepared once for many tests, which must not change it."""

    name: str
    prepare: Callable[[Case], Thing]

    def __post_init__(self) -> None:
        SHARED[self.name] = self


#: Every shared thing by name.
SHARED: dict[str, "Shared[Any]"] = {}


@dataclass
class Preparations:
    """The shared things of one run."""

    run: Run
    workers: int = 32
    #: What was said to the target to make each thing, by name.
    exchanges: dict[str, list[Exchange]] = field(default_factory=dict)
    _futures: dict[str, Future[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="prepare")

    def start(self, shared: Shared[Any]) -> Future[Any]:
        """Begin to prepare a thing, unless that was begun already."""
        with self._lock:
            if shared.name not in self._futures:
                self._futures[shared.name] = self._pool.submit(self._prepare, shared)
            return self._futures[shared.name]

    def get(self, shared: Shared[Thing]) -> Thing:
        """Return a prepared thing; raises `Blocked` where it could not be prepared."""
        thing: Thing = self.start(shared).result()
        return thing

    def _prepare(self, shared: Shared[Thing]) -> Thing:
        for attempt in range(1, _ATTEMPTS):
            with suppress(Faulted):  # which says nothing: it is prepared again, under other names
                return self._prepared(shared, attempt)
        return self._prepared(shared, _ATTEMPTS)

    def _prepared(self, shared: Shared[Thing], attempt: int) -> Thing:
        case = Case(self.run, f"prepare_{shared.name}", checks=(), attempt=attempt)
        self.exchanges[shared.name] = case.exchanges
        try:
            return shared.prepare(case)
        except TargetDied:
            raise
        except Stop as stop:
            if isinstance(stop, Faulted) and attempt < _ATTEMPTS:
                raise
            raise Blocked(f"prepare:{shared.name}:{stop.signature}", f"{shared.name}: {stop}") from stop

    def forget(self) -> None:
        """Prepare everything anew from now on."""
        with self._lock:
            self._futures.clear()

    def close(self) -> None:
        """Stop preparing; what has begun comes to its end."""
        self._pool.shutdown(wait=True, cancel_futures=True)
