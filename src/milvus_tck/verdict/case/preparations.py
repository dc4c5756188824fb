"""Preparations: things that many tests read and none changes: prepared once, in parallel.

A `SharedFixture` says how a thing is made (a collection with data, indexed and loaded, say).
`Preparations` makes each one when it is first wanted, in a thread of its own, and again
after the target came back with fresh data.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.stops import Blocked, Faulted, Stop, TargetDied, Unsupported

__all__ = ["SHARED", "Preparations", "SharedFixture", "SharedName", "share"]

#: How often a thing is prepared at most, where the transport fails each time.
_ATTEMPTS = 4
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class SharedFixture(Generic[Thing]):
    """Something that is prepared once for many tests, which must not change it."""

    name: str
    prepare: Callable[[Case], Thing]


#: Every shared thing by name.
SHARED: dict[str, SharedFixture[Any]] = {}


def share(prepare: Callable[[Case], Thing]) -> SharedFixture[Thing]:
    """Declare what a function prepares under the name of the function.

    Raises `ValueError` where another function has that name already: tests of both families would get one thing.
    """
    name = prepare.__name__
    known = SHARED.get(name)
    if known is not None and _place(known.prepare) != _place(prepare):
        there, here = known.prepare.__module__, prepare.__module__
        message = (
            f"two things that tests share are called {name!r}: in {there} and in {here}; "
            f"name one of them by its family, such as {here.rpartition('.')[2]}_{name}"
        )
        raise ValueError(message)
    SHARED[name] = thing = SharedFixture(name, prepare)
    return thing


def _place(function: Callable[..., object]) -> tuple[str, str]:
    return function.__module__, function.__qualname__


class SharedName(str):
    """The name of a shared thing, as a parameter of a test: the test gets the thing, another one in each row."""

    __slots__ = ()


@dataclass
class Preparations:
    """The shared things of one run."""

    run: RunContext
    workers: int = 32
    #: What was said to the target to make each thing, by name.
    exchanges: dict[str, list[Exchange]] = field(default_factory=dict)
    _futures: dict[str, Future[Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="prepare")

    def start(self, shared: SharedFixture[Any]) -> Future[Any]:
        """Begin to prepare a thing, unless that was begun already."""
        with self._lock:
            if shared.name not in self._futures:
                self._futures[shared.name] = self._pool.submit(self._prepare, shared)
            return self._futures[shared.name]

    def get(self, shared: SharedFixture[Thing]) -> Thing:
        """Return a prepared thing; raises a `Stop` where it could not be prepared."""
        thing: Thing = self.start(shared).result()
        return thing

    def _prepare(self, shared: SharedFixture[Thing]) -> Thing:
        for attempt in range(1, _ATTEMPTS):
            with suppress(Faulted):  # which says nothing: it is prepared again, under other names
                return self._prepared(shared, attempt)
        return self._prepared(shared, _ATTEMPTS)

    def _prepared(self, shared: SharedFixture[Thing], attempt: int) -> Thing:
        case = Case.of(self.run, f"prepare_{shared.name}", (), attempt)
        self.exchanges[shared.name] = case.exchanges
        try:
            return shared.prepare(case)
        except TargetDied:
            raise
        except Unsupported as stop:
            raise Unsupported(stop.rpc, f"{shared.name}: {stop}", preparing=shared.name) from stop
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
