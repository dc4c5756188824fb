"""Recall, judged with a confidence bound.

An approximate index promises a share of the exact neighbours, and a sample shows that
share only roughly. A promise is kept when the whole confidence interval lies above the
threshold, broken when all of it lies below, and undecided in between.
"""

import math
from dataclasses import dataclass

from milvus_tck.verdict.model.states import State

__all__ = ["RecallSample"]

#: Standard normal quantile of a two-sided confidence of 99 per cent.
_Z = 2.5758


@dataclass(frozen=True, slots=True)
class RecallSample:
    """How many of the exact neighbours a number of queries found."""

    found: int
    total: int

    def __add__(self, other: "RecallSample") -> "RecallSample":
        return RecallSample(self.found + other.found, self.total + other.total)

    def bounds(self) -> tuple[float, float]:
        """Return the Wilson interval of the recall."""
        if not self.total:
            return 0.0, 1.0
        share, weight = self.found / self.total, _Z**2 / self.total
        middle = (share + weight / 2) / (1 + weight)
        half = _Z * math.sqrt(share * (1 - share) / self.total + weight / (4 * self.total)) / (1 + weight)
        # At either end the interval touches the share itself, which rounding would miss by a hair.
        low = 0.0 if not self.found else max(0.0, middle - half)
        high = 1.0 if self.found == self.total else min(1.0, middle + half)
        return low, high

    def against(self, threshold: float) -> State:
        """Decide whether the recall reaches a threshold, as far as the sample can tell."""
        low, high = self.bounds()
        if low >= threshold:
            return State.PASS
        return State.FAIL if high < threshold else State.INCONCLUSIVE

    def __str__(self) -> str:
        low, high = self.bounds()
        return f"recall {self.found}/{self.total}, 99 % of the time between {low:.3f} and {high:.3f}"
