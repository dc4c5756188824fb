"""Check summary: the end of a run on the terminal: the verdict, where to start, where the report is."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milvus_tck.cli.terminal.diff_summary import print_since
from milvus_tck.reporting.causes import Cause
from milvus_tck.reporting.deciding_exchange import decided_by
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.provenance import backing
from milvus_tck.reporting.text import one_line
from milvus_tck.verdict.model.states import Conformance, State
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.roots import said
from milvus_tck.verdict.results.summary import Summary

__all__ = ["print_verdict"]

_FLAKY = 10
_ERRORS = 3
_COLOURS = {
    Conformance.CONFORMANT: "green",
    Conformance.NOT_CONFORMANT: "red",
    Conformance.UNDETERMINED: "yellow",
}
_WIDTH = 160


def print_verdict(console: Console, run: JudgedRun, report: Path) -> None:
    """Print what a run came to; `report` is the file to read next."""
    results, summary = run.results, run.summary
    _print_counts(console, summary)
    first = run.start_here
    if first:
        console.print(f"Start here{_of_what(run)}:")
        for cause in first:
            _print_cause(console, run, cause)
        if len(run.causes) > len(first):
            console.print(f"  … and {len(run.causes) - len(first)} more kinds of failure in the report")
    _print_errors(console, results)
    _print_flaky(console, summary)
    _print_baseline(console, summary)
    if run.since is not None:
        print_since(console, run.since)
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


def _of_what(run: JudgedRun) -> str:
    if run.summary.baseline is None:
        return ""
    return " (known failures)" if run.only_known else " (unexpected only)"


def _print_cause(console: Console, run: JudgedRun, cause: Cause) -> None:
    event = cause.example
    weight = f", {cause.weight}" if cause.weight else ""
    alike = f" [dim]({cause.alike} more look alike)[/]" if cause.alike else ""
    unsafe = "[bold red]unsafe[/] " if cause.unsafe else ""
    console.print(f"  {unsafe}[bold]{escape(cause.title)}[/]{weight}{alike}")
    if not cause.root:
        console.print(f"    {escape(event.text)}")
    contrast = said(event) if cause.root else event.contrast
    if contrast:
        console.print(f"    {escape(one_line(contrast, 2 * _WIDTH))}", style="dim")
    if decided_by(event):
        console.print(f"    decided by {escape(one_line(decided_by(event), _WIDTH))}", style="dim")
    if event.unsafe:
        console.print(f"    again: {escape(run.repro(event))}", style="dim")
    for name, words in backing(event).items():
        console.print(f"    {name}: {escape(one_line(words, 2 * _WIDTH))}", style="dim")
    if run.reason_of(event):
        console.print(f"    known: {escape(run.reason_of(event)[:_WIDTH])}", style="dim")


def _print_errors(console: Console, results: Results) -> None:
    """Say which tests ended with an error of their own, and with which: whoever writes one sees it nowhere else."""
    wrong = [check for check in results.checks if check.state == State.HARNESS_ERROR]
    for each in wrong[:_ERRORS]:
        console.print(f"[bold red]error of the test:[/] {escape(each.check)}: {escape(one_line(each.actual, _WIDTH))}")
    if len(wrong) > _ERRORS:
        console.print(f"  … and {len(wrong) - _ERRORS} more tests with an error in the report")


def _print_flaky(console: Console, summary: Summary) -> None:
    for each in summary.flaky[:_FLAKY]:
        console.print(f"[yellow]flaky:[/] {escape(each['check'])} failed {each['failed']} of {each['runs']} times")
    if len(summary.flaky) > _FLAKY:
        console.print(f"  … and {len(summary.flaky) - _FLAKY} more that are flaky")


def _print_baseline(console: Console, summary: Summary) -> None:
    if summary.baseline is None:
        return
    known, unexpected = len(summary.baseline.expected), summary.baseline.unexpected
    looked_at = sum(not each.decides for each in unexpected)
    idle = f" and {looked_at} that are only observed: a baseline holds none of those" if looked_at else ""
    console.print(f"baseline: {known} known failures, {len(unexpected) - looked_at} unexpected{idle}")
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
