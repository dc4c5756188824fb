"""What a load run came to, on a terminal."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["print_summary"]

_COLOURS = {"pass": "green", "fail": "red", "inconclusive": "yellow", "invalid": "yellow"}


def print_summary(console: Console, summary: dict[str, Any], folder: Path) -> None:
    """Print the figures and the verdict."""
    console.print(_table(summary["ops"]))
    for each in summary["slo"]:
        colour = _COLOURS[each["state"]]
        console.print(
            f"[{colour}]{each['state']:<12}[/] {escape(each['objective'])}  {_measured(each)}", soft_wrap=True
        )
    _rest(console, summary)
    colour = _COLOURS[summary["verdict"]]
    why = "; ".join(summary["reasons"]) or "all objectives are met"
    console.print(f"[bold {colour}]{summary['verdict']}[/]: {escape(why)}", soft_wrap=True)
    console.print(f"[dim]{escape(str(folder / 'report.html'))}[/]", soft_wrap=True)


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


def _table(operations: dict[str, Any]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for name in ("operation", "loop", "count", "errors", "per s", "p50 ms", "p99 ms", "naive p99", "recall"):
        table.add_column(name, justify="left" if name in {"operation", "loop"} else "right", no_wrap=True)
    for name, row in operations.items():
        recall = row["recall"]
        table.add_row(
            name, row["loop"], str(row["count"]), str(row["errors"]), f"{row['rate']:.1f}", f"{row['p50_ms']:.2f}",
            f"{row['p99_ms']:.2f}", f"{row['naive_p99_ms']:.2f}", f"{recall['mean']:.4f}" if recall else "",
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
