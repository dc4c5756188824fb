"""`milvus-tck check`: judge a target, and say which promises of the protocol it breaks."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest
from rich.console import Console

from milvus_tck.cli.command_line import command_line, results_folder
from milvus_tck.cli.errors import complain, fail
from milvus_tck.cli.formats import format_option, given_formats
from milvus_tck.cli.options import (
    TARGET_HELP,
    binding_options,
    connection_options,
    given_bindings,
    given_credentials,
    profile_option,
    select_option,
    target_argument,
)
from milvus_tck.cli.progress import LiveProgress, QuietConsole
from milvus_tck.cli.suites import run_suites
from milvus_tck.cli.verdict_text import print_verdict
from milvus_tck.cli.written import settle
from milvus_tck.plugin import Suites
from milvus_tck.reporting.formats import Format, Written, remove_reports, write_reports
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.targets.resolve import default_name
from milvus_tck.verdict.baseline import BaselineError, read_baseline, write_baseline
from milvus_tck.verdict.interrupts import Interrupts
from milvus_tck.verdict.options import DEADLINE, IN_FLIGHT, CheckOptions
from milvus_tck.verdict.result_file import FILE, Results, Writer, read_results
from milvus_tck.verdict.selection import SelectionError, selector
from milvus_tck.verdict.session import Consumer, Session
from milvus_tck.verdict.states import Exit, Gate
from milvus_tck.verdict.summary import Summary

__all__ = ["command"]

_LEVELS = click.Choice([level.value for level in Level])
_EPILOG = """\b
Examples:
  milvus-tck check                                start a real Milvus and judge it
  milvus-tck check lite@3.2.2                     judge a release of milvus-lite
  milvus-tck check host:19530 --profile 2.4       judge a running endpoint
  milvus-tck check host:19530 --select 'rpc=Search and level=must'
  milvus-tck check host:19530 --baseline known.toml
  milvus-tck check host:19530 --format default,allure   Allure results, too

Exit codes: 0 nothing unexpected, 1 unexpected failure, 2 undetermined, 3 target lost,
4 nothing ran, 64 usage, 70 our bug, 130 interrupted."""


_WORKERS = f"Tests in flight.  [default: {IN_FLIGHT}, fewer on targets that are known to like that]"


@click.command(
    "check",
    epilog=_EPILOG,
    help=f"Judge TARGET by the promises of the protocol.\n\n{TARGET_HELP}",
    short_help="Judge TARGET by the promises of the protocol.",
)
@target_argument
@profile_option("Protocol line to hold it to.")
@binding_options
@select_option("Checks to run, by clause, rpc, level, family, capability.")
@click.option("--level", "levels", multiple=True, type=_LEVELS, help="Levels to run (all by default).")
@click.option("--fail-on", type=_LEVELS, default="must", show_default=True, help="Lowest level that fails the gate.")
@click.option("--strict", is_flag=True, help="Demand upstream's exact codes and reasons.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Known failures of the target.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Write the failures of this run as a baseline.")
@click.option("--workers", type=click.IntRange(1, 256), help=_WORKERS)
@click.option("--seed", type=int, help="Seed of data and order (printed by every run).")
@click.option("--timeout", type=float, default=DEADLINE, show_default=True, help="Seconds that one call may take.")
@click.option("--hostile/--no-hostile", default=None, help="Run checks known to kill servers (default: on our own).")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results [tck-out/RUN].")
@format_option
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of text.")
@connection_options
def command(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Judge TARGET."""
    as_json: bool = options.pop("as_json")
    baseline_out: Path | None = options.pop("write_baseline")
    formats = given_formats(options.pop("formats"))
    checked, folder = _options(options)
    console = QuietConsole(stderr=as_json, highlight=False)
    progress = LiveProgress(console)
    with Interrupts() as interrupts:
        try:
            with contextlib.closing(_writer(folder)) as writer:
                suites = _run(checked, [writer, progress], interrupts)
        finally:
            progress.close()
        if suites.summary is None:
            fail(Exit.NOTHING_RAN, "no check was run", f"{checked.select!r} matches none", "milvus-tck list")
        return _conclude(suites.summary, folder, console, formats=formats, as_json=as_json, baseline_out=baseline_out)


