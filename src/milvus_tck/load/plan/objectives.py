"""Objectives: what a run has to reach, written as `search.p99<50ms`.

    [PHASE:][OPERATION.]METRIC (< <= > >=) NUMBER [UNIT]

Metrics: `p50` to `p99.99`, `mean` and `max` of what ended well (units us, ms, s); `errors` as a share of what was
sent and `dropped` as a share of what was due (unit %); `rate` in good answers, or with the unit `rows/s` in rows
that were acknowledged, per second; `recall@K`; `wrong`, the number of answers that were looked into and wrong.
`*`, or no operation, means every one: for recall, every one that measures it. `knee.rate` is the highest rate of
a ramp that met its objective. `search.p99<1.1x` compares p50, p90 or p99 with what they were in earlier runs
(`--baseline`).

Percentiles and recall are estimates from a sample: an objective is met, or missed, when their 95 % interval
lies on one side of the bound; in between, nobody can tell. Everything else is counted, not estimated.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from milvus_tck.load.measure.series import NeighboursFound, Series

__all__ = [
    "Held",
    "JudgedObjective",
    "Objective",
    "judge",
    "judge_one",
    "judge_ratio",
    "parse_objective",
    "parse_objectives",
    "recall_bounds",
    "unmeasured",
]

_FORM = re.compile(
    r"\s*(?:(?P<phase>[\w./-]+):)?(?:(?P<op>[\w.%-]+?|\*)\.)?(?P<metric>p\d+(?:\.\d+)?|mean|max|errors|dropped|rate|wrong|recall(?:@\d+)?)"
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

    @property
    def timed(self) -> bool:
        """Whether it bounds a duration."""
        return self.metric in {"mean", "max"} or self.metric.startswith("p")

    def kept(self, value: float) -> bool:
        """Tell whether a value is within the bound."""
        return _SIGNS[self.sign](value, self.bound)

    @property
    def name(self) -> str:
        """What is bounded, without the number of neighbours."""
        return self.metric.partition("@")[0]


@dataclass(frozen=True, slots=True)
class JudgedObjective:
    """An objective and what was measured, with what it lies between."""

    objective: Objective
    operation: str
    value: float
    low: float
    high: float
    held: Held
    why: str = ""
    #: Whether a slow client may have made it look missed.
    of_client: bool = False
    #: Whether it is one that every run has, which nobody wrote.
    standing: bool = False


def parse_objective(text: str) -> Objective:
    """Read an objective; raises `ValueError` that says what it should look like."""
    found = _FORM.fullmatch(text)
    if found is None:
        message = f"{text!r} is no objective; they look like search.p99<50ms, search.recall@10>0.95, *.errors<1%"
        raise ValueError(message)
    metric, unit, number = found["metric"], found["unit"], float(found["number"])
    operation = found["op"] or "*"
    timed = metric in {"mean", "max"} or metric.startswith("p")
    allowed = set(_SECONDS) if timed else {"rows/s", "/s", ""} if metric == "rate" else {"%", ""}
    if unit == "x" and metric in _COMPARED:
        return Objective(text.strip(), "", operation, metric, found["sign"], number, unit)
    if unit not in allowed:
        message = f"{text!r}: {metric} needs one of the units {', '.join(filter(None, sorted(allowed)))}"
        raise ValueError(message)
    bound = number * _SECONDS[unit] if timed else number / _HUNDRED if unit == "%" else number
    return Objective(text.strip(), found["phase"] or "", operation, metric, found["sign"], bound, unit)


def judge(objective: Objective, measured: dict[str, Series], seconds: float) -> list[JudgedObjective]:
    """Hold an objective against series by operation, measured over so many seconds."""
    names = [name for name in measured if objective.operation in {name, "*"}]
    if not names:
        return [unmeasured(objective)]
    return [judge_one(objective, name, measured[name], seconds) for name in names]


def judge_one(objective: Objective, name: str, series: Series, seconds: float) -> JudgedObjective:
    """Hold an objective against the series of one operation; without anything to look at nobody can tell."""
    if not series.count + series.dropped:
        return unmeasured(objective, name)
    if objective.timed and not series.true.count:
        return unmeasured(objective, name, "no good answer came")
    if objective.name == "recall" and not series.found.queries:
        return unmeasured(objective, name, "no answer told of recall")
    found = _held(objective, name, *_figure(objective, series, seconds))
    return replace(found, of_client=objective.of_client or _by_lateness_alone(objective, series))


def unmeasured(objective: Objective, name: str = "", why: str = "nothing of it was measured") -> JudgedObjective:
    """Return what becomes of an objective that there is nothing to hold against."""
    return JudgedObjective(objective, name or objective.operation, 0, 0, math.inf, Held.INCONCLUSIVE, why)


def _by_lateness_alone(objective: Objective, series: Series) -> bool:
    """Tell whether errors miss a bound only for requests whose time was over, which a lagging client has a part in."""
    if objective.metric != "errors" or not series.count:
        return False
    return objective.kept((series.failed - series.late) / series.count)


def judge_ratio(objective: Objective, name: str, ratio: float, low: float, high: float) -> JudgedObjective:
    """Hold a bound on a ratio against what was measured."""
    return _held(objective, name, ratio, low, high)


def _held(objective: Objective, name: str, value: float, low: float, high: float) -> JudgedObjective:
    kept = objective.kept(low) and objective.kept(high)
    broken = not (objective.kept(low) or objective.kept(high))
    state = Held.PASS if kept else Held.FAIL if broken else Held.INCONCLUSIVE
    why = "" if kept or broken else "the bound lies within what the sample leaves open"
    return JudgedObjective(objective, name, value, low, high, state, why)


def _figure(objective: Objective, series: Series, seconds: float) -> tuple[float, float, float]:
    """Return a figure with what it lies between."""
    metric = objective.metric
    due = series.count + series.dropped
    if metric.startswith("p"):
        share = _share(metric)
        return (series.true.quantile(share), *series.true.bounds(share))
    if metric.startswith("recall"):
        mean = series.found.total / series.found.queries
        return (mean, *recall_bounds(series.found))
    if metric == "rate":
        value = (series.rows if objective.unit == "rows/s" else series.good) / seconds if seconds else 0
    elif metric == "errors":
        value = series.failed / series.count if series.count else 0.0
    else:
        value = {
            "dropped": series.dropped / due,
            "wrong": float(series.wrong_answers),
            "mean": series.true.mean,
            "max": series.true.high,
        }[metric]
    return value, value, value


def _share(metric: str) -> float:
    """Read `p99.9`, and `p999` as the same."""
    digits = metric.removeprefix("p")
    number = float(digits)
    return number / _HUNDRED if number <= _HUNDRED else number / 10 ** len(digits)


def recall_bounds(found: NeighboursFound) -> tuple[float, float]:
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
