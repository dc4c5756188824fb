"""Histograms of durations: fixed memory, exact to merge, no percentile off by more than 0.2 %.

A bucket is an octave's 256th: the upper bits of the IEEE number that the duration is. So a
batch of durations is sorted in with a shift, a difference and a `bincount`, at a few
nanoseconds each; on the hot path a duration is only appended to an array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.ma  # np.unique imports it when it is first called: a tenth of a second that no phase should lose
from numpy.typing import NDArray

__all__ = ["BUCKETS", "Histogram", "SparseHistogram", "centres", "places"]

#: Bits of the mantissa that tell buckets apart: 256 of them in each octave.
_FINE = 8
_SHIFT = np.int64(52 - _FINE)
#: Seconds: what is shorter counts as the shortest, what is longer as the longest.
_SHORTEST = 2.0**-22
_LONGEST = 2.0**13
_FIRST = np.float64(_SHORTEST).view(np.int64) >> _SHIFT
BUCKETS = int((np.float64(_LONGEST).view(np.int64) >> _SHIFT) - _FIRST)
#: Standard deviations of a normal law that hold 95 % of it.
_SIGMAS = 1.96

Seconds = NDArray[np.float64]
Counts = NDArray[np.int64]


def places(durations: Seconds) -> Counts:
    """Return the bucket of each duration in seconds."""
    within = np.clip(durations, _SHORTEST, np.nextafter(_LONGEST, 0))
    return (within.view(np.int64) >> _SHIFT) - _FIRST


def centres() -> Seconds:
    """Return the duration that stands for each bucket."""
    edges = ((np.arange(BUCKETS + 1) + _FIRST) << _SHIFT).view(np.float64)
    middle: Seconds = (edges[:-1] + edges[1:]) / 2
    return middle


_CENTRES = centres()


@dataclass
class Histogram:
    """Counts of durations by bucket, with the exact extremes and the sum."""

    counts: Counts
    low: float = math.inf
    high: float = 0.0
    total: float = 0.0

    @classmethod
    def empty(cls) -> Histogram:
        """Make one that has counted nothing."""
        return cls(np.zeros(BUCKETS, dtype=np.int64))

    @classmethod
    def of(cls, durations: Seconds) -> Histogram:
        """Make one of a batch of durations in seconds."""
        made = cls.empty()
        made.add(durations)
        return made

    def add(self, durations: Seconds) -> None:
        """Count a batch of durations in seconds."""
        if len(durations):
            self.counts += np.bincount(places(durations), minlength=BUCKETS)
            self.low = min(self.low, float(durations.min()))
            self.high = max(self.high, float(durations.max()))
            self.total += float(durations.sum())

    def merge(self, other: Histogram) -> None:
        """Count everything that another one counted."""
        self.counts += other.counts
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        self.total += other.total

    def sparse(self) -> SparseHistogram:
        """Return it in little memory."""
        held = self.counts.nonzero()[0]
        counted = self.counts[held].astype(np.uint32)
        return SparseHistogram(held.astype(np.uint16), counted, self.low, self.high, self.total)

    @property
    def count(self) -> int:
        """How many durations there are."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Their mean in seconds; 0 where there are none."""
        return self.total / self.count if self.count else 0.0

    def at_rank(self, rank: int) -> float:
        """Return the duration of that rank, from 1 to `count`; 0 where there are none."""
        if not self.count:
            return 0.0
        place = int(np.searchsorted(np.cumsum(self.counts), max(rank, 1)))
        return float(min(max(_CENTRES[min(place, BUCKETS - 1)], self.low), self.high))

    def quantile(self, share: float) -> float:
        """Return the duration that `share` (0 to 1) of all do not exceed, in seconds."""
        if share >= 1:
            return self.high
        return self.at_rank(math.ceil(share * self.count))

    def bounds(self, share: float) -> tuple[float, float]:
        """Return what a quantile lies between with 95 % confidence; an end that the sample cannot tell is 0 or inf."""
        number = self.count
        spread = _SIGMAS * math.sqrt(number * share * (1 - share))
        low, high = math.floor(number * share - spread), math.ceil(number * share + spread) + 1
        return (self.at_rank(low) if low >= 1 else 0.0), (self.at_rank(high) if high <= number else math.inf)

    def as_message(self) -> list[Any]:
        """Write it for another process: only buckets that counted something."""
        held = np.flatnonzero(self.counts)
        return [
            held.astype("<u2").tobytes(),
            self.counts[held].astype("<u4").tobytes(),
            self.low,
            self.high,
            self.total,
        ]

    @classmethod
    def of_message(cls, message: Sequence[Any]) -> Histogram:
        """Read what `as_message` wrote."""
        held, counted, low, high, total = message
        made = cls.empty()
        made.counts[np.frombuffer(held, "<u2")] = np.frombuffer(counted, "<u4")
        made.low, made.high, made.total = low, high, total
        return made


#: Buckets above which neighbours are counted as one; four of them, as the third of the four.
_MANY = 400
_COARSE, _MIDDLE = np.uint16(0xFFFC), np.uint16(2)
_Held = NDArray[np.uint16]
_Counted = NDArray[np.uint32]


@dataclass
class SparseHistogram:
    """A histogram of few durations in little memory: only buckets that counted something.

    Where these become many, four neighbours are counted as one: a run keeps hundreds of these, and no
    percentile of a slice of time needs more than half a percent.
    """

    held: _Held
    counted: _Counted
    low: float = math.inf
    high: float = 0.0
    total: float = 0.0

    @classmethod
    def empty(cls) -> SparseHistogram:
        """Make one that has counted nothing."""
        return cls(np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.uint32))

    def add(self, durations: Seconds) -> None:
        """Count a batch of durations in seconds."""
        if len(durations):
            held, counted = np.unique(places(durations), return_counts=True)
            low, high = float(durations.min()), float(durations.max())
            self.merge(
                SparseHistogram(held.astype(np.uint16), counted.astype(np.uint32), low, high, float(durations.sum()))
            )

    def merge(self, other: SparseHistogram) -> None:
        """Count everything that another one counted."""
        among = np.concatenate([self.held, other.held])
        held, place = np.unique(among, return_inverse=True)
        if len(held) > _MANY:
            held, place = np.unique(among & _COARSE | _MIDDLE, return_inverse=True)
        both = np.concatenate([self.counted, other.counted])
        self.counted = np.bincount(place, weights=both, minlength=len(held)).astype(np.uint32)
        self.held = held
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.total += other.total

    @property
    def count(self) -> int:
        """How many durations there are."""
        return int(self.counted.sum())

    def dense(self) -> Histogram:
        """Return it as a histogram that percentiles can be asked of."""
        made = Histogram.empty()
        made.counts[self.held] = self.counted
        made.low, made.high, made.total = self.low, self.high, self.total
        return made

    def as_message(self) -> list[Any]:
        """Write it for another process."""
        return [self.held.tobytes(), self.counted.tobytes(), self.low, self.high, self.total]

    @classmethod
    def of_message(cls, message: Sequence[Any]) -> SparseHistogram:
        """Read what `as_message` wrote."""
        held, counted, low, high, total = message
        return cls(np.frombuffer(held, np.uint16), np.frombuffer(counted, np.uint32), low, high, total)
