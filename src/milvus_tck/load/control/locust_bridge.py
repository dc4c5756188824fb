"""The conductor and the players as members of a locust run: who tells whom what.

Everything travels in locust's own messages: `tck_prepare` and `tck_go` from the master to the
workers, `tck_ready` and `tck_done` back. What was measured goes with locust's regular reports of
workers as well, as the differences of exact histograms, so that it can be seen while it happens.
In one process the same messages go to ourselves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from milvus_tck.load.codecs import PLAIN, Codec, open_codec
from milvus_tck.load.control.locust_stats import feed
from milvus_tck.load.data.files import open_dataset
from milvus_tck.load.measure.series import Measured
from milvus_tck.load.operations.connections import Connections
from milvus_tck.load.operations.names import STOCKING
from milvus_tck.load.operations.workload import Workload
from milvus_tck.load.operations.write_log import WriteLog
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.load.plan.scenario import INGEST, DataPlan, Operation, Phase, Scenario
from milvus_tck.load.transports.base import Transport
from milvus_tck.load.transports.registry import Kind, open_http, open_transport
from milvus_tck.load.worker.client_cost import Cost
from milvus_tck.load.worker.phase_runner import PhaseRunner

__all__ = ["WorkerGroup", "WorkerLink", "codec_of", "connections_of", "dialler", "ingest_phase", "workload_of"]

_log = logging.getLogger(__name__)

_PREPARE, _READY, _GO, _DONE, _STOP = "tck_prepare", "tck_ready", "tck_go", "tck_done", "tck_stop"
_REPORT = "milvus_tck"
#: Seconds from the word to go until a phase begins.
_NOTICE = 0.1


def connections_of(job: LoadJob, scenario: Scenario) -> Connections:
    """Return the transports of a worker: over gRPC, and over the binding of the run."""
    dials = {PLAIN.name: dialler(job, scenario)}
    if job.binding != PLAIN.name:
        dials[job.binding] = partial(open_http, job.url, job.credentials)
    return Connections(dials)


def codec_of(job: LoadJob) -> Codec:
    """Return how the requests of a run are said."""
    return open_codec(job.binding, job.url, job.credentials.http)


def dialler(job: LoadJob, scenario: Scenario) -> Callable[[], Transport]:
    """Return what makes transports to the target."""
    kind: Kind = "grpcio" if job.transport == "grpcio" else "fast"

    def dial() -> Transport:
        return open_transport(job.address, job.credentials, kind=kind, connections=scenario.connections)

    return dial


def workload_of(scenario: Scenario, run: str, seed: int, codec: Codec = PLAIN) -> Workload:
    """Return what a run works on; the same in every process."""
    return Workload(scenario, run, seed, open_dataset(scenario.data, seed), codec)


def ingest_phase(workload: Workload) -> Phase:
    """Return the phase that puts the first rows in, and what others will delete; it has no end but its work."""
    data: DataPlan = workload.data
    operations = []
    if workload.dataset.rows:
        requests = -(-workload.dataset.rows // data.batch) * data.collections
        operations.append(
            Operation("ingest", INGEST, users=data.users, limit=requests, batch=data.batch, deadline=60.0)
        )
    for each in {op.name: op for op in workload.scenario.operations if op.op == "delete"}.values():
        name = f"{STOCKING}{each.name}"
        stock = Operation("insert", each.name, batch=each.batch, curve=each.curve, limit=each.limit)
        operations.append(Operation("insert", name, users=data.users, limit=workload.stock(stock), batch=each.batch))
    return Phase(INGEST, 0.0, tuple(operations), measured=False)


class WorkerLink:
    """A worker, or the only process: plays what it is told to."""

    def __init__(self, environment: Environment, job: LoadJob) -> None:
        self.environment = environment
        self.scenario, _ = job.plan()
        self._codec = codec_of(job)
        self.phase_runner = PhaseRunner(
            connections_of(job, self.scenario), lambda measured: feed(environment.stats, measured)
        )
        self._workload: Workload | None = None
        runner = environment.runner
        assert runner is not None  # noqa: S101 - it was made before
        for name, listener in ((_PREPARE, self._prepare), (_GO, self._go), (_STOP, self._stop)):
            runner.register_message(name, _apart(listener))
        if isinstance(runner, WorkerRunner):
            environment.events.report_to_master.add_listener(self._report)  # type: ignore[no-untyped-call] # locust's gap

    def _prepare(self, data: dict[str, Any]) -> None:
        if self._workload is None or self._workload.run != data["run"]:
            self._workload = workload_of(self.scenario, data["run"], data["seed"], self._codec)
        phases = (ingest_phase(self._workload), *self.scenario.phases)
        share = data["shares"].get(self._me, 0)
        error = ""
        try:
            self.phase_runner.prepare(
                self._workload, phases[data["phase"]], share, len(data["shares"]), frozenset(data["missing"])
            )
        except Exception as problem:  # noqa: BLE001 - whatever it is, the conductor has to know
            _log.exception("a phase could not be prepared")
            error = f"{type(problem).__name__}: {problem}"
        self._send(_READY, {"error": error})

    @property
    def _me(self) -> str:
        runner = self.environment.runner
        return runner.client_id if isinstance(runner, WorkerRunner) else "local"

    def _go(self, data: dict[str, Any]) -> None:
        now = time.monotonic()
        cost = self.phase_runner.go(now + _NOTICE, now + _NOTICE - data["second"], data["width"])
        written = self.phase_runner.written.take()
        self._send(_DONE, {
            "measured": self.phase_runner.take().as_message(),
            "cost": cost.as_message(),
            "written": written.as_message(),
        })  # fmt: skip

    def _stop(self, _data: dict[str, Any]) -> None:
        self.phase_runner.stop()

    def _report(self, client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG002 - locust's names
        data[_REPORT] = {"measured": self.phase_runner.take().as_message(), "broken": self.phase_runner.broken_for()}

    def _send(self, name: str, data: dict[str, Any]) -> None:
        runner = self.environment.runner
        assert runner is not None  # noqa: S101 - it sent us here
        runner.send_message(name, data)


class WorkerGroup:
    """All workers, as the conductor sees them."""

    def __init__(self, environment: Environment, local: WorkerLink | None) -> None:
        """`local` is the only worker where there is one process."""
        self.environment = environment
        self._local = local
        runner = environment.runner
        assert isinstance(runner, MasterRunner | LocalRunner)  # noqa: S101 - workers have no conductor
        self._runner = runner
        self.measured = Measured()
        self.written = WriteLog()
        self.costs: list[Cost] = []
        self._broken: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._errors: list[str] = []
        self._all = Event()
        runner.register_message(_READY, self._ready)
        runner.register_message(_DONE, self._done)
        if isinstance(runner, MasterRunner):
            environment.events.worker_report.add_listener(self._report)  # type: ignore[no-untyped-call] # locust's gap

    def begin(self) -> None:
        """Forget an earlier run."""
        self.measured, self.written, self.costs = Measured(), WriteLog(), []

    def members(self) -> list[str]:
        """Name the workers."""
        if isinstance(self._runner, LocalRunner):
            return ["local"]
        clients = self._runner.clients
        return sorted(each.id for each in clients.ready + clients.spawning + clients.running)

    def prepare(self, run: str, seed: int, phase: int, missing: list[int]) -> str:
        """Let everybody prepare a phase; return what went wrong, if anything."""
        members = self.members()
        shares = {name: number for number, name in enumerate(members)}
        self._tell(_PREPARE, {"run": run, "seed": seed, "phase": phase, "missing": missing, "shares": shares})
        self._await()
        return "; ".join(filter(None, self._errors))

    def go(self, second: float, width: float) -> None:
        """Let everybody begin; `second` is how far the run is."""
        self._broken.clear()
        self._tell(_GO, {"second": second, "width": width})

    def over(self, seconds: float) -> bool:
        """Wait a while; tell whether everybody is done."""
        found: bool = self._all.wait(seconds)
        if self._local is not None:
            self.measured.merge(self._local.phase_runner.take())
            self._broken["local"] = self._local.phase_runner.broken_for()
        gone = self._waiting - set(self.members())
        if gone:
            self._waiting -= gone
            self._errors.append(f"{len(gone)} workers are gone")
            self._check()
        return found

    def trouble(self) -> list[str]:
        """Say what workers complained about since the last word."""
        return list(filter(None, self._errors))

    def broken_for(self) -> float:
        """Return for how many seconds all workers have met nothing but broken connections."""
        return min(self._broken.values(), default=0.0) if len(self._broken) >= len(self.members()) else 0.0

    def stop(self) -> None:
        """Let everybody end the phase now."""
        self._runner.send_message(_STOP, {})

    def _tell(self, name: str, data: dict[str, Any]) -> None:
        self._waiting = set(self.members())
        self._errors = []
        self._all.clear()
        self._runner.send_message(name, data)

    def _await(self) -> None:
        while not self._all.wait(1.0):
            gone = self._waiting - set(self.members())
            self._waiting -= gone
            self._check()

    def _check(self) -> None:
        if not self._waiting:
            self._all.set()

    def _ready(self, environment: Environment, msg: Any, **_: object) -> None:  # noqa: ANN401, ARG002 - locust's
        self._errors.append(msg.data["error"])
        self._waiting.discard(msg.node_id)
        self._check()

    def _done(self, environment: Environment, msg: Any, **_: object) -> None:  # noqa: ANN401, ARG002 - locust's
        self.measured.merge(Measured.of_message(msg.data["measured"]))
        self.written.merge(WriteLog.of_message(msg.data["written"]))
        self.costs.append(Cost(**msg.data["cost"]))
        self._waiting.discard(msg.node_id)
        self._check()

    def _report(self, client_id: str, data: dict[str, Any]) -> None:
        row = data.get(_REPORT)
        if row:
            self.measured.merge(Measured.of_message(row["measured"]))
            self._broken[client_id] = row["broken"]


def _apart(listener: Callable[[dict[str, Any]], None]) -> Callable[..., None]:
    """Let a listener run in a greenlet of its own: locust waits for it otherwise."""

    def heard(environment: Environment, msg: Any, **_: object) -> None:  # noqa: ANN401, ARG001 - locust's
        gevent.spawn(listener, msg.data)

    return heard
