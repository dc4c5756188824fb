"""When requests are due: arrivals of an open loop, as a function of time alone.

A curve tells how many arrivals there are from the beginning to any moment. Regular arrivals
come whenever that number passes the next integer; those of a Poisson process whenever it
passes the sum of so many exponential steps. Workers share arrivals out by their number, so
all of them together make the same ones, however many they are.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curve", "Point", "arrivals"]

#: Poisson steps are made in blocks of so many.
_BLOCK: Final = 1024
#: Tells the random numbers of arrivals from those of data.
_STREAM: Final = 0xA221


@dataclass(frozen=True, slots=True)
class Point:
    """A rate at a moment."""

    second: float
    rate: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Arrivals per second over a phase: straight lines between points; two points at one second are a jump."""

    points: tuple[Point, ...]
    #: Whether arrivals come by chance, as those of many independent users do.
    poisson: bool = False

    def __post_init__(self) -> None:
        """Refuse with `ValueError` what goes back in time, or below zero."""
        seconds = [point.second for point in self.points]
        if not seconds or seconds[0] != 0 or seconds != sorted(seconds) or min(p.rate for p in self.points) < 0:
            raise ValueError("a curve begins at second 0, goes forward in time, and never below a rate of 0")

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.points[-1].second

    @property
    def whole(self) -> float:
        """How many arrivals are to be expected in all."""
        pairs = zip(self.points, self.points[1:], strict=False)
        return sum((b.second - a.second) * (a.rate + b.rate) / 2 for a, b in pairs)

    def scaled(self, factor: float) -> "Curve":
        """Return the curve with every rate multiplied."""
        return Curve(tuple(Point(each.second, each.rate * factor) for each in self.points), self.poisson)

    def stretched(self, factor: float) -> "Curve":
        """Return the curve over a time that is so many times as long."""
        return Curve(tuple(Point(each.second * factor, each.rate) for each in self.points), self.poisson)

    def when(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the second at which so many arrivals have come; inf where they never will."""
        starts = np.array([0.0, *np.cumsum([
            (b.second - a.second) * (a.rate + b.rate) / 2 for a, b in zip(self.points, self.points[1:], strict=False)
        ])])  # fmt: skip
        piece = np.clip(np.searchsorted(starts, numbers, side="right") - 1, 0, max(len(starts) - 2, 0))
        begin = np.array([each.second for each in self.points])
        rate = np.array([each.rate for each in self.points])
        if len(begin) == 1:
            return np.full(len(numbers), math.inf)
        left = numbers - starts[piece]
        length = begin[piece + 1] - begin[piece]
        slope = np.divide(rate[piece + 1] - rate[piece], length, out=np.zeros(len(piece)), where=length > 0)
        # left = rate * t + slope / 2 * t^2, solved so that a slope of 0 needs no case of its own.
        root = np.sqrt(np.maximum(rate[piece] ** 2 + 2 * slope * left, 0))
        steps = np.divide(2 * left, rate[piece] + root, out=np.zeros(len(piece)), where=rate[piece] + root > 0)
        return np.where(numbers >= starts[-1], math.inf, begin[piece] + steps)


def arrivals(curve: Curve, seed: int, share: int = 0, shares: int = 1) -> Iterator[tuple[int, float]]:
    """Yield the number and the second of each arrival of one share, in order.

    `share` of `shares` takes every so-manieth arrival; the arrivals of all shares together do
    not depend on how many there are.
    """
    done, block = 0.0, 0
    while True:
        first = block * _BLOCK
        if curve.poisson:
            random = np.random.Generator(
                np.random.Philox(key=[seed & (1 << 64) - 1, _STREAM], counter=[0, 0, 0, block])
            )
            steps = done + np.cumsum(random.exponential(size=_BLOCK))
            done = float(steps[-1])
        else:
            steps = np.arange(first, first + _BLOCK, dtype=np.float64) + 0.5
        due = curve.when(steps)
        chosen = np.arange((share - first) % shares, _BLOCK, shares)
        for place, second in zip(chosen.tolist(), due[chosen].tolist(), strict=True):
            if math.isinf(second):
                break
            yield first + place, second
        if math.isinf(due[-1]):
            return
        block += 1
