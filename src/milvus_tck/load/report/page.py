"""`report.html`: one file that shows a run, from a disk and without a network or a script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from milvus_tck.load.measure.histogram import BUCKETS, Histogram, centres
from milvus_tck.load.measure.series import Series
from milvus_tck.load.report.charts import COLOURS, Axis, Line, chart, heat_map, log_axis, time_axis, value_axis
from milvus_tck.load.report.result import LoadResult, LoadVerdict
from milvus_tck.load.report.summary import summary_dict
from milvus_tck.load.report.timeseries import Row, client_cpu, rows, server_use
from milvus_tck.reporting.templates import asset, digest, environment

__all__ = ["report_html"]

_TONES = {
    LoadVerdict.PASS: "good",
    LoadVerdict.FAIL: "bad",
    LoadVerdict.INCONCLUSIVE: "open",
    LoadVerdict.INVALID: "open",
}
_WORDS = {
    LoadVerdict.PASS: "passed", LoadVerdict.FAIL: "failed", LoadVerdict.INCONCLUSIVE: "inconclusive",
    LoadVerdict.INVALID: "invalid",
}  # fmt: skip
#: Buckets of a histogram that make one row of a heat map: eight rows for each octave.
_COARSE = 32
_MARKS = ((1.0, "0"), (2.0, "50"), (10.0, "90"), (100.0, "99"), (1000.0, "99.9"), (10_000.0, "99.99"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with what its lines are."""

    title: str
    picture: Markup
    #: Names of lines with their colours.
    legend: tuple[tuple[str, str], ...] = ()
    note: str = ""


def report_html(result: LoadResult) -> str:
    """Render the page of a run."""
    style = asset("load.css")
    summary = summary_dict(result)
    return environment().get_template("load.html").render(
        summary=summary, tone=_TONES[result.verdict], verdict=_WORDS[result.verdict], text=result.scenario.text,
        figures=[*_latency(result), *_over_time(result)], style=style, style_hash=digest(style), wrong=_wrong(result),
        examples=result.outcome.audit.examples, notes=result.outcome.notes,
    )  # fmt: skip


def _wrong(result: LoadResult) -> dict[str, list[str]]:
    return {name: series.wrong for name, series in result.operations.items() if series.wrong}


# -- latency ------------------------------------------------------------------------------


def _latency(result: LoadResult) -> list[Figure]:
    figures = []
    for name, series in result.operations.items():
        if series.true.count:
            figures += [_heat(name, series, result), _percentiles(name, series)]
    return figures


def _heat(name: str, series: Series, result: LoadResult) -> Figure:
    """Draw latency over time."""
    slots = {number: slot.true.dense().counts for number, slot in _all_slots(name, result).items() if slot.true.count}
    whole = sum(slots.values(), np.zeros(BUCKETS, dtype=np.int64))
    held = np.flatnonzero(whole)
    first, last = int(held[0]) // _COARSE, int(held[-1]) // _COARSE + 1
    begin, end = min(slots), max(slots) + 1
    counts = np.zeros((last - first, end - begin), dtype=np.int64)
    for number, found in slots.items():
        counts[:, number - begin] = found.reshape(-1, _COARSE).sum(axis=1)[first:last]
    low = centres()[first * _COARSE] * 1e3
    high = centres()[min(last * _COARSE, BUCKETS) - 1] * 1e3
    width = result.outcome.width
    x, y = time_axis(end * width, begin * width), log_axis(low, high, " ms")
    note = f"{series.true.count} answers by when they were due; darker is more"
    return Figure(f"{name}: latency over time", heat_map(counts, x, y, f"Latency of {name} over time"), note=note)


def _all_slots(name: str, result: LoadResult) -> dict[int, Any]:
    whole = Series()
    for (_, operation), series in result.outcome.measured.series.items():
        if operation == name:
            whole.merge(Series(slots=series.slots))
    return whole.slots


