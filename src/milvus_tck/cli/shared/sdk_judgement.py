"""An SDK judged from the first case to the verdict on the terminal, once it is known what is asked for."""

import contextlib
import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from milvus_tck.cli.shared.command_line import command_line
from milvus_tck.cli.terminal.check_summary import print_verdict
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.cli.terminal.progress import LiveProgress, QuietConsole
from milvus_tck.cli.terminal.report_errors import settle
from milvus_tck.reporting.formats import remove_reports, write_reports
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.sdk.driver_process import DriverFaultError, DriverProcess
from milvus_tck.sdk.sdk_run import SdkRun, chosen
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.base import Target
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import FILE, Writer, read_results
from milvus_tck.verdict.results.summary import summarise

__all__ = ["SdkJob", "judge_sdk"]


@dataclass(frozen=True)
class SdkJob:
    """What was asked for."""

    words: Sequence[str]
    patterns: Sequence[str]
    fail_on: Level
    folder: Path
    formats: Sequence[str]
    as_json: bool
    #: Seconds that an operation may take.
    window: float


def judge_sdk(job: SdkJob, server: Target) -> int:
    """Judge an SDK against a server that runs, write the reports, and return the exit code."""
    wanted = chosen(job.patterns)
    if not wanted:
        patterns = " ".join(job.patterns)
        fail(Exit.NOTHING_RAN, "no check was run", f"--select {patterns!r} matches no clause", "milvus-tck sdk clauses")
    console = QuietConsole(stderr=job.as_json, highlight=False)
    console.soft_wrap = not console.is_terminal
    progress = LiveProgress(console)
    remove_reports(job.folder)
    try:
        with contextlib.closing(Writer(job.folder / FILE)) as writer, DriverProcess(job.words) as driver:
            SdkRun(driver, server, command_line(), [writer, progress], job.fail_on, bool(job.patterns), job.window)(
                wanted
            )
    except DriverFaultError as error:
        then = shlex.join(["milvus-tck", "sdk", "check-driver", "--", *job.words])
        fail(Exit.UNEXPECTED, "the driver does not keep its protocol", str(error), then)
    finally:
        progress.close()
    return _conclude(job, console)


def _conclude(job: SdkJob, console: Console) -> int:
    results = read_results(job.folder)
    summary = summarise(results, None, job.fail_on, lost=False)
    written = write_reports(job.folder, results, summary, job.formats)
    page = next((path for path in written.files if path.suffix == ".html"), job.folder / FILE)
    run = JudgedRun(results, summary)
    print_verdict(console, run, page)
    if job.as_json:
        click.echo(json.dumps(run.as_dict(), indent=1))
    return int(settle(written, summary.exit_code))
