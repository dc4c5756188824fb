"""One worker's part in a run: it is told of each phase, plays it, and tells what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent
from gevent.event import Event

from milvus_tck.load.measure.series import Measured
from milvus_tck.load.operations.base import Flush, GetVersion, HasCollection, OperationRunner, ShowCollections
from milvus_tck.load.operations.composite import Connect, CreateDrop, Freshness
from milvus_tck.load.operations.connections import Connections
from milvus_tck.load.operations.known_searches import GroupSearch, HybridSearch, RangeSearch
from milvus_tck.load.operations.names import STOCKING
from milvus_tck.load.operations.reads import Query, Search
from milvus_tck.load.operations.workload import Workload
from milvus_tck.load.operations.write_log import WriteLog
from milvus_tck.load.operations.writes import Delete, Ingest, Insert, Stocking, Upsert
from milvus_tck.load.plan.scenario import INGEST, Operation, Phase
from milvus_tck.load.worker.client_cost import Cost, CpuClock, memory
from milvus_tck.load.worker.loops import Closed, Open, Share
from milvus_tck.load.worker.recorder import Recorder

__all__ = ["PhaseRunner"]

_TICK = 0.02
_LOOKS = 4
_FOLD = 1.0

_PLAIN: dict[str, Callable[[Operation, Workload], OperationRunner]] = {
    "get-version": GetVersion, "has-collection": HasCollection, "show-collections": ShowCollections,
    "flush": Flush,
}  # fmt: skip
_SEVERAL: dict[str, Callable[[Operation, Workload, Connections], OperationRunner]] = {
    "connect": Connect,
    "create-drop": CreateDrop,
}
_WRITES: dict[str, Callable[[Operation, Workload, WriteLog], OperationRunner]] = {
    INGEST: Ingest, "insert": Insert, "upsert": Upsert, "delete": Delete,
}  # fmt: skip
_READS: dict[str, Callable[[Operation, Workload, frozenset[int]], OperationRunner]] = {
    "search": Search, "query": Query, "range-search": RangeSearch, "group-search": GroupSearch,
    "hybrid-search": HybridSearch,
}  # fmt: skip


class PhaseRunner:
    """Plays the phases of one run in one worker."""

    def __init__(self, connections: Connections, fed: Callable[[Measured], object] = lambda _: None) -> None:
        """`fed` is told once a second of what was measured since the last time."""
        self.connections = connections
        self._fed = fed
        self.written = WriteLog()
        self.measured = Measured()
        self._phase: WorkerPhase | None = None
        self._wake = Event()
        self._users: list[object] = []

    # -- what the conductor says --------------------------------------------------------

    def prepare(self, workload: Workload, phase: Phase, share: int, shares: int, missing: frozenset[int]) -> None:
        """Make everything ready for a phase."""
        operation_runners = [self._operation_runner(each, workload, missing) for each in phase.operations]
        for each in operation_runners:
            each.prepare(share, shares)
        self._phase = WorkerPhase(self, workload, phase, operation_runners, share, shares)

    def _operation_runner(self, operation: Operation, workload: Workload, missing: frozenset[int]) -> OperationRunner:
        if operation.name.startswith(STOCKING):
            return Stocking(operation, workload, self.written)
        if operation.op in _PLAIN:
            return _PLAIN[operation.op](operation, workload)
        if operation.op in _WRITES:
            return _WRITES[operation.op](operation, workload, self.written)
        if operation.op in _SEVERAL:
            return _SEVERAL[operation.op](operation, workload, self.connections)
        if operation.op == "freshness":
            return Freshness(operation, workload, self.connections, self.written)
        return _READS[operation.op](operation, workload, missing)

    def go(self, start: float, origin: float, width: float) -> Cost:
        """Play the phase that was prepared, from `start` on, and wait for its end."""
        phase = self._phase
        assert phase is not None  # noqa: S101 - it was prepared
        phase.begin(start, origin, width, len(self._users))
        self._wake.set()
        try:
            return phase.finish()
        finally:
            self._wake.clear()
            self._phase = None

    def stop(self) -> None:
        """Let the phase end now."""
        if self._phase is not None:
            self._phase.stop()

    def broken_for(self) -> float:
        """Return for how many seconds nothing but broken connections came."""
        return self._phase.broken_for() if self._phase is not None else 0.0

    def take(self) -> Measured:
        """Hand over what was measured since the last time."""
        if self._phase is not None:
            self._phase.fold()
        taken, self.measured = self.measured, Measured()
        return taken

    def fed(self, measured: Measured) -> None:
        """Take in what a phase measured."""
        self.measured.merge(measured)
        self._fed(measured)

    # -- what users do ------------------------------------------------------------------

    def join(self, user: object) -> int:
        """Count a user in; returns its number."""
        self._users.append(user)
        return len(self._users) - 1

    def leave(self, user: object) -> None:
        """Count a user out."""
        if user in self._users:
            self._users.remove(user)

    def play(self, number: int) -> None:
        """Be a user for the length of one phase; waits until one begins."""
        self._wake.wait()
        phase = self._phase
        if phase is not None:
            phase.user(number)
            phase.over.wait()
        gevent.sleep(0)

    def close(self) -> None:
        """Give up the connections."""
        self.connections.close()


class WorkerPhase:
    """One phase in one worker."""

    def __init__(
        self,
        runner: PhaseRunner,
        workload: Workload,
        phase: Phase,
        operation_runners: list[OperationRunner],
        share: int,
        shares: int,
    ) -> None:
        self._runner, self._workload, self._phase, self._operation_runners = runner, workload, phase, operation_runners
        self._place = share, shares
        self._recorders: list[Recorder] = []
        self._open: list[Open] = []
        self._closed: list[Closed] = []
        self._users: dict[int, tuple[Closed, int, int]] = {}
        self._playing = 0
        self._quiet = Event()
        #: Set when all is over.
        self.over = Event()

    def begin(self, start: float, origin: float, width: float, users: int) -> None:
        """Set everything going."""
        share, shares = self._place
        self._width, self._origin = width, origin
        self._cost = Cost(share, self._phase.name)
        self._clock, self._lap = CpuClock(), CpuClock()
        own = Share(share, shares, self._workload.seed, start, self._phase.seconds)
        room = max(1, self._workload.scenario.in_flight // shares)
        for operation_runner in self._operation_runners:
            recorder = Recorder(operation_runner, origin, width)
            transport = self._runner.connections.of(operation_runner.codec)
            self._recorders.append(recorder)
            if operation_runner.operation.closed:
                count = operation_runner.operation.users or users * shares
                self._closed.append(Closed(operation_runner, recorder, transport, own, count))
            else:
                self._open.append(Open(operation_runner, recorder, transport, own, room))
        self._assign(users, share, shares)
        for each in self._open:
            each.start()
        self._ticker = gevent.spawn(self._tick)

    def _assign(self, users: int, share: int, shares: int) -> None:
        """Give each user of this worker the closed loop that is its own, and its number there."""
        left = [(each, each.operation_runner.operation.users or users * shares) for each in self._closed]
        for user in range(users):
            place = user * shares + share
            for loop, count in left:
                if place < count:
                    self._users[user] = (loop, place, count)
                    break
                place -= count
        here = {id(loop) for loop, _, _ in self._users.values()}
        # Work that has to be done is done, though locust gave this worker no user for it.
        alone = [
            (loop, count) for loop, count in left if id(loop) not in here and loop.operation_runner.operation.limit
        ]
        self._playing = len(self._users) + len(alone)
        for loop, count in alone:
            gevent.spawn(self._play, loop, 0, count)
        if not self._playing:
            self._quiet.set()

    def user(self, number: int) -> None:
        """Be a user in this phase."""
        found = self._users.pop(number, None)
        if found is None:
            return
        self._play(*found)

    def _play(self, loop: Closed, place: int, count: int) -> None:
        try:
            loop.run(place, count)
        finally:
            self._playing -= 1
            if not self._playing:
                self._quiet.set()

    def finish(self) -> Cost:
        """Wait for the end; return what it cost."""
        self._quiet.wait()
        for each in self._open:
            each.over.wait()
        self._ticker.kill()
        self._cost.cpu, self._cost.wall = self._clock.lap()
        for operation_runner in self._operation_runners:
            operation_runner.close()
        for each in self._open:
            each.close()
        while any(recorder.look(_LOOKS) for recorder in self._recorders):
            gevent.sleep(0)
        self.fold()
        self._cost.memory = memory()
        self.over.set()
        return self._cost

    def stop(self) -> None:
        """Begin nothing more."""
        for loop in self._closed:
            loop.stopped = True
        for each in self._open:
            each.stop()

    def _tick(self) -> None:
        """Look into answers a few at a time, and sum up once a second."""
        due = time.monotonic() + _FOLD
        while True:
            gevent.sleep(_TICK)
            for recorder in self._recorders:
                recorder.look(_LOOKS)
            now = time.monotonic()
            if now >= due:
                due = now + _FOLD
                self.fold()
                self._note_cost(now)

    def _note_cost(self, now: float) -> None:
        cpu, wall = self._lap.lap()
        used = cpu / wall if wall else 0.0
        self._cost.peak = max(self._cost.peak, used)
        self._cost.shares[int((now - self._origin) / self._width)] = round(used, 3)

    def fold(self) -> None:
        """Hand over what was measured since the last time."""
        measured = Measured()
        for recorder in self._recorders:
            measured.of(self._phase.name, recorder.operation_runner.operation.name).merge(recorder.take())
        self._runner.fed(measured)

    def broken_for(self) -> float:
        """Return for how many seconds nothing but broken connections came, of all operations."""
        since = [each.broken_since for each in self._recorders]
        return time.monotonic() - max(since) if since and all(since) else 0.0
