"""Series: what is known of one kind of operation in one phase, in all and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.load.measure.histogram import Histogram, SparseHistogram

__all__ = ["LATE", "Measured", "NeighboursFound", "Series", "Slot", "is_refusal"]

#: Errors of requests whose time was over before anything good came: they took at least as long.
LATE = frozenset({"DEADLINE_EXCEEDED", "NOT_VISIBLE"})

#: Examples of wrong answers that are kept.
_EXAMPLES = 5
#: Errors that no answer came with: the target may never have seen the request, or may have done it.
_UNANSWERED = frozenset({*LATE, "UNAVAILABLE", "CANCELLED"})
#: Errors of answers that said all was well and were not.
_WRONG = frozenset({"WRONG", "MALFORMED"})


def is_refusal(error: str) -> bool:
    """Tell whether an error is what the target answered: neither silence nor an answer that is wrong."""
    return error not in _UNANSWERED | _WRONG


@dataclass
class NeighboursFound:
    """How many of the exact neighbours were found, over queries."""

    queries: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, recall: float) -> None:
        """Count one query."""
        self.queries += 1
        self.total += recall
        self.squares += recall * recall

    def merge(self, other: NeighboursFound) -> None:
        """Count what another one counted."""
        self.queries += other.queries
        self.total += other.total
        self.squares += other.squares


@dataclass
class Slot:
    """One stretch of time: what was due in it, whenever it ended."""

    true: SparseHistogram = field(default_factory=SparseHistogram.empty)
    #: Requests that ended, and how many of them not well.
    count: int = 0
    errors: int = 0
    dropped: int = 0
    rows: int = 0
    found: NeighboursFound = field(default_factory=NeighboursFound)
    #: Seconds that the latest request was sent late.
    late: float = 0.0

    def merge(self, other: Slot) -> None:
        """Count what another one counted."""
        self.true.merge(other.true)
        self.count += other.count
        self.errors += other.errors
        self.dropped += other.dropped
        self.rows += other.rows
        self.found.merge(other.found)
        self.late = max(self.late, other.late)


@dataclass
class Series:
    """One kind of operation in one phase; durations in seconds."""

    #: From the moment a request was due to its answer; of those that ended well or ran out of time.
    true: Histogram = field(default_factory=Histogram.empty)
    #: From the moment it was sent, which is what most tools tell.
    naive: Histogram = field(default_factory=Histogram.empty)
    #: From the moment it was due to the moment it was sent, for what had not to wait for others.
    lag: Histogram = field(default_factory=Histogram.empty)
    #: From the moment a request was due until it was refused: a fast refusal makes nothing else look fast.
    refusal: Histogram = field(default_factory=Histogram.empty)
    #: Requests that had an answer, good or bad, in time or not.
    count: int = 0
    #: Arrivals for which there was no room in flight, and that were never sent.
    dropped: int = 0
    #: Requests that had to wait for room in flight.
    queued: int = 0
    rows: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    #: What was wrong with answers that said all was well.
    wrong: list[str] = field(default_factory=list)
    found: NeighboursFound = field(default_factory=NeighboursFound)
    #: What was looked into, answer by answer.
    checked: int = 0
    slots: dict[int, Slot] = field(default_factory=dict)

    def slot(self, number: int) -> Slot:
        """Return the stretch of time of that number."""
        return self.slots.setdefault(number, Slot())

    @property
    def failed(self) -> int:
        """Requests that failed, in whatever way."""
        return self.errors.total()

    @property
    def good(self) -> int:
        """Requests that ended well, as far as their answers were looked into."""
        return self.count - self.failed

    @property
    def wrong_answers(self) -> int:
        """Answers that said all was well, and were found to be wrong or unreadable."""
        return sum(count for error, count in self.errors.items() if error in _WRONG)

    @property
    def unanswered(self) -> int:
        """Requests that no answer came to, or none in time."""
        return sum(count for error, count in self.errors.items() if error in _UNANSWERED)

    @property
    def late(self) -> int:
        """Requests whose time was over, which a client that lags may have a part in."""
        return sum(count for error, count in self.errors.items() if error in LATE)

    @property
    def refused(self) -> int:
        """Requests that the target answered with an error."""
        return sum(count for error, count in self.errors.items() if is_refusal(error))

    def note_wrong(self, why: str) -> None:
        """Keep what was wrong with an answer, a few times."""
        if len(self.wrong) < _EXAMPLES:
            self.wrong.append(why)

    def merge(self, other: Series) -> None:
        """Count what another one counted."""
        for name in ("true", "naive", "lag", "refusal", "found"):
            getattr(self, name).merge(getattr(other, name))
        for name in ("count", "dropped", "queued", "rows", "checked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.errors += other.errors
        self.wrong = (self.wrong + other.wrong)[:_EXAMPLES]
        for number, slot in other.slots.items():
            self.slot(number).merge(slot)

    def as_message(self) -> dict[str, Any]:
        """Write it for another process."""
        return {
            "histograms": [each.as_message() for each in (self.true, self.naive, self.lag, self.refusal)],
            "counts": [self.count, self.dropped, self.queued, self.rows, self.checked],
            "errors": dict(self.errors),
            "wrong": self.wrong,
            "found": _found(self.found),
            "slots": {
                number: [
                    each.true.as_message(), each.count, each.errors, each.dropped, each.rows, _found(each.found),
                    each.late,
                ]
                for number, each in self.slots.items()
            },
        }  # fmt: skip

    @classmethod
    def of_message(cls, message: Mapping[str, Any]) -> Series:
        """Read what `as_message` wrote."""
        true, naive, lag, refusal = map(Histogram.of_message, message["histograms"])
        slots = {
            number: Slot(
                SparseHistogram.of_message(row[0]), row[1], row[2], row[3], row[4], NeighboursFound(*row[5]), row[6]
            )
            for number, row in message["slots"].items()
        }
        count, dropped, queued, rows, checked = message["counts"]
        return cls(
            true, naive, lag, refusal, count, dropped, queued, rows, Counter(message["errors"]), list(message["wrong"]),
            NeighboursFound(*message["found"]), checked, slots,
        )  # fmt: skip


def _found(found: NeighboursFound) -> list[float]:
    return [found.queries, found.total, found.squares]


@dataclass
class Measured:
    """All series, by phase and operation."""

    series: dict[tuple[str, str], Series] = field(default_factory=dict)

    def of(self, phase: str, operation: str) -> Series:
        """Return the series of an operation in a phase."""
        return self.series.setdefault((phase, operation), Series())

    def merge(self, other: Measured) -> None:
        """Count what another one counted."""
        for (phase, operation), series in other.series.items():
            self.of(phase, operation).merge(series)

    def over(self, phases: set[str]) -> dict[str, Series]:
        """Return one series for each operation, over these phases."""
        whole: dict[str, Series] = {}
        for (phase, operation), series in self.series.items():
            if phase in phases:
                whole.setdefault(operation, Series()).merge(series)
        return whole

    def as_message(self) -> list[Any]:
        """Write it for another process."""
        return [[phase, name, series.as_message()] for (phase, name), series in self.series.items()]

    @classmethod
    def of_message(cls, message: list[Any]) -> Measured:
        """Read what `as_message` wrote."""
        return cls({(phase, name): Series.of_message(row) for phase, name, row in message})
