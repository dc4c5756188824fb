"""A pool of forked calls: some side by side, each with a time of its own, and none left behind.

with closing(ForkPool(processes=2, within=60).ended(calls)) as ended:
    for name, end in ended:  # calls are pairs of a name and a function
        end.value
"""

import select
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from milvus_tck.mutants.code.forked_call import ForkedCall, ForkError, ProcessEndedError

__all__ = ["ForkEnd", "ForkPool"]

Name = TypeVar("Name")
Value = TypeVar("Value")

#: Seconds between two looks at the time that calls have taken.
_LOOK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class ForkEnd(Generic[Value]):
    """How a call ended: with a value, or with one of two reasons why there is none."""

    value: Value | None = None
    #: The process was ended before its call was: by a signal, or because its time was over.
    ended: str = ""
    #: The call raised: a fault of the harness, for whatever is judged in it is caught there.
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ForkPool:
    """Makes calls in processes of their own."""

    #: How many go on at once.
    processes: int
    #: Seconds of the clock after which a call is ended, whatever it is at.
    within: float

    def ended(
        self, calls: Iterable[tuple[Name, Callable[[], Value]]]
    ) -> Generator[tuple[Name, ForkEnd[Value]], None, None]:
        """Make calls, and yield how each ended as it does; the next one is taken only when there is room for it.

        Processes that go on when the iterator is closed, or interrupted, are ended.
        """
        waiting, running = iter(calls), list[tuple[ForkedCall, Name]]()
        try:
            more = True
            while more or running:
                while more and len(running) < self.processes:
                    following = next(waiting, None)
                    more = following is not None
                    if following is not None:
                        running.append((ForkedCall(following[1]), following[0]))
                call: ForkedCall
                end: ForkEnd[Value]
                for call, end in self._ends([call for call, _ in running]):
                    name = next(name for each, name in running if each is call)
                    running = [(each, other) for each, other in running if each is not call]
                    yield name, end
        finally:
            for call, _ in running:
                call.kill()

    def _ends(self, running: list[ForkedCall]) -> Iterator[tuple[ForkedCall, ForkEnd[Value]]]:
        """Wait for one of some calls, or for the time at which one is ended."""
        ready, _, _ = select.select(running, [], [], _LOOK_EVERY)
        for call in running:
            if call in ready and call.take():
                yield call, _end(call)
            elif time.monotonic() - call.started > self.within:
                call.kill()
                yield call, ForkEnd(ended=f"ended after {self.within:g} s")


def _end(call: ForkedCall) -> ForkEnd[Value]:
    try:
        return ForkEnd(call.result())
    except ProcessEndedError as error:
        return ForkEnd(ended=str(error))
    except ForkError as error:
        return ForkEnd(fault=str(error))
