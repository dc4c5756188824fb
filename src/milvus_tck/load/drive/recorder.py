"""The books of one operation in one worker: appended to for each request, summed up once a second."""

from __future__ import annotations

from array import array
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from milvus_tck.load.drive.operations import Doing
from milvus_tck.load.measure.histogram import Histogram
from milvus_tck.load.measure.series import Series

__all__ = ["Recorder"]

#: Answers a second that are looked into, and that may wait for it.
_LOOKS: Final = 100
_WAITING: Final = 4_000
_DEADLINE: Final = "DEADLINE_EXCEEDED"


class Recorder:
    """Takes in what became of requests; moments are seconds on the monotonic clock."""

    def __init__(self, doing: Doing, origin: float, width: float) -> None:
        """Record from `origin` on, in slots of `width` seconds."""
        self.doing = doing
        self.series = Series()
        self._origin, self._width = origin, width
        #: When requests were due, sent and ended, one after the other: a list takes three at once in a tenth of a
        #: microsecond, which three lists do not.
        self._moments: list[float] = []
        self._free_due, self._free_sent = array("d"), array("d")
        self._failed: list[tuple[float, str]] = []
        self._dropped: list[float] = []
        self._every = 1
        self._until_look = 1
        #: Moment, number and answer of what is to be looked into.
        self._looks: deque[tuple[float, int, bytes]] = deque(maxlen=_WAITING)
        #: Since when none but broken connections came; 0 where something else did.
        self.broken_since = 0.0

    def answered(self, number: int, due: float, sent: float, ended: float, error: str, body: bytes) -> None:
        """Take in one request that ended."""
        if error:
            self._fail(due, sent, ended, error)
        else:
            self.good(number, due, sent, ended, body)

    def good(self, number: int, due: float, sent: float, ended: float, body: bytes) -> None:
        """Take in one request that ended well."""
        self._moments += (due, sent, ended)
        self._until_look -= 1
        if not self._until_look:
            self._until_look = self._every
            self._looks.append((due, number, body))

    def _fail(self, due: float, sent: float, ended: float, error: str) -> None:
        self._failed.append((due, error))
        if error == _DEADLINE:  # it took at least as long: that belongs to the durations
            self._moments += (due, sent, ended)
        if error in {"UNAVAILABLE", "CANCELLED"}:
            self.broken_since = self.broken_since or ended

    def prompt(self, due: float, sent: float) -> None:
        """Take in how late a request was sent that had to wait for nobody but us."""
        self._free_due.append(due)
        self._free_sent.append(sent)

    def dropped(self, due: float) -> None:
        """Take in an arrival that there was no room for."""
        self._dropped.append(due)

    def fold(self) -> None:
        """Sum up what came since the last time."""
        moments = self._moments
        due, sent, ended = np.fromiter(moments, np.float64, len(moments)).reshape(-1, 3).T
        del moments[:]
        series = self.series
        failed, self._failed = self._failed, []
        late = sum(error == _DEADLINE for _, error in failed)
        self._durations(due, sent, ended, len(due) - late)
        self._lag()
        for moment, error in failed:
            series.errors[error] += 1
            series.slot(self._slot(moment)).errors += 1
        series.count += len(due) - late + len(failed)
        for moment in self._dropped:
            series.slot(self._slot(moment)).dropped += 1
        series.dropped += len(self._dropped)
        self._dropped = []
        well = len(due) - late
        if well:
            self.broken_since = 0.0
        self._every = max(1, round(well / _LOOKS))

    def _durations(
        self, due: NDArray[np.float64], sent: NDArray[np.float64], ended: NDArray[np.float64], good: int
    ) -> None:
        if not len(due):
            return
        series, rows = self.series, self.doing.rows
        took = ended - due
        true = Histogram.of(took)
        series.true.merge(true)
        series.naive.merge(true if np.array_equal(due, sent) else Histogram.of(ended - sent))
        series.rows += rows * good
        slots = ((due - self._origin) / self._width).astype(np.int64)
        first, last = int(slots.min()), int(slots.max())
        if first == last:  # as it nearly always is
            series.slot(first).true.merge(true.sparse())
            series.slot(first).rows += rows * len(due)
            return
        for number in np.unique(slots).tolist():
            chosen = slots == number
            slot = series.slot(number)
            slot.true.add(took[chosen])
            slot.rows += rows * int(chosen.sum())

    def _lag(self) -> None:
        if not self._free_due:
            return
        due = np.array(self._free_due)
        lag = np.array(self._free_sent) - due
        self.series.lag.add(lag)
        slots = ((due - self._origin) / self._width).astype(np.int64)
        for number in np.unique(slots).tolist():
            slot = self.series.slot(number)
            slot.late = max(slot.late, float(lag[slots == number].max()))
        del self._free_due[:], self._free_sent[:]

    def _slot(self, moment: float) -> int:
        return int((moment - self._origin) / self._width)

    def look(self, most: int) -> int:
        """Look into some of the answers that wait; return how many still do."""
        for _ in range(min(most, len(self._looks))):
            moment, number, body = self._looks.popleft()
            recall, wrong = self.doing.inspect(number, body)
            self.series.checked += 1
            if wrong:
                self.series.errors["WRONG"] += 1
                self.series.note_wrong(wrong)
                self.series.slot(self._slot(moment)).errors += 1
            if recall is not None:
                self.series.found.add(recall)
                self.series.slot(self._slot(moment)).found.add(recall)
        return len(self._looks)

    def take(self) -> Series:
        """Sum up, and hand over everything since the last time."""
        self.fold()
        taken, self.series = self.series, Series()
        return taken
