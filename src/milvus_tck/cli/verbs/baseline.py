"""`milvus-tck baseline`: look after the file in which a target's owner keeps the failures that are known."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.cli.shared.options import extension_options
from milvus_tck.cli.terminal.baseline_changes import say_update
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.verdict.baseline.baseline import BaselineError
from milvus_tck.verdict.baseline.comparison import today
from milvus_tck.verdict.baseline.problems import BaselineProblem, Weight, findings_of
from milvus_tck.verdict.baseline.update import prune_baseline
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_results

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck baseline check known.toml                    what is wrong in it
  milvus-tck baseline check known.toml tck-out/latest     and what a run says of it
  milvus-tck baseline prune known.toml tck-out/latest     take out what no longer fails

`milvus-tck check TARGET --write-baseline known.toml` makes one, and brings it up to date.
Exit codes: 0 done, 1 something has to be mended, 2 it could not be written, 64 usage."""


@click.group("baseline", epilog=_EPILOG, short_help="Look after a file of known failures.")
def command() -> None:
    """Look after a baseline: the failures of a target that its owner already knows."""


_CHECK_EPILOG = """\b
Examples:
  milvus-tck baseline check known.toml
  milvus-tck baseline check known.toml tck-out/latest       stale entries, too
  milvus-tck baseline check known.toml runs/*               and flaky ones that fail too often
  milvus-tck baseline check known.toml --json

Exit codes: 0 nothing has to be mended (a warning is no error), 1 something has, 64 usage: a
file that cannot be read, or is for another profile."""


@command.command("check", epilog=_CHECK_EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("results", metavar="[RESULT]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@extension_options
def check_command(file: Path, results: tuple[Path, ...], *, as_json: bool) -> int:
    """Say what is wrong in FILE: unknown keys and checks, entries that have expired or stand there twice.

    RESULT is a result folder or a results.ndjson; with several, what is known to be flaky is
    held to its ratio over all of them.
    """
    runs = [_read(each) for each in results]
    try:
        findings = findings_of(file, runs, today())
    except BaselineError as error:
        fail(Exit.USAGE, f"{file} cannot be checked", str(error), error.then or "milvus-tck baseline check --help")
    bad = any(each.weight is Weight.ERROR for each in findings)
    if as_json:
        rows = [each.as_dict() for each in findings]
        click.echo(json.dumps({"schema": 1, "file": str(file), "good": not bad, "findings": rows}, indent=1))
    else:
        _say(file, findings)
    return int(Exit.UNEXPECTED if bad else Exit.OK)


def _say(file: Path, findings: list[BaselineProblem]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for each in findings:
        colour = "bold red" if each.weight is Weight.ERROR else "yellow"
        about = f"{each.check}: " if each.check else ""
        console.print(f"[{colour}]{each.weight.value}[/] {each.kind.value}: {escape(about + each.text)}")
    errors = sum(each.weight is Weight.ERROR for each in findings)
    console.print(f"{escape(str(file))}: {errors} to mend, {len(findings) - errors} warnings")


_PRUNE_EPILOG = """\b
Examples:
  milvus-tck baseline prune known.toml tck-out/latest --dry-run   only say which
  milvus-tck baseline prune known.toml tck-out/latest
  milvus-tck baseline prune known.toml tck-out/latest --json

An entry goes when the run judged all that it names, and all of it passes. A run of a part of
the suite takes out no pattern and nothing of wire/*. Comments stay, but for those directly
above an entry that goes.

Exit codes: 0 done, 2 the file could not be written, 64 usage: a file that cannot be read,
or a result of another profile."""


@command.command("prune", epilog=_PRUNE_EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@extension_options
def prune_command(file: Path, result: Path, *, dry_run: bool, as_json: bool) -> int:
    """Take out of FILE the entries whose checks RESULT judged, and which no longer fail."""
    run = _read(result)
    whole = run.complete and not run.header.partial
    try:
        update = prune_baseline(file, run.header.profile, run.checks, whole=whole, dry_run=dry_run)
    except BaselineError as error:
        fail(Exit.USAGE, f"{file} cannot be pruned", str(error), error.then or "milvus-tck baseline prune --help")
    except OSError as error:
        complain(f"{file} could not be written", error.strerror or str(error))
        return int(Exit.UNDETERMINED)
    if as_json:
        content: dict[str, Any] = {"schema": 1, "file": str(file), "dry_run": dry_run, **update.as_dict()}
        click.echo(json.dumps(content, indent=1))
    else:
        say_update(Console(highlight=False, soft_wrap=True), file, update, would=dry_run)
    return int(Exit.OK)


def _read(result: Path) -> Results:
    try:
        return read_results(result)
    except ResultFileError as error:
        fail(Exit.USAGE, f"{result} cannot be read", str(error), "milvus-tck check --out FOLDER")
