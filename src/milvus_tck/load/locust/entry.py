"""Entry of locust: what `loadtests/locustfile.py` is made of: a scenario as a locust run with options of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import string
from argparse import ArgumentParser
from pathlib import Path

import gevent
from locust import events
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from milvus_tck.load.control.conductor import Conductor
from milvus_tck.load.control.locust_bridge import WorkerGroup, WorkerLink, dialler, workload_of
from milvus_tck.load.control.server_metrics import ServerWatch
from milvus_tck.load.locust.users import ScenarioUser
from milvus_tck.load.plan.job import DEFAULT_SCENARIO, LoadJob
from milvus_tck.load.plan.scenario_files import scenario_names
from milvus_tck.load.report.files import write_files
from milvus_tck.load.report.result import LoadResult, come_to
from milvus_tck.load.transports.grpcio import cooperate
from milvus_tck.targets.credentials import credentials

__all__ = ["install"]

_log = logging.getLogger(__name__)
_PORT = 19530
_RUN_LETTERS = 6
#: Seconds that the last reports of workers may take; locust lets them report every three.
_REPORTS = 20.0


def install(user: type[ScenarioUser]) -> None:
    """Let locust play a scenario with users of this class."""
    events.init_command_line_parser.add_listener(_options)  # type: ignore[no-untyped-call] # locust's gap

    def begin(environment: Environment, **_: object) -> None:
        _Run(environment, user)

    events.init.add_listener(begin)  # type: ignore[no-untyped-call] # locust's gap


def _options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("milvus-tck")
    group.add_argument("--scenario", default=DEFAULT_SCENARIO, help=f"{', '.join(scenario_names())}, or FILE.toml")
    group.add_argument("--rate", type=float, default=0.0, help="requests a second in all (0: as the scenario says)")
    group.add_argument("--duration", type=float, default=0.0, help="seconds of the measured phases (0: as it says)")
    group.add_argument("--slo", default="", help="objectives, apart by commas")
    group.add_argument("--seed", type=int, default=0, help="seed of data and arrivals")
    group.add_argument("--transport", default="fast", choices=["fast", "grpcio"], help="gRPC client")
    group.add_argument("--out", default="tck-out/locust", help="folder for reports")


class _Run:
    """One process of a locust run."""

    def __init__(self, environment: Environment, user: type[ScenarioUser]) -> None:
        self._environment = environment
        self._job = _job(environment)
        if self._job.transport == "grpcio":
            cooperate()
        runner = environment.runner
        link = None if isinstance(runner, MasterRunner) else WorkerLink(environment, self._job)
        if link is not None:
            user.link = link
        if isinstance(runner, MasterRunner | LocalRunner):
            self._worker_group = WorkerGroup(environment, link)
            environment.events.test_start.add_listener(self._start)  # type: ignore[no-untyped-call] # locust's gap
            environment.events.test_stop.add_listener(self._stop)  # type: ignore[no-untyped-call] # the same
        assert isinstance(runner, MasterRunner | LocalRunner | WorkerRunner)  # noqa: S101 - there is no other
        self._conductor: Conductor | None = None

    def _start(self, **_: object) -> None:
        gevent.spawn(self._play)

    def _stop(self, **_: object) -> None:
        if self._conductor is not None:
            self._conductor.interrupt()

    def _play(self) -> None:
        """Play the scenario once all users are there, then write the reports and stop."""
        runner = self._environment.runner
        assert runner is not None  # noqa: S101 - it started us
        while runner.user_count < (runner.target_user_count or 1):
            gevent.sleep(0.1)
        scenario, digest = self._job.plan()
        letters = string.ascii_lowercase + string.digits
        run = "".join(random.SystemRandom().choices(letters, k=_RUN_LETTERS))
        transport = dialler(self._job, scenario)()
        workload = workload_of(scenario, run, self._job.seed)
        self._worker_group.begin()
        conductor = self._conductor = Conductor(self._worker_group, workload, transport, ServerWatch(), _log.info)
        outcome = conductor.play()
        self._conductor = None
        conductor.clean_up()
        result = come_to(self._job, scenario, digest, outcome)
        folder = Path(self._job.out)
        folder.mkdir(parents=True, exist_ok=True)
        for trouble in write_files(result, folder):
            _log.error("not written: %s", trouble)
        _log.info("%s: %s (%s)", result.verdict, "; ".join(result.reasons) or "all objectives are met", folder)
        self._environment.process_exit_code = int(result.exit_code)
        self._await_reports(result)
        if self._environment.web_ui is None:
            runner.quit()
        else:
            runner.stop()

    def _await_reports(self, result: LoadResult) -> None:
        """Wait until locust's own table has every call that was counted: its workers tell it of them later."""
        entries = self._environment.stats.entries
        # Where the time is up, the table lacks some, and our own reports do not.
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(_REPORTS):
            while any(
                sum(each.num_requests for (name, _), each in entries.items() if name == op) < series.count
                for op, series in result.operations.items()
            ):
                gevent.sleep(0.1)


def _job(environment: Environment) -> LoadJob:
    """Read the options."""
    options = environment.parsed_options
    assert options is not None  # noqa: S101 - locust parsed them
    host = (environment.host or options.host or "127.0.0.1").rpartition("://")[2].rstrip("/")
    objectives = tuple(each for each in options.slo.split(",") if each)
    return LoadJob(
        host if ":" in host else f"{host}:{_PORT}",
        credentials(token=os.environ.get("MILVUS_TCK_TOKEN")),
        scenario=options.scenario, rate=options.rate or None, seconds=options.duration or None, seed=options.seed,
        objectives=objectives, transport=options.transport, out=options.out, target=host, workers=1,
    )  # fmt: skip
