"""`milvus-tck load trend RUN…`: draw stored runs over time."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milvus_tck.cli.terminal.errors import complain
from milvus_tck.cli.terminal.wide_table import print_wide
from milvus_tck.load.report.stored_run import figure
from milvus_tck.load.report.trend import FIGURES, TrendRun, marks, read_trend, trend_dict, trend_markdown
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["WithTrend", "trend"]

_WORD = "trend"
_EPILOG = """\b
Examples:
  milvus-tck load trend night-29 night-30 --out trend.html
  milvus-tck load trend night-29 night-30 --markdown

Runs stand in the order in which they began. A mark (*) says why one is no equal of the newest (another scenario, rate
or version of the target), or that the client was its own bottleneck. It judges nothing.

Exit codes: 0 drawn, 2 the page could not be written, 64 usage."""


class WithTrend(click.Command):
    """Takes `trend` in the first place for a command: no target has that name there."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Return the context of a run, or that of a trend."""
        if args[:1] == [_WORD]:
            return trend.make_context(f"{info_name} {_WORD}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(_WORD, epilog=_EPILOG)
@click.argument("runs", nargs=-1, required=True, metavar="RUN…",
                type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("trend.html"), show_default=True,
              help="The page, which needs no network.")  # fmt: skip
@click.option("--json", "form", flag_value="json", help="Print the figures as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print a table of Markdown.")
def trend(runs: tuple[Path, ...], out: Path, form: str | None) -> int:
    """Draw stored load runs over time; each RUN is the folder of one."""
    from milvus_tck.load.report.trend_page import trend_html  # noqa: PLC0415 - numpy and templates, for this alone

    try:
        found = read_trend(dict.fromkeys(each.resolve() for each in runs))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if form is None:
        _print(Console(highlight=False), found)
    else:
        click.echo(json.dumps(trend_dict(found), indent=1) if form == "json" else trend_markdown(found).rstrip())
    try:
        write_whole(out, trend_html(found))
    except OSError as error:
        complain(f"{out} could not be written", str(error))
        return int(Exit.UNDETERMINED)
    click.echo(f"page: {out}", err=form is not None)
    return int(Exit.OK)


def _print(console: Console, runs: list[TrendRun]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("began (UTC)", "", "version", "operation", *FIGURES, "verdict"):
        table.add_column(name, justify="right" if name in FIGURES else "left", no_wrap=True)
    for run, said in zip(runs, marks(runs), strict=True):
        for name, row in run.ops.items():
            cells = ["" if (value := figure(row, key)) is None else f"{value:.4g}" for key in FIGURES]
            mark = "*" if said else ""
            texts = run.day, mark, run.summary["target"]["version"], name, *cells, run.summary["verdict"]
            table.add_row(*map(escape, texts))
    print_wide(console, table)
    for run, said in zip(runs, marks(runs), strict=True):
        if said:
            console.print(f"* {run.day} {escape(str(run.folder))}: {escape('; '.join(said))}", soft_wrap=True)
