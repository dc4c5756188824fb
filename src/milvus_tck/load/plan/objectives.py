"""Objectives: what a run has to reach, written as `search.p99<50ms`.

    [PHASE:]OPERATION.METRIC (< <= > >=) NUMBER [UNIT]

Metrics: `p50` to `p99.99`, `mean` and `max` (units us, ms, s); `errors` and `dropped` as a share of what was
due (unit %); `rate` in requests, or with the unit `rows/s` in rows, per second; `recall@K`; `wrong`, the number
of answers that were looked into and wrong. `*` means every operation. `knee.rate` is the highest rate of a
ramp that met its objective. `search.p99<1.1x` compares p50, p90 or p99 with what they were in earlier runs
(`--baseline`).

Percentiles and recall are estimates from a sample: an objective is met, or missed, when their 95 % interval
lies on one side of the bound; in between, nobody can tell. Everything else is counted, not estimated.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from milvus_tck.load.measure.series import Found, Series

__all__ = [
    "Held",
    "Judged",
    "Objective",
    "judge",
    "judge_ratio",
    "parse_objective",
    "parse_objectives",
    "recall_bounds",
]

_FORM = re.compile(
    r"\s*(?:(?P<phase>[\w.-]+):)?(?P<op>[\w.%-]+?|\*)\.(?P<metric>p\d+(?:\.\d+)?|mean|max|errors|dropped|rate|wrong|recall(?:@\d+)?)"
    r"\s*(?P<sign><=|>=|<|>)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|ms|s|%|rows/s|/s|x|)\s*"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
#: Standard deviations of a normal law that hold 95 % of it.
_SIGMAS = 1.96
_HUNDRED = 100
#: What is compared with earlier runs.
_COMPARED = frozenset({"p50", "p90", "p99"})


class Held(StrEnum):
    """What became of an objective."""

    PASS = "pass"  # noqa: S105 - a state
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Objective:
    """One bound on one figure; seconds, shares of 1, or numbers per second."""

    text: str
    phase: str
    operation: str
    metric: str
    sign: str
    bound: float
    unit: str

    @property
    def relative(self) -> bool:
        """Whether the bound is a ratio to earlier runs."""
        return self.unit == "x"

    @property
    def of_client(self) -> bool:
        """Whether a slow client alone may make it look missed."""
        return self.metric in {"mean", "max", "rate", "dropped"} or self.metric.startswith("p")


@dataclass(frozen=True, slots=True)
class Judged:
    """An objective and what was measured, with what it lies between."""

    objective: Objective
    operation: str
    value: float
    low: float
    high: float
    held: Held
    why: str = ""


def parse_objective(text: str) -> Objective:
    """Read an objective; raises `ValueError` that says what it should look like."""
    found = _FORM.fullmatch(text)
    if found is None:
        message = f"{text!r} is no objective; they look like search.p99<50ms, search.recall@10>0.95, *.errors<1%"
        raise ValueError(message)
    metric, unit, number = found["metric"], found["unit"], float(found["number"])
    timed = metric in {"mean", "max"} or metric.startswith("p")
    allowed = set(_SECONDS) if timed else {"rows/s", "/s", ""} if metric == "rate" else {"%", ""}
    if unit == "x" and metric in _COMPARED:
        return Objective(text.strip(), "", found["op"], metric, found["sign"], number, unit)
    if unit not in allowed:
        message = f"{text!r}: {metric} needs one of the units {', '.join(filter(None, sorted(allowed)))}"
        raise ValueError(message)
    bound = number * _SECONDS[unit] if timed else number / _HUNDRED if unit == "%" else number
    return Objective(text.strip(), found["phase"] or "", found["op"], metric, found["sign"], bound, unit)


def judge(objective: Objective, measured: dict[str, Series], seconds: float) -> list[Judged]:
    """Hold an objective against series by operation, measured over so many seconds."""
    names = [name for name in measured if objective.operation in {name, "*"}]
    if not names:
        return [Judged(objective, objective.operation, 0, 0, math.inf, Held.INCONCLUSIVE, "nothing of it was measured")]
    return [_held(objective, name, *_figure(objective, measured[name], seconds)) for name in names]


def judge_ratio(objective: Objective, name: str, ratio: float, low: float, high: float) -> Judged:
    """Hold a bound on a ratio against what was measured."""
    return _held(objective, name, ratio, low, high)


def _held(objective: Objective, name: str, value: float, low: float, high: float) -> Judged:
    sign = _SIGNS[objective.sign]
    kept, broken = (
        sign(low, objective.bound) and sign(high, objective.bound),
        not (sign(low, objective.bound) or sign(high, objective.bound)),
    )
    state = Held.PASS if kept else Held.FAIL if broken else Held.INCONCLUSIVE
    why = "" if kept or broken else "the bound lies within what the sample leaves open"
    return Judged(objective, name, value, low, high, state, why)


def _figure(objective: Objective, series: Series, seconds: float) -> tuple[float, float, float]:
    """Return a figure with what it lies between."""
    metric = objective.metric
    due = series.count + series.dropped
    if metric.startswith("p"):
        share = _share(metric)
        return (series.true.quantile(share), *series.true.bounds(share)) if series.true.count else (0, 0, math.inf)
    if metric.startswith("recall"):
        mean = series.found.total / series.found.queries if series.found.queries else 0.0
        return (mean, *recall_bounds(series.found))
    if metric == "rate":
        value = (
            (series.rows if objective.unit == "rows/s" else series.count - series.failed) / seconds if seconds else 0
        )
    elif metric == "errors":
        value = (series.failed + series.dropped) / due if due else 0.0
    else:
        value = {
            "dropped": series.dropped / due if due else 0.0,
            "wrong": float(series.errors["WRONG"]),
            "mean": series.true.mean,
            "max": series.true.high,
        }[metric]
    return value, value, value


def _share(metric: str) -> float:
    """Read `p99.9`, and `p999` as the same."""
    digits = metric.removeprefix("p")
    number = float(digits)
    return number / _HUNDRED if number <= _HUNDRED else number / 10 ** len(digits)


def recall_bounds(found: Found) -> tuple[float, float]:
    """Return what the mean recall lies between: Wilson's interval, which no law of values in 0 to 1 exceeds by much."""
    if not found.queries:
        return 0.0, 1.0
    n, mean = found.queries, found.total / found.queries
    squared = _SIGMAS**2
    middle = (mean + squared / (2 * n)) / (1 + squared / n)
    half = _SIGMAS / (1 + squared / n) * math.sqrt(mean * (1 - mean) / n + squared / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def parse_objectives(texts: Iterable[str]) -> tuple[Objective, ...]:
    """Read objectives; raises `ValueError`."""
    return tuple(map(parse_objective, texts))
