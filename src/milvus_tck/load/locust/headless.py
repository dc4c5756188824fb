"""Headless: a load run without a web UI: locust as a library, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
from gevent.fileobject import FileObject
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from milvus_tck.load.control.conductor import Conductor, Telling
from milvus_tck.load.control.locust_bridge import WorkerGroup, WorkerLink, dialler, workload_of
from milvus_tck.load.control.run_outcome import RunOutcome
from milvus_tck.load.control.server_metrics import ServerWatch
from milvus_tck.load.locust.users import ScenarioUser
from milvus_tck.load.plan.job import LoadJob
from milvus_tck.load.report.files import write_files
from milvus_tck.load.report.result import LoadResult, come_to
from milvus_tck.load.transports.grpcio import cooperate
from milvus_tck.targets.network import LOOPBACK, free_ports
from milvus_tck.verdict.model.states import Exit

__all__ = ["main", "run_job"]

#: Seconds that workers may take to be there.
_PATIENCE = 60.0
_FAST = 100  # users a second; locust warns of more


class _JobUser(ScenarioUser):
    """Plays the scenario of the job."""


def main() -> None:
    """Run the job that comes on the standard input."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    given: Any = FileObject(sys.stdin.fileno(), "rb")
    job = LoadJob.of_json(given.readline().decode())
    if job.transport == "grpcio":
        cooperate()
    gevent.spawn(_leave_with_parent, given)
    if "--worker" in sys.argv:
        _work(job, int(sys.argv[sys.argv.index("--worker") + 1]))
        return
    result = run_job(job, _say)
    sys.stdout.flush()
    os._exit(int(result.exit_code))  # greenlets and threads of locust would keep us


def _leave_with_parent(given: Any) -> None:  # noqa: ANN401 - one of several classes
    """End when nobody is there any more to take the result."""
    given.read()
    os._exit(130)


def _say(text: str) -> None:
    sys.stdout.write(json.dumps({"say": text}) + "\n")
    sys.stdout.flush()


def _work(job: LoadJob, port: int) -> None:
    environment = Environment(user_classes=[_JobUser])
    runner: WorkerRunner = environment.create_worker_runner(LOOPBACK, port)
    _JobUser.link = WorkerLink(environment, job)
    runner.greenlet.join()


def run_job(job: LoadJob, tell: Telling) -> LoadResult:
    """Run a job to its end, and write its reports."""
    scenario, digest = job.plan()
    outcome = RunOutcome()
    environment = Environment(user_classes=[_JobUser])
    with _worker_group(environment, job) as worker_group:
        workload = workload_of(scenario, job.run, job.seed)
        management = f"{LOOPBACK}:{job.management}" if job.management else ""
        transport = dialler(job, scenario)()
        watch = ServerWatch(job.server, management)
        conductor = Conductor(worker_group, workload, transport, watch, tell, job.version)
        gevent.signal_handler(signal.SIGINT, conductor.interrupt)
        gevent.signal_handler(signal.SIGTERM, conductor.interrupt)
        _spawn(environment, max(scenario.users, scenario.data.users, job.workers))
        try:
            outcome = conductor.play()
            if not job.throwaway and not outcome.lost:
                conductor.clean_up()
        finally:
            transport.close()
    result = come_to(job, scenario, digest, outcome)
    troubles = write_files(result, Path(job.out))
    for trouble in troubles:
        tell(f"not written: {trouble}")
    return replace(result, exit_code=Exit.OUR_BUG) if troubles and result.exit_code is Exit.OK else result


def _spawn(environment: Environment, users: int) -> None:
    """Let locust start its users, and wait until all are there."""
    runner = environment.runner
    assert runner is not None  # noqa: S101 - it was made before
    runner.start(users, spawn_rate=min(users, _FAST))
    with gevent.Timeout(_PATIENCE):
        while runner.user_count < users:
            gevent.sleep(0.02)


@contextlib.contextmanager
def _worker_group(environment: Environment, job: LoadJob) -> Iterator[WorkerGroup]:
    """Bring up one process, or a master with its workers."""
    if job.workers == 1:
        environment.create_local_runner()
        link = _JobUser.link = WorkerLink(environment, job)
        yield WorkerGroup(environment, link)
        link.phase_runner.close()
        return
    port = free_ports(1)[0]
    runner = environment.create_master_runner(LOOPBACK, port)
    worker_group = WorkerGroup(environment, None)
    workers = [_worker(job, port) for _ in range(job.workers)]
    try:
        _gather(runner, workers)
        yield worker_group
        runner.quit()
    finally:
        for each in workers:
            assert each.stdin is not None  # noqa: S101 - it was asked for
            with contextlib.suppress(OSError):
                each.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.wait(10)
            each.kill()


def _worker(job: LoadJob, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "milvus_tck.load", "--worker", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None  # noqa: S101 - it was asked for
    process.stdin.write(job.to_json().encode() + b"\n")
    process.stdin.flush()
    return process


def _gather(runner: MasterRunner, workers: list[subprocess.Popen[bytes]]) -> None:
    with gevent.Timeout(_PATIENCE):
        while runner.worker_count < len(workers):
            if any(each.poll() is not None for each in workers):
                raise RuntimeError("a worker ended before it began")
            gevent.sleep(0.05)
