"""Comparison: a run beside earlier ones: ratios with the interval that chance alone would give them.

Slots of time are drawn again and again, with replacement, from this run and from the earlier ones
(first a run, then its slots), and each figure is taken of what was drawn: the spread of the ratios is
their 95 % interval. Repeat both sides in turn, and give several earlier folders, where machines are
noisy: one run knows nothing of how runs differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from numpy.typing import NDArray

from milvus_tck.load.control.run_outcome import RunOutcome
from milvus_tck.load.measure.histogram import BUCKETS, centres, places
from milvus_tck.load.report.hlog import DIGITS, HIGHEST, LOWEST, tagged

__all__ = ["FigureChange", "Slots", "compare", "read_slots", "slots_of"]

#: Counts by slot and bucket.
Slots = NDArray[np.int64]

_DRAWS = 400
_QUANTILES = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
_LOW, _HIGH = 2.5, 97.5
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure of one operation; `ratio` is now by before, between `low` and `high` with 95 % confidence."""

    operation: str
    metric: str
    before: float
    now: float
    ratio: float
    low: float
    high: float

    @property
    def changed(self) -> bool:
        """Whether chance alone does not explain it."""
        return not self.low <= 1 <= self.high


def slots_of(outcome: RunOutcome) -> dict[str, Slots]:
    """Return the counts of a run, by tag."""
    found: dict[str, list[Slots]] = defaultdict(list)
    for (_, tag), times in sorted(tagged(outcome).items(), key=lambda each: each[0]):
        found[tag].append(times.dense().counts)
    return {tag: np.array(rows) for tag, rows in found.items()}


def read_slots(path: Path) -> dict[str, Slots]:
    """Read the histograms of a `latency.hlog`, by tag."""
    reader = HistogramLogReader(str(path), HdrHistogram(LOWEST, HIGHEST, DIGITS))
    found: dict[str, list[Slots]] = defaultdict(list)
    while True:
        each = reader.get_next_interval_histogram()
        if each is None:
            reader.close()
            return {tag: np.array(rows) for tag, rows in found.items()}
        counts = np.zeros(BUCKETS, dtype=np.int64)
        for value in each.get_recorded_iterator():
            counts[places(np.array([value.value_iterated_to * 1e-6]))[0]] += value.count_at_value_iterated_to
        found[each.get_tag() or ""].append(counts)


def compare(now: RunOutcome, before: Sequence[Path], seed: int) -> list[FigureChange]:
    """Compare a run with folders of earlier ones; operations that are not in all of them are left out."""
    ours = slots_of(now)
    theirs = [read_slots(folder / "latency.hlog") for folder in before]
    random = np.random.default_rng(seed)
    found: list[FigureChange] = []
    for name, slots in ours.items():
        runs = [each[name] for each in theirs if name in each]
        if "/" in name or len(runs) < len(theirs) or min(map(len, [slots, *runs])) < _FEWEST:
            continue
        found += _operation(name, slots, runs, random)
    return found


def _operation(name: str, slots: Slots, runs: list[Slots], random: np.random.Generator) -> list[FigureChange]:
    drawn_now = np.array([_draw(slots, random) for _ in range(_DRAWS)])
    drawn_before = np.array([_draw(runs[random.integers(len(runs))], random) for _ in range(_DRAWS)])
    whole_now, whole_before = slots.sum(axis=0), np.concatenate(runs).sum(axis=0)
    found = []
    for metric, share in _QUANTILES.items():
        take = _taker(share)
        ratios = take(drawn_now) / take(drawn_before)
        before, now = float(take(whole_before[None])[0]), float(take(whole_now[None])[0])
        low, high = np.percentile(ratios, [_LOW, _HIGH])
        found.append(FigureChange(name, metric, before * 1e3, now * 1e3, now / before, float(low), float(high)))
    return found


def _draw(slots: Slots, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw as many slots as there are, with replacement, and put them together."""
    weights = np.bincount(random.integers(len(slots), size=len(slots)), minlength=len(slots))
    drawn: NDArray[np.int64] = weights @ slots
    return drawn


def _taker(share: float) -> Callable[[Slots], NDArray[np.float64]]:
    """Return what takes a quantile of each row of counts, in seconds."""

    def take(counts: Slots) -> NDArray[np.float64]:
        sums = counts.cumsum(axis=1)
        taken: NDArray[np.float64] = centres()[(sums >= np.ceil(share * sums[:, -1:])).argmax(axis=1)]
        return taken

    return take
