"""`milvus-tck diff`: what changed from one run to another."""

import json
from pathlib import Path

import click
from rich.console import Console

from milvus_tck.cli.shared.command_line import aimed_at
from milvus_tck.cli.terminal.diff_summary import print_diff
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_results
from milvus_tck.verdict.results.run_diff import CheckChangeKind, diff_of
from milvus_tck.verdict.results.summary import reaches

__all__ = ["command"]

_SHOWN = 20
_EPILOG = """\b
Examples:
  milvus-tck diff before after                     two result folders
  milvus-tck diff before.ndjson after.ndjson.gz    or files
  milvus-tck diff before after --json              for scripts
  milvus-tck diff before after --fail-on should    a should that fails now counts, too

What makes two runs less comparable is told first: another target, profile, release of the suite or selection. What
one run did not judge is no regression, and a slower test is no failure.

Exit codes: 0 no regression at --fail-on, 1 regressions, 64 OLD or NEW is no result file, 70 our bug."""


@click.command("diff", epilog=_EPILOG, short_help="Say what changed from one run to another.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice([level.value for level in Level]),
    default=Level.MUST.value,
    show_default=True,
    help="Lowest level of which a regression is exit code 1.",
)
@click.option("--all", "every", is_flag=True, help=f"Name every check, not {_SHOWN} of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (diff.schema.json) instead of text.")
def command(old: Path, new: Path, fail_on: str, *, every: bool, as_json: bool) -> int:
    """Say what became of the checks of OLD in NEW, each a result folder or a results.ndjson."""
    diff = diff_of(_read(old), _read(new))
    if as_json:
        click.echo(json.dumps(diff.as_dict(), indent=1))
    else:
        console = Console(highlight=False, soft_wrap=True)
        print_diff(console, diff, len(diff.changes) + len(diff.slower) if every else _SHOWN)
    regressions = diff.of(CheckChangeKind.REGRESSION)
    return int(Exit.UNEXPECTED if any(reaches(each.new, Level(fail_on)) for each in regressions) else Exit.OK)


def _read(path: Path) -> Results:
    try:
        return read_results(path)
    except ResultFileError as error:
        then = aimed_at(str(path), "tck-out/latest")
        fail(Exit.USAGE, f"{path} cannot be compared", str(error), then)
