"""Recorder: the books of one operation in one worker: appended to for each request, summed up once a second."""

from __future__ import annotations

from array import array
from collections import deque
from typing import Final

import numpy as np

from milvus_tck.load.measure.histogram import Histogram
from milvus_tck.load.measure.series import LATE, Series, is_refusal
from milvus_tck.load.operations.base import OperationRunner

__all__ = ["Recorder"]

#: Answers a second that are looked into, and that may wait for it.
_LOOKS: Final = 100
_WAITING: Final = 4_000
#: A broken connection is no answer, and takes no time that is worth knowing.
_BROKEN: Final = frozenset({"UNAVAILABLE", "CANCELLED"})


class Recorder:
    """Takes in what became of requests; moments are seconds on the monotonic clock."""

    def __init__(self, runner: OperationRunner, origin: float, width: float) -> None:
        """Record from `origin` on, in slots of `width` seconds."""
        self.operation_runner = runner
        self.series = Series()
        self._origin, self._width = origin, width
        #: When requests were due, sent and ended, one after the other: a list takes three at once in a tenth of a
        #: microsecond, which three lists do not.
        self._moments: list[float] = []
        self._free_due, self._free_sent = array("d"), array("d")
        #: The same of those whose time was over.
        self._late: list[float] = []
        #: When requests that failed were due, how long they took, and how they ended.
        self._failed: list[tuple[float, float, str]] = []
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
        self._failed.append((due, ended - due, error))
        if error in LATE:  # it took at least as long: that belongs to the durations
            self._late += (due, sent, ended)
        if error in _BROKEN:
            self.broken_since = self.broken_since or ended
        elif error not in LATE:
            self.broken_since = 0.0

    def prompt(self, due: float, sent: float) -> None:
        """Take in how late a request was sent that had to wait for nobody but us."""
        self._free_due.append(due)
        self._free_sent.append(sent)

    def dropped(self, due: float) -> None:
        """Take in an arrival that there was no room for."""
        self._dropped.append(due)

    def fold(self) -> None:
        """Sum up what came since the last time."""
        series = self.series
        well = len(self._moments) // 3
        self._durations(self._moments, self.operation_runner.rows, 1)
        self._durations(self._late, 0, 0)
        self._lag()
        series.count += well + len(self._failed)
        self._failures()
        for moment in self._dropped:
            series.slot(self._slot(moment)).dropped += 1
        series.dropped += len(self._dropped)
        self._dropped = []
        if well:
            self.broken_since = 0.0
        self._every = max(1, round(well / _LOOKS))

    def _failures(self) -> None:
        """Count what failed; what was refused has durations of its own."""
        series = self.series
        failed, self._failed = self._failed, []
        for due, _, error in failed:
            series.errors[error] += 1
            slot = series.slot(self._slot(due))
            slot.count += 1
            slot.errors += 1
        refused = [took for _, took, error in failed if is_refusal(error)]
        if refused:
            series.refusal.add(np.array(refused))

    def _durations(self, moments: list[float], rows: int, counted: int) -> None:
        """Sum up durations of requests that wrote so many rows each, and empty the list; failures are counted apart."""
        if not moments:
            return
        due, sent, ended = np.fromiter(moments, np.float64, len(moments)).reshape(-1, 3).T
        del moments[:]
        series = self.series
        took = ended - due
        true = Histogram.of(took)
        series.true.merge(true)
        series.naive.merge(true if np.array_equal(due, sent) else Histogram.of(ended - sent))
        series.rows += rows * len(due)
        slots = ((due - self._origin) / self._width).astype(np.int64)
        first, last = int(slots.min()), int(slots.max())
        if first == last:  # as it nearly always is
            series.slot(first).true.merge(true.sparse())
            series.slot(first).rows += rows * len(due)
            series.slot(first).count += counted * len(due)
            return
        for number in np.unique(slots).tolist():
            chosen = slots == number
            slot = series.slot(number)
            slot.true.add(took[chosen])
            slot.rows += rows * int(chosen.sum())
            slot.count += counted * int(chosen.sum())

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
            recall, wrong = self.operation_runner.inspect(number, body)
            self.series.checked += 1
            if wrong:
                self._found_wrong(moment, wrong)
            if recall is not None:
                self.series.found.add(recall)
                self.series.slot(self._slot(moment)).found.add(recall)
        return len(self._looks)

    def _found_wrong(self, moment: float, why: str) -> None:
        """Take back what was counted for an answer that is not good after all."""
        slot = self.series.slot(self._slot(moment))
        self.series.errors["WRONG"] += 1
        self.series.note_wrong(why)
        slot.errors += 1
        self.series.rows -= self.operation_runner.rows
        slot.rows -= self.operation_runner.rows

    def take(self) -> Series:
        """Sum up, and hand over everything since the last time."""
        self.fold()
        taken, self.series = self.series, Series()
        return taken
