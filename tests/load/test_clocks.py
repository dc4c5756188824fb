"""Waiting on gevent's loop, whose own clock stands still as long as the loop does."""

import time

import gevent
import gevent.event
import pytest

from milvus_tck.load.worker import timer
from milvus_tck.load.worker.timer import Pacer
from tests.load.peer import LONG, all_end, together, using
from tests.load.test_calls import echo

#: Seconds that the loop stands still.
_STILL = 2.0


def _stand_still(seconds: float) -> None:
    """Keep the loop from turning, so that it is as late as that, as other tests do that know nothing of it."""
    gevent.sleep(0.001)  # by which the loop knows the time, and resumes us outside of its callbacks
    time.sleep(seconds)


def test_calls_have_all_of_their_time() -> None:
    """What a test allows for its calls counts from their beginning, not from the last turn of the loop."""
    with using(echo(3)) as channel:
        _stand_still(_STILL)
        assert together(channel, b"1", b"2", b"3", within=_STILL) == [("OK", "", each) for each in (b"1", b"2", b"3")]


def test_what_does_not_end_is_told() -> None:
    """Waiting in vain ends, with an error."""
    goes_on = gevent.spawn(gevent.sleep, LONG)
    with pytest.raises(gevent.Timeout):
        all_end([goes_on], 0.01)
    goes_on.kill()


def test_a_moment_is_awaited_without_timerfd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no timer that can be watched, nothing rings before its moment either."""
    monkeypatch.setattr(timer, "_LINUX", False)
    rang: list[float] = []
    awake = gevent.event.Event()

    def ring() -> None:
        rang.append(time.monotonic())
        awake.set()

    pacer = Pacer(gevent.get_hub(), ring)
    _stand_still(0.3)
    moment = time.monotonic() + 0.2
    pacer.set(moment)
    assert awake.wait(LONG)
    pacer.close()
    # The loop counts in milliseconds.
    assert rang[0] > moment - 0.01
