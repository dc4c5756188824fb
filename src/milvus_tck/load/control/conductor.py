"""The conductor: leads all workers through a scenario, phase by phase, and ends with an audit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import gevent

from milvus_tck.load.control.admin import Admin, LostError, RefusedError
from milvus_tck.load.control.audit import audit
from milvus_tck.load.control.locust_bridge import WorkerGroup, ingest_phase
from milvus_tck.load.control.run_outcome import PlayedPhase, RunOutcome
from milvus_tck.load.control.server_metrics import ServerWatch
from milvus_tck.load.measure.series import Series
from milvus_tck.load.operations.workload import Workload
from milvus_tck.load.plan.abilities import lacking
from milvus_tck.load.plan.default_objectives import judge_step
from milvus_tck.load.plan.objectives import Held
from milvus_tck.load.plan.scenario import Phase
from milvus_tck.load.plan.scenario_tables import RPCS
from milvus_tck.load.transports.base import Transport

__all__ = ["Conductor", "Telling"]

#: Told what is going on, in words.
Telling = Callable[[str], object]

#: Slots of a run at most: a longer run has longer slots, so that memory stays as it is.
_SLOTS: Final = 600
_TICK: Final = 0.5
#: Seconds of nothing but broken connections after which somebody looks whether the target is there.
_SUSPICIOUS: Final = 2.0
_GONE: Final = 4.0
#: Seconds that a phase may last longer than planned, beside the deadline of its requests.
_EXTRA: Final = 30.0


class Conductor:
    """Leads one run; `play` returns what came of it."""

    def __init__(
        self,
        worker_group: WorkerGroup,
        workload: Workload,
        transport: Transport,
        watch: ServerWatch,
        tell: Telling,
        version: str = "",
    ) -> None:
        """`version` is what the server says of itself."""
        self._worker_group, self._workload, self._tell, self._watch = worker_group, workload, tell, watch
        self._interrupted = False
        self._version = version
        self._admin = Admin(transport, workload, lambda: self._interrupted)
        self.outcome = RunOutcome(width=max(1.0, workload.scenario.seconds / _SLOTS))
        self._origin = 0.0

    def interrupt(self) -> None:
        """End in good order."""
        self._interrupted = True
        self._worker_group.stop()

    def play(self) -> RunOutcome:
        """Play everything, and audit what was written; what cannot be done is in the outcome."""
        outcome = self.outcome
        outcome.began, self._origin = time.time(), time.monotonic()
        self._watch.start(self._origin, outcome)
        try:
            self._prepare()
            self._phases()
            self._audit()
        except LostError as error:
            outcome.lost = str(error)
        except RefusedError as error:
            outcome.refused = str(error)
        except gevent.GreenletExit:
            pass
        finally:
            self._watch.stop()
        outcome.interrupted = self._interrupted
        outcome.measured, outcome.costs = self._worker_group.measured, self._worker_group.costs
        return outcome

    def clean_up(self) -> None:
        """Drop what was created."""
        self._admin.drop()

    # -- before -------------------------------------------------------------------------

    def _prepare(self) -> None:
        data = self._workload.data
        if not self._admin.alive(_GONE):
            raise LostError("nobody answers")
        self._able()
        if not data.ready:
            return
        with self._step("create"):
            self._admin.create()
        first = ingest_phase(self._workload)
        if first.operations:
            with self._step("ingest"):
                self._phase(0, first, ())
            self.outcome.missing = len(self._missing())
        with self._step("flush"):
            self._admin.flush()
        with self._step("index"):
            self._admin.index()
        with self._step("load"):
            self._admin.load()

    def _able(self) -> None:
        """See that the server has what operations ask for; raises `RefusedError`."""
        scenario = self._workload.scenario
        if lost := lacking(scenario, self._version):
            raise RefusedError(lost)
        rpcs = {RPCS[each.op]: each.op for each in scenario.operations}
        for rpc, op in rpcs.items():
            if self._admin.lacks(rpc):
                raise RefusedError(f"{op}: the target has no {rpc}")

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        if self._interrupted:
            raise gevent.GreenletExit
        began = time.monotonic()
        yield
        self.outcome.steps[name] = took = round(time.monotonic() - began, 3)
        self._tell(f"{name}: {took:.1f} s")

    def _missing(self) -> list[int]:
        """Name the batches of the first rows that are not there for certain, in any collection."""
        data, written = self._workload.data, self._worker_group.written
        whole = set(range(0, self._workload.dataset.rows, data.batch))
        lost: set[int] = set()
        for collection in range(data.collections):
            books = written.batches.get((0, collection, False))
            lost |= whole - set(books.acknowledged if books else ())
        return sorted(start // data.batch for start in lost)

    # -- the phases ---------------------------------------------------------------------

    def _phases(self) -> None:
        missing = tuple(self._missing()) if self._workload.data.ready and self._workload.dataset.rows else ()
        for number, phase in enumerate(self._workload.scenario.phases, 1):
            if self._interrupted:
                return
            self._phase(number, phase, missing)
            if self._beyond_knee(phase):
                self._tell(f"{phase.name}: the objective is missed, the ramp ends")
                return

    def _phase(self, number: int, phase: Phase, missing: tuple[int, ...]) -> None:
        trouble = self._worker_group.prepare(self._workload.run, self._workload.seed, number, list(missing))
        if trouble:
            raise RefusedError(trouble)
        begin = time.monotonic()
        self._worker_group.go(begin - self._origin, self.outcome.width)
        limit = max((op.deadline for op in phase.operations), default=0.0) + phase.seconds + _EXTRA
        lost = False
        while not self._worker_group.over(_TICK):
            now = time.monotonic()
            if not lost and self._worker_group.broken_for() > _SUSPICIOUS and not self._admin.alive(_GONE):
                lost = True
                self._worker_group.stop()
            if phase.seconds and now - begin > limit:
                self._worker_group.stop()
        took = time.monotonic() - begin
        self.outcome.played.append(
            PlayedPhase(phase, begin - self._origin, min(took, phase.seconds) if phase.seconds else took)
        )
        self._say(phase, took)
        if lost:
            raise LostError(f"nobody answers any more, in phase {phase.name}")
        if self._worker_group.trouble():
            self.outcome.notes += self._worker_group.trouble()

    def _say(self, phase: Phase, took: float) -> None:
        for (name, operation), series in self._worker_group.measured.series.items():
            if name == phase.name and series.count + series.dropped:
                self._tell(f"{phase.name}: {operation} {series.good} good in {took:.1f} s{_figures(series)}")

    def _beyond_knee(self, phase: Phase) -> bool:
        """Tell whether a step of a ramp missed its objective, so that faster ones need not be tried."""
        knee = self._workload.scenario.knee
        if knee is None or phase.name not in dict(knee.steps):
            return False
        measured = self._worker_group.measured.over({phase.name})
        return judge_step(self._workload.scenario, knee.objective, measured, phase.seconds).held is Held.FAIL

    # -- after --------------------------------------------------------------------------

    def _audit(self) -> None:
        if not self._worker_group.written.batches or self._interrupted:
            return
        began = time.monotonic()
        self.outcome.audit = found = audit(self._admin, self._workload, self._worker_group.written)
        self.outcome.audited = not found.trouble
        self._tell(
            f"audit: {found.found} of {found.acknowledged} acknowledged rows found in {time.monotonic() - began:.1f} s"
            + (f"; {found.trouble}" if found.trouble else "")
        )


def _figures(series: Series) -> str:
    """Tell of the latency of what ended well, and of all that did not."""
    p50, p99 = (series.true.quantile(each) * 1e3 for each in (0.5, 0.99))
    rest = {
        "refused": series.refused, "wrong": series.wrong_answers, "without an answer": series.unanswered,
        "never sent": series.dropped,
    }  # fmt: skip
    said = [f"p50 {p50:.2f} ms, p99 {p99:.2f} ms"] if series.true.count else []
    return "".join(f", {each}" for each in [*said, *(f"{count} {what}" for what, count in rest.items() if count)])