def _options(options: dict[str, Any]) -> tuple[CheckOptions, Path]:
    """Check what was asked for before anything is started."""
    word = options.pop("target") or default_name()
    out: Path | None = options.pop("out")
    hostile: bool | None = options.pop("hostile")
    checked = CheckOptions(
        target=word,
        credentials=given_credentials(options),
        **given_bindings(options),
        levels=frozenset(map(Level, options.pop("levels"))),
        fail_on=Level(options.pop("fail_on")),
        hostile=hostile,
        command=command_line(),
        **options,
    )
    try:
        selector(checked.select)
    except SelectionError as error:
        raise click.UsageError(f"--select: {error}") from error
    if checked.baseline is not None and not checked.baseline.is_file():
        fail(
            Exit.USAGE,
            f"there is no baseline {checked.baseline}",
            then=f"milvus-tck check {word} --write-baseline {checked.baseline}",
        )
    return checked, results_folder(out, "check")


def _writer(folder: Path) -> Writer:
    """Begin the result file; reports of an earlier run in the same folder would belie it."""
    try:
        remove_reports(folder)
        return Writer(folder / FILE)
    except OSError as error:
        _no_results(error)


def _no_results(error: OSError) -> NoReturn:
    fail(Exit.UNDETERMINED, "the results can not be written", str(error), "milvus-tck check --out FOLDER")


def _run(checked: CheckOptions, consumers: list[Consumer], interrupts: Interrupts) -> Suites:
    """Bring the target up and run the suites against it."""
    session = _session(checked, consumers)
    suites = Suites(checked, session, walk=False, interrupts=interrupts)
    try:
        if checked.baseline is not None:
            read_baseline(checked.baseline, session.profile.name)
        code = run_suites(suites)
    except BaselineError as error:
        fail(Exit.USAGE, "the baseline can not be used", str(error), "milvus-tck check --write-baseline FILE")
    finally:
        session.stop()
    if suites.trouble is not None:
        _no_results(suites.trouble)
    if interrupts.pressed:
        return _interrupted(suites)
    if code in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    return suites


def _session(checked: CheckOptions, consumers: list[Consumer]) -> Session:
    try:
        session = Session(checked, consumers)
        session.open()
    except TargetError as error:
        fail(Exit.TARGET_LOST, error.what, error.why, error.then)
    except UnknownProfileError as error:
        fail(Exit.USAGE, "the profile is not known", str(error), f"milvus-tck check {checked.target} --profile 2.3")
    except OSError as error:
        fail(Exit.UNDETERMINED, "the run can not be prepared", str(error), "milvus-tck doctor")
    return session


def _interrupted(suites: Suites) -> Suites:
    """Let an interrupted run end like any other, as far as it came; raises `KeyboardInterrupt` if nowhere."""
    if suites.summary is None:
        raise KeyboardInterrupt
    suites.summary = replace(suites.summary, gate=Gate.FAILED, exit_code=Exit.INTERRUPTED)
    return suites


def _conclude(
    summary: Summary,
    folder: Path,
    console: Console,
    *,
    formats: tuple[Format, ...],
    as_json: bool,
    baseline_out: Path | None,
) -> int:
    """Write the reports and say what the run came to."""
    results = read_results(folder)
    written = write_reports(folder, results, summary, formats)
    kept = baseline_out is None or _keep(baseline_out, results, console)
    print_verdict(console, results, summary, _page(written, folder))
    if as_json:
        click.echo(json.dumps(summary.as_dict(results), indent=1))
    if summary.exit_code is Exit.INTERRUPTED:
        complain("interrupted", f"{len(results.checks)} checks were judged until then; the others are not verified")
    code = settle(written, summary.exit_code)
    return int(code if kept or code is not Exit.OK else Exit.UNDETERMINED)


def _keep(path: Path, results: Results, console: Console) -> bool:
    """Write the failures as a baseline; tell whether it could be written."""
    try:
        number = write_baseline(path, results.header.profile, results.header.suite, results.checks)
    except OSError as error:
        complain("the baseline could not be written", str(error), "milvus-tck check --write-baseline FILE")
        return False
    console.print(f"{number} failures written to {path}: give each a reason")
    return True


def _page(written: Written, folder: Path) -> Path:
    """Return the file to open first: the page, or, where none was asked for, the results."""
    return next((path for path in written.files if path.suffix == ".html"), folder / FILE)
