"""`milvus-tck sdk`: judge an SDK through its driver."""

import json
import shlex
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.cli.shared.baseline_files import usable_baselines
from milvus_tck.cli.shared.check_options import LEVELS
from milvus_tck.cli.shared.command_line import command_line
from milvus_tck.cli.shared.formats import format_option, given_formats
from milvus_tck.cli.shared.option_values import Seconds
from milvus_tck.cli.shared.recorded_application import record_application
from milvus_tck.cli.shared.recording_verdicts import RecordingJob, judge_log
from milvus_tck.cli.shared.results_folder import results_folder
from milvus_tck.cli.shared.running_server import running
from milvus_tck.cli.shared.sdk_judgement import SdkJob, judge_sdk, must_be_a_command, must_be_a_server, wanted_cases
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.sdk.driver_check import DriverProbe, check_driver
from milvus_tck.sdk.driver_process import WINDOW, DriverFaultError, DriverProcess
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.spec.sdk_clauses import sdk_clauses
from milvus_tck.targets.names import FORMS
from milvus_tck.verdict.model.states import Exit

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck sdk -- python drivers/reference/driver.py
  milvus-tck sdk --server lite@3.2.2 -- python drivers/reference/driver.py
  milvus-tck sdk --select sdk/lost-answer -- node my-driver.js
  milvus-tck sdk check-driver -- node my-driver.js     is it the driver?
  milvus-tck sdk judge --log calls.jsonl               what the wire alone shows
  milvus-tck sdk clauses                               what an SDK owes its users

A driver is a small program around an SDK: docs/guide-drivers.md shows how to write one in an afternoon.
Exit codes: 0 nothing unexpected, 1 a promise is broken, 2 undetermined, or the driver does not keep its protocol, 3 the
server could not be started or was lost, 4 nothing ran, 64 usage, 70 our bug, 130 interrupted."""
_RUN_EPILOG = """\b
Examples:
  milvus-tck sdk -- python drivers/reference/driver.py
  milvus-tck sdk --server lite@3.2.2 --out report -- python drivers/reference/driver.py
  milvus-tck sdk --select 'sdk/error-*' --fail-on should -- node my-driver.js
  milvus-tck sdk --write-baseline known.toml -- node my-driver.js    later --baseline known.toml

It starts SERVER, puts the inspecting proxy before it and faults into its way, and lets the driver do operations. What
travelled is held against what was asked for, and against what the user of the SDK saw.

Exit codes: 0 nothing unexpected, 1 a promise is broken, 2 undetermined, or the driver does not keep its protocol, 3 the
server could not be started or was lost, 4 nothing ran, 64 usage, 70 our bug, 130 interrupted."""
_CHECK_EPILOG = """\b
Examples:
  milvus-tck sdk check-driver -- python drivers/reference/driver.py
  milvus-tck sdk check-driver --json -- node my-driver.js

It starts the executable model and lets the driver do each operation that it has.

Exit codes: 0 the driver does what it says, 1 it does not, 64 usage, 70 our bug."""
_JUDGE_EPILOG = """\b
Examples:
  milvus-tck proxy host:19530 --record calls.jsonl     then let an application use the proxy's address
  milvus-tck sdk judge --log calls.jsonl
  milvus-tck sdk judge --server lite@3.2.2 --out judged -- python my_application.py    start, record and judge

Of the clauses it judges those that the wire alone can show. A write that was sent again is a suspicion, and no more: an
application may write the same twice.

