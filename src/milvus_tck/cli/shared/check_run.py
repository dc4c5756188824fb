"""A check run from the first event to the verdict on the terminal, once it is known what is asked for."""

import contextlib
import json
from pathlib import Path

import click
import pytest
from rich.console import Console

from milvus_tck.cli.shared.baseline_update import kept_baseline
from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.output import Output
from milvus_tck.cli.shared.results_writer import fail_without_results, results_writer
from milvus_tck.cli.terminal.check_summary import print_verdict
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.cli.terminal.progress import LiveProgress, QuietConsole
from milvus_tck.cli.terminal.report_errors import say_interrupted, settle
from milvus_tck.listing.run_pytest import run_suites
from milvus_tck.plugin import Suites
from milvus_tck.reporting.formats import WrittenReports, write_reports
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.since import since_last_run
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.verdict.baseline.baseline import BaselineError, read_baseline
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import FILE, read_results
from milvus_tck.verdict.results.summary import Summary, interrupted
from milvus_tck.verdict.session.event_log import Consumer
from milvus_tck.verdict.session.interrupts import Interrupts
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["run_check"]


def run_check(checked: CheckOptions, output: Output) -> int:
    """Run the suites against a target, write what it came to, and return the exit code."""
    console = QuietConsole(stderr=output.as_json, highlight=False)
    console.soft_wrap = not console.is_terminal  # what is searched in the log of a build is in one line
    progress = LiveProgress(console)
    with Interrupts() as interrupts:
        try:
            with contextlib.closing(results_writer(output.folder)) as writer:
                suites = _run(checked, output, [writer, progress], interrupts)
        finally:
            progress.close()
        if suites.summary is None:
            why = (
                f"{checked.select!r} matches none" if checked.select else "no test judges this profile at these levels"
            )
            fail(Exit.NOTHING_RAN, "no check was run", why, "milvus-tck list")
        return _conclude(suites.summary, output, console)


def _run(checked: CheckOptions, output: Output, consumers: list[Consumer], interrupts: Interrupts) -> Suites:
    """Bring the target up and run the suites against it."""
    target = _opened(checked, output, consumers)
    suites = Suites(checked, target=target, walk=False, interrupts=interrupts)
    try:
        code = run_suites(suites)
    finally:
        target.stop()
    if suites.trouble is not None:
        fail_without_results(suites.trouble)
    if interrupts.pressed:
        return _interrupted(suites)
    if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    return suites


def _opened(checked: CheckOptions, output: Output, consumers: list[Consumer]) -> OpenTarget:
    try:
        target = open_target(RunSetup(checked, consumers))
        if output.baseline is not None and output.baseline.exists():
            try:
                read_baseline(output.baseline, target.profile.name)
            except BaselineError:
                target.stop()
                raise
    except TargetError as error:
        fail_target(error)
    except BaselineError as error:
        then = error.then or f"milvus-tck baseline check {checked.baseline or output.baseline}"
        fail(Exit.USAGE, "the baseline cannot be used", str(error), then)
    except UnknownProfileError as error:
        fail(Exit.USAGE, "the profile is not known", str(error), again("--profile", "2.3"))
    except OSError as error:
        fail(Exit.UNDETERMINED, "the run cannot be prepared", str(error), "milvus-tck doctor")
    return target


def _interrupted(suites: Suites) -> Suites:
    """Let an interrupted run end like any other, as far as it came; raises `KeyboardInterrupt` if nowhere."""
    if suites.summary is None:
        raise KeyboardInterrupt
    suites.summary = interrupted(suites.summary)
    return suites


def _conclude(summary: Summary, output: Output, console: Console) -> int:
    """Write the reports and say what the run came to."""
    results = read_results(output.folder)
    since = since_last_run(output.folder, results)
    written = write_reports(output.folder, results, summary, output.formats, since=since)
    code = Exit.first((summary.exit_code, kept_baseline(results, output.baseline, console)))
    print_verdict(console, JudgedRun(results, summary, since=since), _page(written, output.folder))
    if output.as_json:
        click.echo(json.dumps(JudgedRun(results, summary).as_dict(), indent=1))
    say_interrupted(summary, results)
    return int(settle(written, code))


def _page(written: WrittenReports, folder: Path) -> Path:
    """Return the file to open first: the page, or, where none was asked for, the results."""
    return next((path for path in written.files if path.suffix == ".html"), folder / FILE)
