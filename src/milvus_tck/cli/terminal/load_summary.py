"""What a load run came to, on a terminal."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["print_summary"]

_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow", "invalid": "yellow"}
#: Columns for what did not end well; those that are empty everywhere are left out, but for refusals.
_FAILURES = {"refused": "refused", "wrong": "wrong", "unanswered": "no answer", "dropped": "never sent"}
_LEFT = {"operation", "loop"}
#: Columns of letters that figures may take: where a terminal is narrower, a line goes on in the next one, uncut.
_WIDTH = 240


def print_summary(console: Console, summary: dict[str, Any], folder: Path) -> None:
    """Print the figures and the verdict; what lies with the client comes first."""
    for each in summary["client"]["says"]:
        console.print(f"[bold yellow]client[/]: {escape(each)}", soft_wrap=True)
    head, *rows = _drawn(_table(summary["ops"]))
    console.print(f"[dim]{escape(head)}[/]", *map(escape, rows), sep="\n", soft_wrap=True)
    for line in _refusals(summary["ops"]):
        console.print(line, soft_wrap=True)
    _objectives(console, summary["slo"])
    _rest(console, summary)
    colour = _COLOURS[summary["verdict"]]
    why = "; ".join(summary["reasons"]) or "all objectives are met"
    console.print(f"[bold {colour}]{summary['verdict']}[/]: {escape(why)}", soft_wrap=True)
    console.print(f"[dim]{escape(str(folder / 'report.html'))}[/]", soft_wrap=True)


def _refusals(operations: dict[str, Any]) -> Iterator[str]:
    for name, row in operations.items():
        if row["errors"]:
            codes = ", ".join(f"{count} {code}" for code, count in row["codes"].items())
            quick = f"; refused within {row['refused_p50_ms']:.2f} ms (p50), {row['refused_p99_ms']:.2f} ms (p99)"
            yield escape(f"{name}: {codes}{quick if row['refused'] else ''}")


def _objectives(console: Console, rows: list[dict[str, Any]]) -> None:
    """Print one line for each, but for those of every run that are met."""
    quiet = [each for each in rows if each["standing"] and each["state"] == "pass"]
    for each in rows:
        if each not in quiet:
            name = each["objective"] if each["operation"] in each["objective"] else _of(each)
            console.print(
                f"[{_COLOURS[each['state']]}]{each['state']:<12}[/] {escape(name)}  {_measured(each)}", soft_wrap=True
            )
    if quiet:
        texts = ", ".join(dict.fromkeys(each["objective"] for each in quiet))
        console.print(f"[green]{'pass':<12}[/] [dim]as in every run: {escape(texts)}[/]", soft_wrap=True)


def _of(row: dict[str, Any]) -> str:
    return f"{row['objective']} ({row['operation']})"


def _rest(console: Console, summary: dict[str, Any]) -> None:
    """Print what is beside the figures: the client, the audit, the knee."""
    client, audit = summary["client"], summary["audit"]
    console.print(
        f"client: {client['cpu_us_per_request']:.0f} us CPU a request, sent late by {client['lag_p50_ms']:.2f} ms "
        f"(p50) {client['lag_p99_ms']:.2f} ms (p99), {client['dropped']} dropped",
        soft_wrap=True,
    )
    if audit["done"]:
        console.print(
            f"audit: {audit['found']} of {audit['acknowledged']} acknowledged rows found, {audit['surplus']} too many, "
            f"{audit['doubled']} twice, {audit['doubtful']} doubtful",
            soft_wrap=True,
        )
    for each in summary["comparison"] or ():
        if each["changed"]:
            console.print(
                f"{each['operation']} {each['metric']}: {each['ratio']:.2f} times what it was "
                f"({each['low']:.2f} to {each['high']:.2f})"
            )
    if summary["knee"]:
        knee = summary["knee"]
        console.print(
            f"knee: {knee['rate']:g} a second is the highest rate tried that keeps {escape(knee['objective'])}",
            soft_wrap=True,
        )


def _drawn(table: Table) -> list[str]:
    wide = Console(width=_WIDTH, file=io.StringIO(), force_terminal=False)
    with wide.capture() as found:
        wide.print(table)
    return [line.rstrip() for line in found.get().splitlines()]


def _table(operations: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    shown = [key for key in _FAILURES if key == "refused" or any(row[key] for row in operations.values())]
    names = ("operation", "loop", "good", *(_FAILURES[key] for key in shown))
    for name in (*names, "good/s", "p50 ms", "p99 ms", "naive p99", "recall"):
        table.add_column(name, justify="left" if name in _LEFT else "right", no_wrap=True)
    for name, row in operations.items():
        recall = row["recall"]
        table.add_row(
            name, row["loop"], str(row["good"]), *(str(row[key]) for key in shown), f"{row['rate']:.1f}",
            f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}", f"{row['naive_p99_ms']:.2f}",
            f"{recall['mean']:.4f}" if recall else "",
        )  # fmt: skip
    return table


def _measured(row: dict[str, Any]) -> str:
    """Show what was measured beside an objective, in its own unit."""
    bound = row["objective"]
    factor, unit = (1e3, " ms") if bound.rstrip().endswith("s") and not bound.endswith("/s") else (1, "")
    if bound.endswith("%"):
        factor, unit = 100, " %"
    if bound.endswith("x"):
        unit = " times what it was"
    if row["value"] is None or (row["why"] and not row["value"]):
        return escape(row["why"])
    low, high = ("-" if row[each] is None else f"{row[each] * factor:.4g}" for each in ("low", "high"))
    spread = "" if row["low"] == row["high"] else f" ({low} to {high})"
    return f"[dim]measured {row['value'] * factor:.4g}{unit}{spread} {escape(row['why'])}[/]"
