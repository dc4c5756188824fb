"""Diff summary: what changed from one run to another, on the terminal."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.markup import escape

from milvus_tck.reporting.since import COUNT_WORDS, since_line
from milvus_tck.reporting.text import one_line, plural
from milvus_tck.verdict.results.run_diff import CheckChangeKind, RunDiff, SlowerTest

__all__ = ["print_diff", "print_since"]

Item = TypeVar("Item")
_WIDTH = 240
#: Regressions that are named where a run ends; the rest stands in the report.
_NAMED = 5
_COLOURS = {
    CheckChangeKind.REGRESSION: "red",
    CheckChangeKind.OTHER_SIGNATURE: "yellow",
    CheckChangeKind.NEWLY_DEVIATING: "yellow",
    CheckChangeKind.NEWLY_UNVERIFIED: "yellow",
    CheckChangeKind.FIX: "green",
}


def print_diff(console: Console, diff: RunDiff, shown: int) -> None:
    """Print what makes the runs less comparable, then each kind of change, the gravest first; `shown` of each."""
    for each in diff.circumstances:
        console.print(f"[yellow]another {escape(one_line(each.words, _WIDTH))}[/]")
    for kind in CheckChangeKind:
        found = diff.of(kind)
        if found:
            console.print(f"[bold {_COLOURS.get(kind, 'default')}]{len(found)} {COUNT_WORDS[kind](len(found))}[/]")
            _print_some(console, found, shown, lambda it: f"{it.check} [{it.new.level}]: {it.words}")
    _print_slower(console, diff.slower, shown)
    for checks, which in ((diff.only_old, "old"), (diff.only_new, "new")):
        if checks:
            console.print(f"{plural(len(checks), 'check')} of the {which} run alone, held against nothing")
    if diff.same:
        console.print(f"no check changed: {plural(len(diff.new.checks), 'check')} came to the same in both runs")


def print_since(console: Console, diff: RunDiff) -> None:
    """Say in a line what changed since the last run, and name the first regressions."""
    regressions = diff.of(CheckChangeKind.REGRESSION)
    console.print(f"[{'bold red' if regressions else 'default'}]{escape(since_line(diff))}[/]")
    for each in regressions[:_NAMED]:
        console.print(f"  regression: {escape(one_line(f'{each.check}: {each.words}', _WIDTH))}", style="dim")
    if len(regressions) > _NAMED:
        console.print(f"  … and {len(regressions) - _NAMED} more")


def _print_slower(console: Console, slower: tuple[SlowerTest, ...], shown: int) -> None:
    if slower:
        console.print(f"{plural(len(slower), 'test')} slower, which is no failure")
        _print_some(console, slower, shown, lambda it: f"{it.test}: {it.words}")


def _print_some(console: Console, found: Sequence[Item], shown: int, words: Callable[[Item], str]) -> None:
    for each in found[:shown]:
        console.print(f"  {escape(one_line(words(each), _WIDTH))}")
    if len(found) > shown:
        console.print(f"  … and {len(found) - shown} more: --all shows them")
