"""Loops: one worker's part in a phase: sends what is due and takes in what becomes of it.

Open loop: arrivals come from a schedule, whatever the server does. A pacer rings when the next
one is due; it is sent from the hub without a greenlet of its own. When too many requests are in
flight, arrivals wait in line, still counted from when they were due; when the line is full too,
they are dropped, and counted.

Closed loop: each user has one request at a time. With a pace, requests have times when they are
due here as well, and count from then.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import gevent
from gevent.event import Event

from milvus_tck.load.operations.base import OperationRunner
from milvus_tck.load.operations.composite import Composite
from milvus_tck.load.plan.rates import arrivals
from milvus_tck.load.transports.base import CODES, Transport
from milvus_tck.load.worker.recorder import Recorder
from milvus_tck.load.worker.timer import Pacer

__all__ = ["Closed", "Open", "Share"]

#: Arrivals that are sent in one turn of the loop, so that answers are read in between.
_BURST = 64
#: Arrivals in line for each request in flight at most.
_LINE = 4


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of the arrivals is this worker's."""

    share: int
    shares: int
    seed: int
    #: When the phase begins, on the monotonic clock.
    start: float
    seconds: float


@dataclass
class Open:
    """Arrivals of one operation that come whatever the server does."""

    operation_runner: OperationRunner
    recorder: Recorder
    transport: Transport
    share: Share
    room: int
    over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        curve = self.operation_runner.operation.curve
        assert curve is not None  # noqa: S101 - or it would be a closed loop
        share = self.share
        self._arrivals: Iterator[tuple[int, float]] = arrivals(curve, share.seed, share.share, share.shares)
        self._line: deque[tuple[int, float]] = deque()
        self._flying = 0
        self._deadline = self.operation_runner.operation.deadline
        self._composite = self.operation_runner if isinstance(self.operation_runner, Composite) else None
        self._pacer = Pacer(gevent.get_hub(), self._ring)
        self._number, self._due = 0, 0.0
        self._more = True
        self._advance()

    def start(self) -> None:
        """Begin to send."""
        self._arm()

    def _advance(self) -> None:
        found = next(self._arrivals, None)
        if found is None:
            self._more = False
        else:
            self._number, self._due = found[0], found[1] + self.share.start

    def _arm(self) -> None:
        if self._more:
            self._pacer.set(self._due)
        elif not self._flying and not self._line:
            self.over.set()

    def _ring(self) -> None:
        for _ in range(_BURST):
            if not self._more or self._due > time.monotonic():
                break
            number, due = self._number, self._due
            self._advance()
            self._arrive(number, due)
        self._arm()

    def _arrive(self, number: int, due: float) -> None:
        if self._flying < self.room:
            self._send(number, due, prompt=True)
        elif len(self._line) < self.room * _LINE:
            self.recorder.series.queued += 1
            self._line.append((number, due))
        else:
            self.recorder.dropped(due)

    def _send(self, number: int, due: float, *, prompt: bool = False) -> None:
        """Send one request; it is out when this returns."""
        if self._composite is not None:
            self._flying += 1
            gevent.spawn(self._perform, self._composite, number, due)
            return
        runner, recorder = self.operation_runner, self.recorder
        payload = runner.request(number)
        if payload is None:
            self._finish()
            return
        sent = time.monotonic()
        if prompt:
            recorder.prompt(due, sent)
        self._flying += 1

        def done(code: int, _details: str, body: bytes) -> None:
            ended = time.monotonic()
            error = CODES[code] if code else runner.statuses.read(body)
            self._flying -= 1
            recorder.answered(number, due, sent, ended, error, body)
            runner.ended(number, error)
            self._next()

        self.transport.submit(runner.path, payload, self._deadline, done)

    def _perform(self, composite: Composite, number: int, due: float) -> None:
        sent = time.monotonic()
        self.recorder.prompt(due, sent)
        error, began = composite.perform(number)
        ended = time.monotonic()
        self._flying -= 1
        self.recorder.answered(number, due if began is None else began, began or sent, ended, error, b"")
        self._next()

    def _next(self) -> None:
        """Send the next in line; the last answer ends it all."""
        if self._line:
            self._send(*self._line.popleft())
        elif not self._more and not self._flying:
            self.over.set()

    def _finish(self) -> None:
        """There is nothing left to do: the arrivals end here."""
        self._more = False
        self._line.clear()
        if not self._flying:
            self.over.set()

    def stop(self) -> None:
        """Send nothing more; what is in flight may still end."""
        self._finish()

    def close(self) -> None:
        """Give back the timer."""
        self._pacer.close()


