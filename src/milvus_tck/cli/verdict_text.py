"""The end of a run on the terminal: the verdict, where to start, where the report is."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milvus_tck.reporting.causes import Cause
from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.states import Conformance, State
from milvus_tck.verdict.summary import Summary

__all__ = ["print_verdict"]

_CAUSES = 5
_COLOURS = {
    Conformance.CONFORMANT: "green",
    Conformance.NOT_CONFORMANT: "red",
    Conformance.UNDETERMINED: "yellow",
}
_WIDTH = 160


def print_verdict(console: Console, results: Results, summary: Summary, report: Path) -> None:
    """Print what a run came to; `report` is the file to read next."""
    run = JudgedRun(results, summary)
    _print_counts(console, summary)
    causes = run.causes
    if causes:
        console.print("Start here:" if summary.baseline is None else "Start here (unexpected only):")
        for cause in causes[:_CAUSES]:
            _print_cause(console, cause)
        if len(causes) > _CAUSES:
            console.print(f"  … and {len(causes) - _CAUSES} more kinds of failure in the report")
    _print_baseline(console, summary)
    for note in summary.notes:
        console.print(f"[yellow]note:[/] {escape(note)}")
    console.print(f"[bold {_COLOURS[summary.verdict]}]{escape(str(run.sentence))}[/]")
    _print_cost(console, results)
    console.print(f"report: {report}", highlight=False)


def _print_counts(console: Console, summary: Summary) -> None:
    table = Table(box=None, pad_edge=False)
    shown = [state for state in State if any(counts[state] for counts in summary.counts.values())]
    table.add_column("level")
    for state in shown:
        table.add_column(state.value, justify="right")
    for level, counts in summary.counts.items():
        if any(counts.values()):
            table.add_row(level, *(str(counts[state]) for state in shown))
    console.print(table)


def _print_cause(console: Console, cause: Cause) -> None:
    event = cause.example
    more = f" (+{len(cause.checks) - 1} alike)" if len(cause.checks) > 1 else ""
    blocks = f", blocks {cause.blocks} checks" if cause.blocks else ""
    console.print(f"  [bold]{escape(event.check)}[/]{more}{blocks}")
    console.print(f"    {escape(event.text)}")
    if event.expected or event.actual:
        actual = event.actual.splitlines()[-1] if event.actual else ""
        console.print(f"    expected {escape(event.expected[:_WIDTH])}; got {escape(actual[:_WIDTH])}", style="dim")


def _print_baseline(console: Console, summary: Summary) -> None:
    if summary.baseline is None:
        return
    known = len(summary.baseline.expected)
    console.print(f"baseline: {known} known failures, {len(summary.baseline.unexpected)} unexpected")
    for entry in summary.baseline.expired:
        whose = f" (owner: {entry.owner})" if entry.owner else ""
        console.print(f"[bold red]expired:[/] {escape(entry.check + whose)} excuses nothing since {entry.expires}")
    for entry in summary.baseline.stale:
        console.print(f"[yellow]stale:[/] {escape(entry.check)} passes now: take it out of the baseline")
    for entry in summary.baseline.unmatched:
        console.print(f"[yellow]unmatched:[/] {escape(entry.check)} names no check of this suite")


def _print_cost(console: Console, results: Results) -> None:
    footer = results.footer
    if footer is None or not footer.seconds:
        return
    checks = len(results.checks)
    console.print(
        f"{checks} checks in {footer.seconds:.1f} s ({checks / footer.seconds:.0f}/s), "
        f"{footer.cpu_seconds:.1f} s CPU of ours",
        highlight=False,
    )
