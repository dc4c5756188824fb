"""Pairs of runs that took turns: ratios and differences, with an interval over the pairs.

A pair is a run of one side and a run of the other, one after the other, with the same seed. What drifts slowly
(heat, neighbours on the machine) meets both runs of a pair alike; what is left is the spread between pairs, which
single runs cannot tell. Throughput and latency are compared as ratios, on the scale of their logarithms; shares as
differences. The interval is Student's, with as many degrees of freedom as pairs less one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from milvus_tck.load.plan.objectives import JudgedObjective, Objective, judge_ratio, unmeasured
from milvus_tck.load.report.stored_run import figure

__all__ = ["PairedChange", "compare_pairs", "interval", "judge_pairs", "limits", "turns"]

Row = Mapping[str, Any]
_MOST = 30
#: What holds 95 % of Student's law, for 1 to 30 degrees of freedom; beyond, the last one is a little too wide.
_STUDENT = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
    2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
    2.0452, 2.0423,
)  # fmt: skip
_FEWEST = 2


#: What is compared: as a ratio, or as a difference.
_FIGURES = {"ratio": ("rate", "p50_ms", "p90_ms", "p99_ms"), "difference": ("errors", "recall")}


@dataclass(frozen=True, slots=True)
class PairedChange:
    """One figure of one operation: what it is on either side, and how they differ."""

    operation: str
    metric: str
    #: `ratio` is the first side by the other; `difference` the first less the other.
    kind: str
    pairs: int
    first: float
    other: float
    value: float
    #: 95 % interval of it; nothing where there are too few pairs.
    low: float | None
    high: float | None

    @property
    def differs(self) -> bool:
        """Whether the interval excludes that both are the same."""
        same = 1.0 if self.kind == "ratio" else 0.0
        return self.low is not None and self.high is not None and not self.low <= same <= self.high


def turns(pairs: int, seed: int) -> list[tuple[str, str]]:
    """Return who goes first in each pair: by chance, and the other way in the next one (ABBA, BAAB)."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    found: list[tuple[str, str]] = []
    while len(found) < pairs:
        first = ("a", "b") if chance.random() < 0.5 else ("b", "a")  # noqa: PLR2004 - one of two
        found += [first, (first[1], first[0])]
    return found[:pairs]


def interval(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """Return the mean of values and its 95 % interval, which two of them are needed for."""
    mean = fmean(values)
    if len(values) < _FEWEST:
        return mean, None, None
    half = _STUDENT[min(len(values) - 1, _MOST) - 1] * stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


def compare_pairs(pairs: Sequence[tuple[Mapping[str, Row], Mapping[str, Row]]]) -> list[PairedChange]:
    """Compare the operations (`ops` of summaries) of each pair; what either side lacks is left out."""
    names = dict.fromkeys(name for first, _ in pairs for name in first)
    return [change for name in names for change in _operation(name, [(a[name], b[name]) for a, b in pairs
                                                                     if name in a and name in b])]  # fmt: skip


def _operation(name: str, rows: list[tuple[Row, Row]]) -> Iterator[PairedChange]:
    for kind, metrics in _FIGURES.items():
        for metric in metrics:
            found = [(figure(one, metric), figure(two, metric)) for one, two in rows]
            both = [(a, b) for a, b in found if a is not None and b is not None]
            if both:
                yield _change(name, metric, kind, both)


def _change(name: str, metric: str, kind: str, both: list[tuple[float, float]]) -> PairedChange:
    first, other = fmean(a for a, _ in both), fmean(b for _, b in both)
    if kind == "difference":
        found = interval([a - b for a, b in both])
    else:
        value, low, high = interval([math.log(a / b) for a, b in both])
        found = math.exp(value), None if low is None else math.exp(low), None if high is None else math.exp(high)
    return PairedChange(name, metric, kind, len(both), first, other, *found)


def judge_pairs(objectives: Sequence[Objective], changes: Sequence[PairedChange]) -> list[JudgedObjective]:
    """Hold bounds on ratios, such as `search.p99<1.1x`, against what was found."""
    judged = []
    for objective in objectives:
        rows = [
            each for each in changes
            if each.metric == f"{objective.metric}_ms" and objective.operation in {"*", each.operation}
        ]  # fmt: skip
        judged += [
            judge_ratio(objective, each.operation, each.value, each.low or 0.0,
                        math.inf if each.high is None else each.high)
            for each in rows
        ] or [unmeasured(objective)]  # fmt: skip
    return judged


def limits(pairs: int, summaries: Sequence[Mapping[str, Any]], *, same_machine: bool) -> list[str]:
    """Say what the comparison cannot show."""
    slow = sum(bool(each["client"]["bottleneck"]) for each in summaries)
    dropped = sum(bool(each["client"]["dropped"]) for each in summaries)
    said = [
        f"{pairs} pairs of runs: where 1 (or 0) is in an interval, no difference was shown, nor that there is none",
        "a figure of a side is the mean of its runs, and a ratio the geometric mean of those of the pairs",
        "in an open loop both sides are offered the same rate: throughput differs only where one cannot keep up",
    ]
    if same_machine:
        said.append("client and server share this machine, one side at a time: elsewhere ratios may differ")
    if slow:
        said.append(
            f"in {slow} of {len(summaries)} runs the client was the bottleneck: their latency is in part its own"
        )
    if dropped:
        said.append(f"in {dropped} of {len(summaries)} runs the client dropped arrivals")
    return said
