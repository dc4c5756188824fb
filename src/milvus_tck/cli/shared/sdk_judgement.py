"""An SDK judged from the first case to the verdict on the terminal, once it is known what is asked for."""

import contextlib
import json
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.shared.baseline_update import kept_baseline
from milvus_tck.cli.shared.command_line import command_line
from milvus_tck.cli.shared.results_writer import FULL_DISK, fail_without_results, results_writer
from milvus_tck.cli.shared.running_server import running
from milvus_tck.cli.terminal.check_summary import print_verdict
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.cli.terminal.progress import LiveProgress, QuietConsole
from milvus_tck.cli.terminal.report_errors import say_interrupted, settle
from milvus_tck.reporting.formats import write_reports
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.since import since_last_run
from milvus_tck.sdk.case_registry import SdkCase
from milvus_tck.sdk.driver_process import DriverFaultError, DriverProcess
from milvus_tck.sdk.driver_protocol import DriverHello
from milvus_tck.sdk.sdk_run import SdkRun, chosen, known_checks
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.spec.sdk_clauses import SdkClauseTable
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.identity import identify
from milvus_tck.targets.names import understand
from milvus_tck.verdict.baseline.baseline import read_baseline
from milvus_tck.verdict.baseline.comparison import Comparison, compare
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import FILE, Results, read_results
from milvus_tck.verdict.results.summary import interrupted, summarise
from milvus_tck.verdict.session.event_log import Consumer
from milvus_tck.verdict.session.interrupts import Interrupts

__all__ = ["SdkJob", "judge_sdk", "must_be_a_command", "must_be_a_server", "wanted_cases"]


@dataclass(frozen=True)
class SdkJob:
    """What was asked for, as far as it is known to make sense before anything is started."""

    words: Sequence[str]
    server: str
    wanted: Sequence[tuple[SdkClauseTable, SdkCase]]
    #: Whether that is a part of all there is.
    partial: bool
    fail_on: Level
    folder: Path
    formats: Sequence[str]
    as_json: bool
    #: Seconds that an operation may take.
    window: float
    #: What the run is held against, and what its failures are written to.
    baseline: Path | None = None
    kept: Path | None = None


def wanted_cases(patterns: Sequence[str]) -> Sequence[tuple[SdkClauseTable, SdkCase]]:
    """Return the cases that patterns name; ends the verb where there is none."""
    found = chosen(patterns)
    if not found:
        why = f"--select {' '.join(patterns)!r} matches no clause"
        fail(Exit.NOTHING_RAN, "no check would run", why, "milvus-tck sdk clauses")
    return found


def must_be_a_server(word: str) -> None:
    """End the verb where a word means no target."""
    try:
        understand(word)
    except TargetError as error:
        fail_target(error)


def must_be_a_command(words: Sequence[str]) -> None:
    """End the verb where the command of a driver cannot be started."""
    if shutil.which(words[0]) is None:
        why = f"there is no program {words[0]!r}"
        fail(Exit.USAGE, "the driver cannot be started", why, "milvus-tck sdk -- python drivers/reference/driver.py")


def judge_sdk(job: SdkJob) -> int:
    """Judge an SDK, write the reports, and return the exit code.

    Its driver says who it is before a server is started.
    """
    console = QuietConsole(stderr=job.as_json, highlight=False)
    console.soft_wrap = not console.is_terminal
    progress = LiveProgress(console)
    try:
        with Interrupts() as interrupts, DriverProcess(job.words, held=interrupts.held) as driver, \
                contextlib.closing(results_writer(job.folder)) as writer:  # fmt: skip
            try:
                _run(job, driver, [writer, progress], interrupts)
            except KeyboardInterrupt:
                if not writer.begun:
                    raise
    except DriverFaultError as error:
        then = shlex.join(["milvus-tck", "sdk", "check-driver", "--", *job.words])
        fail(Exit.UNDETERMINED, "the driver does not keep its protocol", str(error), then)
    except OSError as error:
        if error.errno not in FULL_DISK:
            raise
        fail_without_results(error)
    finally:
        progress.close()
    return _conclude(job, console, driver.hello, stopped=interrupts.pressed)


def _run(job: SdkJob, driver: DriverProcess, consumers: Sequence[Consumer], interrupts: Interrupts) -> None:
    with running(job.server, None, None) as server:
        _must_answer(server)
        SdkRun(driver, server, command_line(), consumers, job.fail_on, job.partial, job.window, interrupts)(job.wanted)


def _must_answer(server: Target) -> None:
    binding = GrpcBinding(server.address, server.credentials)
    try:
        identify(binding)
    except TargetError as error:
        fail_target(error)
    finally:
        binding.close()


def _comparison(job: SdkJob, results: Results, sdk: DriverHello) -> Comparison | None:
    if job.baseline is None:
        return None
    whole = results.complete and not results.header.partial
    return compare(read_baseline(job.baseline, SDK), results.checks, known_checks(sdk), whole=whole)


def _conclude(job: SdkJob, console: Console, sdk: DriverHello, *, stopped: bool) -> int:
    results = read_results(job.folder)
    lost = results.footer is not None and results.footer.lost
    summary = summarise(results, _comparison(job, results, sdk), job.fail_on, lost=lost)
    if stopped:
        summary = interrupted(summary)
    since = since_last_run(job.folder, results)
    written = write_reports(job.folder, results, summary, job.formats, since=since)
    page = next((path for path in written.files if path.suffix == ".html"), job.folder / FILE)
    code = Exit.first((summary.exit_code, kept_baseline(results, job.kept, console)))
    run = JudgedRun(results, summary, since=since)
    print_verdict(console, run, page)
    if job.as_json:
        click.echo(json.dumps(run.as_dict(), indent=1))
    say_interrupted(summary, results)
    return int(settle(written, code))