def _percentiles(name: str, series: Series) -> Figure:
    """Draw the percentile curve, true and naive."""
    deepest = min(10_000.0, max(20.0, float(series.true.count)))
    lines = (
        Line("from when it was due", _curve(series.true, deepest)),
        Line("from when it was sent", _curve(series.naive, deepest), dashed=True),
    )
    low = min(series.true.quantile(0.01), series.naive.quantile(0.01)) * 1e3
    x = Axis(1.0, deepest, tuple(mark for mark in _MARKS if mark[0] <= deepest), log=True)
    picture = chart(lines, x, log_axis(low, series.true.high * 1e3, " ms"), f"Percentiles of the latency of {name}")
    legend = tuple((line.name, COLOURS[number]) for number, line in enumerate(lines))
    return Figure(f"{name}: percentiles", picture, legend, "percentile on the lower axis; dashed is the naive figure")


def _curve(histogram: Histogram, deepest: float) -> list[tuple[float, float | None]]:
    places = np.geomspace(1.0, deepest, 120)
    return [(place, histogram.quantile(1 - 1 / place) * 1e3 or None) for place in places.tolist()]


# -- over time -----------------------------------------------------------------------------


def _over_time(result: LoadResult) -> list[Figure]:
    found = list(rows(result))
    if not found:
        return []
    width = result.outcome.width
    x = time_axis(max(each.second for each in found) + width)
    figures = [
        _lines("Throughput", "requests a second", found, x, lambda row: (row.count - row.errors) / width),
        _lines("Errors and drops", "a second", found, x, lambda row: (row.errors + row.dropped) / width),
    ]
    if any(each.rows for each in found):
        figures.append(_lines("Rows written", "a second", found, x, lambda row: row.rows / width or None))
    if any(each.recall is not None for each in found):
        figures.append(_lines("Recall", "share of the exact neighbours", found, x, lambda row: row.recall, 1.0))
    figures.append(_lines("Sent late", "the latest of each slot", found, x, lambda row: row.lag_max_ms, unit=" ms"))
    return figures + _machines(result, x)


def _lines(
    title: str,
    note: str,
    found: list[Row],
    x: Axis,
    value: Callable[[Row], float | None],
    high: float | None = None,
    unit: str = "",
) -> Figure:
    by_name: dict[str, dict[float, float | None]] = defaultdict(dict)
    for row in found:
        number = value(row)
        before = by_name[row.operation].get(row.second)
        # A slot that two phases share holds both.
        by_name[row.operation][row.second] = number if before is None or number is None or high else before + number
    lines = [Line(name, sorted(points.items())) for name, points in by_name.items()]
    y = value_axis(lines, unit, high=high and high * 1.02)
    legend = tuple((line.name, COLOURS[number % len(COLOURS)]) for number, line in enumerate(lines))
    return Figure(title, chart(lines, x, y, f"{title} over time"), legend, note)


def _machines(result: LoadResult, x: Axis) -> list[Figure]:
    """Draw what client and server took, side by side."""
    width = result.outcome.width
    client, server = client_cpu(result), server_use(result)
    lines = [Line("client", [(number * width, value) for number, value in sorted(client.items())])]
    if server:
        lines.append(Line("server", [(number * width, cpu) for number, (cpu, _) in sorted(server.items())]))
    legend = tuple((line.name, COLOURS[number]) for number, line in enumerate(lines))
    picture = chart(lines, x, value_axis(lines), "CPU of client and server over time")
    figures = [Figure("CPU", picture, legend, "cores in use; the client is all its workers")]
    if server:
        held = [Line("server", [(number * width, size / 2**20) for number, (_, size) in sorted(server.items())])]
        picture = chart(held, x, value_axis(held, " MB"), "Memory of the server over time")
        figures.append(Figure("Server memory", picture, (("server", COLOURS[0]),), "all its processes"))
    return figures + _metrics(result, x)


def _metrics(result: LoadResult, x: Axis) -> list[Figure]:
    """Draw what the server publishes of itself."""
    samples = result.outcome.metrics
    names = sorted({name for row in samples.values() for name in row})
    figures = []
    for name in names:
        points = [(second, row.get(name)) for second, row in sorted(samples.items())]
        line = [Line(name, points)]
        figures.append(
            Figure(name, chart(line, x, value_axis(line), f"{name} over time"), (), "published by the server")
        )
    return figures
