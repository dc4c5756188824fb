"""A check run from the first event to the verdict on the terminal, once it is known what is asked for."""

import contextlib
import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
import pytest
from rich.console import Console

from milvus_tck.cli.baseline_text import say_update
from milvus_tck.cli.errors import complain, fail, fail_target
from milvus_tck.cli.output import Output
from milvus_tck.cli.progress import LiveProgress, QuietConsole
from milvus_tck.cli.suites import run_suites
from milvus_tck.cli.verdict_text import print_verdict
from milvus_tck.cli.written import settle
from milvus_tck.plugin import Suites
from milvus_tck.reporting.formats import Written, remove_reports, write_reports
from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.verdict.baseline import BaselineError, read_baseline
from milvus_tck.verdict.baseline_update import write_baseline
from milvus_tck.verdict.interrupts import Interrupts
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.result_file import FILE, Results, Writer, read_results
from milvus_tck.verdict.session import Consumer, Session
from milvus_tck.verdict.states import Exit, Gate
from milvus_tck.verdict.summary import Summary

__all__ = ["run_check"]

#: What a disk that is full says; anything else is wrong with the folder that was named.
_FULL = {errno.ENOSPC, errno.EDQUOT}


def run_check(checked: CheckOptions, output: Output) -> int:
    """Run the suites against a target, write what it came to, and return the exit code."""
    console = QuietConsole(stderr=output.as_json, highlight=False)
    console.soft_wrap = not console.is_terminal  # what is searched in the log of a build is in one line
    progress = LiveProgress(console)
    with Interrupts() as interrupts:
        try:
            with contextlib.closing(_writer(output.folder)) as writer:
                suites = _run(checked, output, [writer, progress], interrupts)
        finally:
            progress.close()
        if suites.summary is None:
            why = (
                f"{checked.select!r} matches none" if checked.select else "no test judges this profile at these levels"
            )
            fail(Exit.NOTHING_RAN, "no check was run", why, "milvus-tck list")
        return _conclude(suites.summary, output, console)


def _writer(folder: Path) -> Writer:
    """Begin the result file; reports of an earlier run in the same folder would belie it."""
    try:
        remove_reports(folder)
        return Writer(folder / FILE)
    except OSError as error:
        if error.errno in _FULL:
            _no_results(error)
        fail(Exit.USAGE, f"{folder} can not be written", error.strerror or str(error), "milvus-tck check --out FOLDER")


def _no_results(error: OSError) -> NoReturn:
    fail(Exit.UNDETERMINED, "the results can not be written", str(error), "milvus-tck check --out FOLDER")


def _run(checked: CheckOptions, output: Output, consumers: list[Consumer], interrupts: Interrupts) -> Suites:
    """Bring the target up and run the suites against it."""
    session = _session(checked, output, consumers)
    suites = Suites(checked, session, walk=False, interrupts=interrupts)
    try:
        code = run_suites(suites)
    finally:
        session.stop()
    if suites.trouble is not None:
        _no_results(suites.trouble)
    if interrupts.pressed:
        return _interrupted(suites)
    if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    return suites


def _session(checked: CheckOptions, output: Output, consumers: list[Consumer]) -> Session:
    try:
        session = Session(checked, consumers)
        session.open()
        if output.baseline is not None and output.baseline.exists():
            try:
                read_baseline(output.baseline, session.profile.name)
            except BaselineError:
                session.stop()
                raise
    except TargetError as error:
        fail_target(error)
    except BaselineError as error:
        fail(Exit.USAGE, "the baseline can not be used", str(error), "milvus-tck baseline check FILE")
    except UnknownProfileError as error:
        fail(Exit.USAGE, "the profile is not known", str(error), f"milvus-tck check {checked.target} --profile 2.3")
    except OSError as error:
        fail(Exit.UNDETERMINED, "the run can not be prepared", str(error), "milvus-tck doctor")
    return session


def _interrupted(suites: Suites) -> Suites:
    """Let an interrupted run end like any other, as far as it came; raises `KeyboardInterrupt` if nowhere."""
    if suites.summary is None:
        raise KeyboardInterrupt
    code = Exit.first((suites.summary.exit_code, Exit.INTERRUPTED))
    suites.summary = replace(suites.summary, gate=Gate.FAILED, exit_code=code)
    return suites


def _conclude(summary: Summary, output: Output, console: Console) -> int:
    """Write the reports and say what the run came to."""
    results = read_results(output.folder)
    written = write_reports(output.folder, results, summary, output.formats)
    code = Exit.first((summary.exit_code, _keep(results, output, console)))
    print_verdict(console, results, summary, _page(written, output.folder))
    if output.as_json:
        click.echo(json.dumps(JudgedRun(results, summary).as_dict(), indent=1))
    if summary.exit_code is Exit.INTERRUPTED:
        complain("interrupted", f"{len(results.checks)} checks were judged until then; the others are not verified")
    return int(settle(written, code))


def _keep(results: Results, output: Output, console: Console) -> Exit:
    """Write the failures of the run into the baseline that was asked for."""
    path = output.baseline
    if path is None:
        return Exit.OK
    whole = results.complete and not results.header.partial
    try:
        header = results.header
        update = write_baseline(path, header.profile, header.suite, results.checks, whole=whole)
    except (BaselineError, OSError) as error:
        complain("the baseline could not be written", str(error), "milvus-tck check --write-baseline FILE")
        return Exit.UNDETERMINED
    say_update(console, path, update)
    return Exit.OK


def _page(written: Written, folder: Path) -> Path:
    """Return the file to open first: the page, or, where none was asked for, the results."""
    return next((path for path in written.files if path.suffix == ".html"), folder / FILE)
