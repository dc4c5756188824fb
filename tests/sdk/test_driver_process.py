"""A driver that runs: every timeout is the harness's own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from milvus_tck.sdk.driver_process import DriverFaultError, DriverProcess
from tests.sdk.drivers import script

_HELLO_WITHIN = 20.0
#: A driver that has not begun to listen.
_HEAD_ALONE = """
import json, os, sys, time
def say(request, **more):
    print(json.dumps({"mtck": 1, "id": request["id"], **more}), flush=True)
"""


def _dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _await(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_noise_is_no_answer(tmp_path: Path) -> None:
    """What an SDK prints, before an answer or inside of its line's place, is kept and not taken for one."""
    command = script(tmp_path, "print('connected to', request['op'])\nsay(request, ok=True)")
    with DriverProcess(command) as driver:
        assert driver.call("flush").kind == "ok"
        assert list(driver.noise) == ["connected to flush"]


def test_a_driver_may_answer_on_another_descriptor(tmp_path: Path) -> None:
    """One whose SDK owns the output answers on the descriptor that MTCK_OUT names."""
    body = """
other = os.fdopen(os.dup(int(os.environ["MTCK_OUT"])), "w")
other.write(json.dumps({"mtck": 1, "id": request["id"], "ok": True, "result": {"value": True}}) + "\\n")
other.close()
"""
    with DriverProcess(script(tmp_path, body)) as driver:
        assert driver.call("flush").result == {"value": True}


def test_a_driver_that_does_not_answer_hangs(tmp_path: Path) -> None:
    """It is killed with all that it started, and the next operation has a new one."""
    body = """
import subprocess
if op == "flush":
    print("child", subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
    time.sleep(600)
say(request, ok=True)
"""
    with DriverProcess(script(tmp_path, body)) as driver:
        begun = time.monotonic()
        found = driver.call("flush", within=1.0)
        assert (found.kind, found.seconds >= 1.0) == ("hang", True)
        assert time.monotonic() - begun < 10
        child = int(driver.noise[-1].split()[1])
        _await(lambda: _dead(child))  # the system takes a moment to end what was killed
        assert driver.call("close").kind == "ok"


def test_a_driver_that_ends_crashed(tmp_path: Path) -> None:
    """It is told at once, with how it ended and the last line of its error output."""
    body = """
if op == "flush":
    sys.stderr.write("segmentation fault\\n")
    sys.stderr.flush()
    os._exit(9)
say(request, ok=True)
"""
    with DriverProcess(script(tmp_path, body)) as driver:
        found = driver.call("flush", within=60.0)
        assert found.kind == "crash"
        assert found.why == "it ended with 9, segmentation fault"
        assert found.seconds < 30
        assert driver.call("close").kind == "ok"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("say({'id': request['id'] + 1}, ok=True)", "it answers 3, and 2 was asked"),
        ("say(request)", "an answer is ok, an error or a skip"),
        ("say(request, ok=False, error={'kind': 'driver', 'type': 'KeyError', 'message': 'uri'})", "KeyError: uri"),
    ],
)
def test_a_driver_that_breaks_the_protocol_is_no_broken_sdk(tmp_path: Path, body: str, why: str) -> None:
    """An answer that is none, to another request, or a mistake of the driver is never what became of an operation."""
    with DriverProcess(script(tmp_path, body)) as driver, pytest.raises(DriverFaultError, match=why):
        driver.call("flush")


@pytest.mark.parametrize(
    ("hello", "why"),
    [("say(request, ok=True, result={'sdk': 'a b', 'version': '1', 'operations': []})", "hello"),
     ("raise SystemExit('no such SDK here')", "no such SDK here")],
)  # fmt: skip
def test_a_driver_that_does_not_say_who_it_is_is_refused(tmp_path: Path, hello: str, why: str) -> None:
    """The reason is told, with what it wrote."""
    head = f"{_HEAD_ALONE}for line in sys.stdin:\n    request = json.loads(line)"
    with pytest.raises(DriverFaultError, match=why):
        DriverProcess(script(tmp_path, hello, head), _HELLO_WITHIN).start()


_SLOW_HELLO = """
import os, sys, time
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(600)
"""
_STARTS = """
import signal, sys
from milvus_tck.sdk.driver_process import DriverProcess
signal.signal(signal.SIGTERM, signal.default_int_handler)
with DriverProcess(sys.argv[1:]):
    pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_ends_us_ends_the_driver(tmp_path: Path, number: signal.Signals) -> None:
    """Also one that has not answered hello yet, and also where we have no time to end it."""
    note = tmp_path / "pid"
    command = (sys.executable, "-c", _SLOW_HELLO, str(note))
    owner = subprocess.Popen((sys.executable, "-c", _STARTS, *command), stderr=subprocess.DEVNULL)
    _await(lambda: note.exists() and note.read_text(encoding="utf-8") != "")
    pid = int(note.read_text(encoding="utf-8"))
    try:
        os.kill(owner.pid, number)
        owner.wait(timeout=20)
        _await(lambda: _dead(pid))
    finally:
        owner.kill()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("said", ["skip='not today'", "ok=False, error={'kind': 'driver'}", "ok=True, result={}"])
def test_a_driver_that_is_refused_is_ended(tmp_path: Path, said: str) -> None:
    """Whatever it answers to hello in place of who it is."""
    note = tmp_path / "pid"
    head = _HEAD_ALONE + f"open({str(note)!r}, 'w').write(str(os.getpid()))\nfor line in sys.stdin:\n"
    command = script(tmp_path, f"request = json.loads(line)\nsay(request, {said})\ntime.sleep(600)", head)
    with pytest.raises(DriverFaultError, match="hello"):
        DriverProcess(command, _HELLO_WITHIN).start()
    assert _dead(int(note.read_text(encoding="utf-8")))


def test_a_driver_that_ends_and_leaves_a_child_crashed(tmp_path: Path) -> None:
    """The child keeps the output open, so that no end of it is seen; it is no hang all the same."""
    body = """
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
os._exit(9)
"""
    with DriverProcess(script(tmp_path, body)) as driver:
        found = driver.call("flush", within=2.0)
    assert (found.kind, found.why) == ("crash", "it ended with 9")


def test_what_an_earlier_one_wrote_is_not_told_of_the_next(tmp_path: Path) -> None:
    """Noise and error output are those of the driver that runs."""
    body = """
if op == "flush":
    print("noise", file=sys.stdout, flush=True)
    print("error", file=sys.stderr, flush=True)
os._exit(9)
"""
    with DriverProcess(script(tmp_path, body)) as driver:
        assert driver.call("flush").why == "it ended with 9, error"
        assert driver.call("close").why == "it ended with 9"
        assert (list(driver.noise), list(driver.errors)) == ([], [])


def test_a_command_that_is_not_there_is_told() -> None:
    """It is no hang."""
    with pytest.raises(DriverFaultError, match="no-such-driver cannot be started"):
        DriverProcess(["no-such-driver"]).start()


def test_nothing_of_it_is_left(tmp_path: Path) -> None:
    """A driver that ignores the end of its input ends with the harness's word."""
    command = script(tmp_path, "say(request, ok=True)")
    driver = DriverProcess(command)
    driver.start()
    process = driver._process
    assert isinstance(process, subprocess.Popen)
    driver.stop()
    assert process.poll() is not None
    driver.stop()