class Closed:
    """Requests of one operation in a closed loop, shared by users of this worker."""

    def __init__(
        self, runner: OperationRunner, recorder: Recorder, transport: Transport, share: Share, users: int
    ) -> None:
        """Let so many users, of all workers together, keep the pace of the operation."""
        self.operation_runner, self.recorder = runner, recorder
        self._transport, self._share = transport, share
        #: Set to end it.
        self.stopped = False
        self._claimed = share.share
        self._gap = users / runner.operation.pace if runner.operation.pace else 0.0

    def _claim(self) -> int:
        number = self._claimed
        self._claimed += self._share.shares
        return number

    def run(self, user: int, users: int) -> None:
        """Be one of the users until the phase ends."""
        share, operation = self._share, self.operation_runner.operation
        _sleep_until(share.start)
        end = share.start + share.seconds if share.seconds else math.inf
        if not self._gap and not isinstance(self.operation_runner, Composite):
            self._hurry(end)
            return
        due = share.start + (self._gap * user / users if users else 0.0)
        while not self.stopped:
            if (due if self._gap else time.monotonic()) >= end:
                return
            _sleep_until(due)
            number = self._claim()
            if (operation.limit and number >= operation.limit) or not self._one(number, due if self._gap else 0.0):
                return
            due += self._gap

    def _hurry(self, end: float) -> None:
        """Make one request after the other, as fast as answers come: here each call of a function counts."""
        runner, recorder, monotonic = self.operation_runner, self.recorder, time.monotonic
        call, path, deadline = self._transport.call, runner.path, runner.operation.deadline
        request, read, good = runner.request, runner.statuses.read, recorder.good
        limit, step, books = runner.operation.limit or math.inf, self._share.shares, runner.books
        now = monotonic()
        while now < end and not self.stopped:
            number = self._claimed
            self._claimed = number + step
            payload = request(number) if number < limit else None
            if payload is None:
                return
            sent = now if not books else monotonic()  # what writes is made in between
            code, _, body = call(path, payload, deadline)
            now = monotonic()
            error = CODES[code] if code else read(body)
            if error:
                recorder.answered(number, sent, sent, now, error, body)
            else:
                good(number, sent, sent, now, body)
            if books:
                runner.ended(number, error)
            if code:
                gevent.sleep(0.01)  # a broken connection answers at once: leave it a moment
                now = monotonic()

    def _one(self, number: int, planned: float) -> bool:
        """Make one request and wait for it; False when there is nothing left to do."""
        runner = self.operation_runner
        if isinstance(runner, Composite):
            return self._composite(runner, number, planned)
        payload = runner.request(number)
        if payload is None:
            return False
        sent = time.monotonic()
        due = planned or sent
        if planned:
            self.recorder.prompt(planned, sent)
        code, _, body = self._transport.call(runner.path, payload, runner.operation.deadline)
        error = CODES[code] if code else runner.statuses.read(body)
        self.recorder.answered(number, due, sent, time.monotonic(), error, body)
        runner.ended(number, error)
        if code:
            gevent.sleep(0.01)  # a broken connection answers at once: leave it a moment
        return True

    def _composite(self, runner: Composite, number: int, planned: float) -> bool:
        sent = time.monotonic()
        error, began = runner.perform(number)
        due = (planned or sent) if began is None else began
        self.recorder.answered(number, due, began or sent, time.monotonic(), error, b"")
        return True


def _sleep_until(moment: float) -> None:
    """Wait; gevent's timer is a little late, which counts, since the moment is when the request is due."""
    left = moment - time.monotonic()
    if left > 0:
        gevent.sleep(left)
