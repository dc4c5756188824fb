"""Forked calls: what ended a process is told apart from what the harness raised, and none is left behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from milvus_tck.mutants.code.fork_pool import ForkEnd, ForkPool
from milvus_tck.mutants.code.forked_call import ForkedCall, ForkError, ProcessEndedError, forked


def _ended_by(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


def _forever() -> None:
    while True:
        time.sleep(3600)


def _is_there(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_what_a_call_raises_is_a_fault() -> None:
    """What is raised in the process comes back as an error that names it."""
    with pytest.raises(ForkError, match="KeyError: 'a'"):
        forked(lambda: dict[str, int]()["a"])


def test_a_result_that_cannot_be_told_is_a_fault() -> None:
    """A value that does not pickle is no signal that ended the process."""
    with pytest.raises(ForkError, match="without a result"):
        forked(lambda: lambda: None)


def test_a_signal_ends_a_process() -> None:
    """A process that a signal ends has raised nothing."""
    with pytest.raises(ProcessEndedError, match="SIGKILL"):
        forked(_ended_by(signal.SIGKILL))


def test_each_end_is_told_by_name() -> None:
    """A value, a signal, the time that was over and a fault are four ends."""
    calls: list[tuple[str, Callable[[], Any]]] = [
        ("value", lambda: 7),
        ("signal", _ended_by(signal.SIGTERM)),
        ("fault", lambda: 1 // 0),
        ("long", _forever),
    ]
    found: dict[str, ForkEnd[Any]] = dict(ForkPool(processes=2, within=0.5).ended(calls))
    assert found["value"] == ForkEnd(7)
    assert "SIGTERM" in found["signal"].ended
    assert "ZeroDivisionError" in found["fault"].fault
    assert "after 0.5 s" in found["long"].ended
    assert [name for name, end in found.items() if end.ended and end.fault] == []


def test_nobody_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that go on when a run is interrupted are ended."""
    pids: list[int] = []
    made = ForkedCall.__post_init__

    def noted(call: ForkedCall) -> None:
        made(call)
        pids.append(call.pid)

    monkeypatch.setattr(ForkedCall, "__post_init__", noted)
    calls: list[tuple[str, Callable[[], Any]]] = [("long", _forever), ("soon", lambda: 1), ("later", _forever)]

    def interrupted() -> None:
        with closing(ForkPool(processes=2, within=60).ended(calls)) as ended:
            for _ in ended:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(pids) == 2
    assert [pid for pid in pids if _is_there(pid)] == []


def test_the_next_call_is_taken_when_there_is_room() -> None:
    """What is learnt from one end decides on the call after it."""
    seen: list[int] = []

    def calls() -> Iterator[tuple[int, Callable[[], int]]]:
        for number in range(3):
            yield number, lambda: 0
            seen.append(number)

    for number, _ in ForkPool(processes=1, within=60).ended(calls()):
        assert len(seen) == number
