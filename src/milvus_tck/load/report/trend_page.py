"""The page of a trend: a chart for each figure of each operation, and a table of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from milvus_tck.load.report.charts import Axis, Line, chart, value_axis
from milvus_tck.load.report.stored_run import figure
from milvus_tck.load.report.trend import FIGURES, TrendRun, marks
from milvus_tck.reporting.templates import asset, digest, environment

__all__ = ["trend_html"]


@dataclass(frozen=True, slots=True)
class _Figure:
    title: str
    picture: Markup


def trend_html(runs: Sequence[TrendRun]) -> str:
    """Render the page: it needs no script and no network. Runs with a mark leave a gap in the line."""
    style, said = asset("load.css"), marks(runs)
    rows = [
        {"run": run, "marks": each, "name": name, "cells": [figure(row, key) for key in FIGURES]}
        for run, each in zip(runs, said, strict=True)
        for name, row in run.ops.items()
    ]
    return environment().get_template("load_trend.html").render(
        figures=list(_figures(runs, said)), rows=rows, names=FIGURES, newest=runs[-1], count=len(runs), style=style,
        style_hash=digest(style), marked=sum(map(bool, said)),
    )  # fmt: skip


def _figures(runs: Sequence[TrendRun], said: Sequence[Sequence[str]]) -> list[_Figure]:
    step = max(1, len(runs) // 6)
    x = Axis(0.0, max(1.0, len(runs) - 1.0), tuple((float(at), runs[at].day[5:10]) for at in range(0, len(runs), step)))
    found = []
    for name in runs[-1].ops:
        for key, unit in FIGURES.items():
            whole = [(float(at), figure(run.ops.get(name), key)) for at, run in enumerate(runs)]
            if all(value is None for _, value in whole):
                continue
            equal = [(at, None if marked else value) for (at, value), marked in zip(whole, said, strict=True)]
            lines = [Line("every run", whole, dashed=True, colour="var(--quiet)"), Line("comparable", equal)]
            title = f"{name}: {key.removesuffix('_ms')} ({unit})"
            found.append(_Figure(title, chart(lines, x, value_axis(lines), f"{title} over runs")))
    return found
