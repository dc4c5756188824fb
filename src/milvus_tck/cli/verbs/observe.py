"""`milvus-tck observe`: write down what a server answers in the condition of every clause."""

from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from milvus_tck.cli.shared.check_options import check_options
from milvus_tck.cli.shared.command_line import again, command_line
from milvus_tck.cli.shared.option_values import Seconds, must_be_writable, must_match, understood
from milvus_tck.cli.shared.options import (
    TARGET_HELP,
    binding_options,
    connection_options,
    extension_options,
    profile_option,
    select_option,
    target_argument,
)
from milvus_tck.cli.shared.output import Output
from milvus_tck.cli.shared.results_folder import results_folder
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.spec.observed_answers import Observed, ObservedServer
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.names import understand
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.observation import observation, server_of
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_results
from milvus_tck.verdict.results.whole_file import write_whole
from milvus_tck.verdict.session.options import DEADLINE

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck observe lite@3.2.2 --out lite-3.2.2.ndjson        ask a release of milvus-lite
  milvus-tck observe host:19530 --out ours.ndjson --server ours --release 1.4
  milvus-tck observe --from tck-out/latest --out ours.ndjson   of a run that was made already
  milvus-tck compare-observed ours.ndjson                      which clauses disagree with it

Whether the server is right is no matter here. Exit codes: 0 written, 2 the run was cut short (what was seen until
then is written), 3 target lost, 4 nothing was seen, 64 usage, 70 our bug, 130 interrupted."""
_HELP = f"""Write into a file what TARGET answers in the condition of every clause.

That are the numbers, and the stable part of the reasons. The suite is run against it. {TARGET_HELP}"""
_FROM = "Take it from the results of a run (a folder, or a results.ndjson) instead of asking a server."
_RESULTS = "Folder for the results of the run [tck-out/RUN]."
#: The same data in every run, so that a server that answers the same leaves the same file.
_SEED = 1
#: Ends of a run after which what was seen is written, and the end is told.
_ENDS = frozenset({Exit.TARGET_LOST, Exit.INTERRUPTED, Exit.OUR_BUG})


@click.command("observe", epilog=_EPILOG, help=_HELP, short_help="Write down what TARGET answers to every clause.")
@target_argument
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="RESULTS", help=_FROM)
@click.option("--server", metavar="NAME", help="Whose answers they are  [default: what the target says].")
@click.option("--release", metavar="RELEASE", help="Of which release  [default: what the target says].")
@profile_option("Protocol line to ask it by.")
@binding_options
@select_option("Checks to run, by clause, rpc, level, family, capability.")
@click.option("--workers", type=click.IntRange(1, 256), help="Tests in flight.")
@click.option("--seed", type=int, default=_SEED, show_default=True, help="Seed of data and order.")
@click.option("--timeout", type=Seconds(), default=DEADLINE, show_default=True, help="Seconds that one call may take.")
@click.option("--hostile/--no-hostile", default=None, help="Ask what is known to kill servers (default: of our own).")
@click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results of the run [tck-out/RUN].",
)
@extension_options
@connection_options
def command(
    *,
    out: Path,
    source: Path | None,
    server: str | None,
    release: str | None,
    results: Path | None,
    **options: Any,  # noqa: ANN401 - what click parsed
) -> int:
    """Write down what TARGET answers."""
    if source is not None and options["target"] is not None:
        raise click.UsageError("--from takes the answers from a run, and TARGET asks a server: give one of them")
    must_be_writable(out, "--out")
    code, seen = (Exit.OK, _read(source)) if source is not None else _asked(options, results)
    found = observation(seen, _named(server_of(seen.header), server, release))
    if not found.answers:
        fail(Exit.NOTHING_RAN, "nothing was seen", _nothing(seen), "milvus-tck list --by clause")
    try:
        write_whole(out, found.text())
    except OSError as error:
        fail(Exit.UNDETERMINED, f"{out} cannot be written", error.strerror or str(error), again("--out", "FILE"))
    click.echo(f"{_said(found)} written to {out}")
    if code not in _ENDS and not seen.complete:
        click.echo("the run was cut short: what it did not come to is not in the file")
        return int(Exit.UNDETERMINED)
    return int(code) if code in _ENDS else int(Exit.OK)


def _read(source: Path) -> Results:
    try:
        return read_results(source)
    except ResultFileError as error:
        fail(Exit.USAGE, f"{source} holds no results of a run", str(error), "ls tck-out")


def _asked(options: dict[str, Any], folder: Path | None) -> tuple[Exit, Results]:
    """Run the suite, and return how that ended with what it saw."""
    options["explore"] = 0.0  # what chance decides is no answer to keep
    checked = check_options(options, command=command_line())
    try:
        target = understand(checked.target, checked.credentials, checked.urls)
    except TargetError as error:
        fail_target(error)
    must_match(checked, understood(checked.select), target.declared.profile)
    from milvus_tck.cli.shared.check_run import run_check  # noqa: PLC0415 - pytest and reports: not needed to find a typo

    output = Output(results_folder(folder), ())
    return Exit(run_check(checked, output)), read_results(output.folder)


def _named(told: ObservedServer, server: str | None, release: str | None) -> ObservedServer:
    found = replace(told, server=server or told.server, release=release or told.release)
    if not found.release:
        why = f"it says of its version: {told.version!r}" if told.version else "it says nothing of its version"
        fail(Exit.USAGE, "nobody knows which release that is", why, again("--release", "2.6.20"))
    return found


def _nothing(results: Results) -> str:
    judged = len(results.checks)
    return f"{judged} checks were judged, and none of them tells an answer" if judged else "no check was judged"


def _said(found: Observed) -> str:
    answers, clauses = len(found.answers), len({each.clause for each in found.answers})
    return f"{found.server}: {answers} answer{'s' * (answers != 1)} to {clauses} clause{'s' * (clauses != 1)}"