Exit codes: 0 no must clause is broken, 1 one is, 2 the application failed or results could not be written, 3 the server
could not be started, 4 nothing was judged, 64 usage, 70 our bug, 130 interrupted."""
_LOG = "What `milvus-tck proxy --record` wrote; with COMMAND, where its recording is kept."
_ANSWERED = "What the recording was made of; with COMMAND, the server that is started."
_NAME = "Who was recorded, and its version.  [default: what it says in Connect]"
_COLOURS = {"pass": "green", "fail": "red", "skip": "yellow"}
_TIMEOUT = "Seconds that an operation may take before it counts as a hang."
_WRITE_BASELINE = "Write the failures of this run into a baseline; what people wrote there stays."
_SELECT = "Clauses, or cases as CLAUSE.CASE, to judge; * and ? stand for anything."


class _Sdk(click.Group):
    """Takes what names no command for a run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] in self.commands or args[0] in ctx.help_option_names:
            return super().parse_args(ctx, args)
        try:
            self.commands["run"].make_context("run", list(args), parent=ctx)
        except click.UsageError as error:
            error.ctx = ctx  # who did not type `run` is not told of it
            raise
        return super().parse_args(ctx, ["run", *args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options of a run beside the commands."""
        rows = (each.get_help_record(ctx) for each in self.commands["run"].params)
        with formatter.section("Options"):
            formatter.write_dl([*(each for each in rows if each is not None), ("-h, --help", "Show this message.")])
        self.format_commands(ctx, formatter)


@click.group("sdk", cls=_Sdk, epilog=_EPILOG, short_help="Judge an SDK through its driver.")
def command() -> None:
    """Judge an SDK through its driver."""


@command.command("run", epilog=_RUN_EPILOG)
@click.option("--server", default="model", show_default=True, metavar="TARGET", help=f"The server: {FORMS}.")
@click.option("--select", "patterns", multiple=True, metavar="PATTERN", help=_SELECT)
@click.option("--fail-on", type=LEVELS, default="must", show_default=True, help="Lowest level that fails the gate.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Known failures of the SDK.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help=_WRITE_BASELINE)
@click.option("--timeout", type=Seconds(), default=WINDOW, show_default=True, help=_TIMEOUT)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results [tck-out/RUN].")
@format_option
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of text.")
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND...")
def run(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Judge the SDK behind the driver that COMMAND starts."""
    formats = given_formats(options["formats"])
    wanted = wanted_cases(options["patterns"])
    must_be_a_server(options["server"])
    must_be_a_command(options["words"])
    usable_baselines(options["baseline"], options["write_baseline"], SDK)
    job = SdkJob(options["words"], options["server"], wanted, bool(options["patterns"]), Level(options["fail_on"]),
                 results_folder(options["out"]), formats, options["as_json"], options["timeout"],
                 options["baseline"], options["write_baseline"])  # fmt: skip
    return judge_sdk(job)


@command.command("clauses")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each clause.")
def listed(*, as_json: bool) -> int:
    """Print what an SDK owes its users, and who says so."""
    for each in sdk_clauses().values():
        if as_json:
            row = {"clause": each.id, "level": each.level.value, "basis": each.basis, "unsafe": each.unsafe}
            click.echo(json.dumps(row | {"text": each.text}))
        else:
            marks = f"{each.level.value}, {each.basis}{', unsafe' if each.unsafe else ''}"
            click.echo(f"{each.id} ({marks}): {each.text}")
    return int(Exit.OK)


@command.command("judge", epilog=_JUDGE_EPILOG)
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help=_LOG)
@click.option("--server", metavar="TARGET", help=_ANSWERED)
@click.option("--name", default="", metavar="NAME", help=_NAME)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results.  [default: none]")
@format_option
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each clause.")
@click.argument("words", nargs=-1, metavar="[-- COMMAND...]")
def judge(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Judge what an SDK sent, from a recording of `milvus-tck proxy`: no driver is needed.

    With COMMAND, a server is started, and what the command sends to the address in the variable MTCK_URI is recorded.
    """
    log, server, words = options["log"], options["server"], options["words"]
    if log is None and not words:
        message = "name a recording by --log, or a COMMAND that is recorded"
        raise click.UsageError(message)
    formats = given_formats(options["formats"])
    folder = None if options["out"] is None else results_folder(options["out"])
    with tempfile.TemporaryDirectory() as place:
        kept, code = log or Path(place) / "calls.jsonl", Exit.OK
        if words:
            server = server or "model"
            must_be_a_server(server)
            must_be_a_command(words)
            code = record_application(words, server, kept)
        job = RecordingJob(kept, options["name"], server or "a server", options["as_json"], folder, formats)
        return int(Exit.first((judge_log(job), code)))


@command.command("check-driver", epilog=_CHECK_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each probe.")
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND...")
def check(words: tuple[str, ...], *, as_json: bool) -> int:
    """Try the driver that COMMAND starts, by itself: a broken driver is no broken SDK."""
    must_be_a_command(words)
    try:
        with DriverProcess(words) as driver, running("model", None, None) as server:
            return _told(driver, server.address, as_json=as_json)
    except DriverFaultError as error:
        fail(Exit.UNEXPECTED, "the driver does not keep its protocol", str(error), shlex.join(command_line()))


def _told(driver: DriverProcess, address: str, *, as_json: bool) -> int:
    console = Console(highlight=False, soft_wrap=True)
    failed = 0
    if not as_json:
        console.print(f"{driver.hello.sdk} {driver.hello.version}, {driver.hello.language}", markup=False)
    for probe in check_driver(driver, address):
        failed += probe.state == "fail"
        if as_json:
            click.echo(json.dumps({"probe": probe.name, "state": probe.state, "why": probe.why}))
        else:
            console.print(_line(probe))
    if not as_json:
        console.print("the driver does what it says" if not failed else f"{failed} probes fail: mend the driver first")
    return int(Exit.UNEXPECTED if failed else Exit.OK)


def _line(probe: DriverProbe) -> str:
    why = f": {escape(probe.why)}" if probe.why else ""
    return f"[{_COLOURS[probe.state]}]{probe.state}[/] {probe.name}{why}"
