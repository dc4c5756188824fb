"""Ctrl-C at any moment: once it ends a run in good order, twice at once."""

import os
import signal
import threading
import time

import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.targets.base import Target
from milvus_tck.targets.owner import Life
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import ledgers
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.options import DEADLINE
from tests.robust.foreign import collections
from tests.robust.runs import PASSING, Done, Place, eventually
from tests.robust.troublemaker import Asked, between, none

REPORTS = {"summary.json", "report.html", "junit.xml", "summary.md", "badge.json"}


def ended_well(done: Done) -> None:
    """It says so, has the exit code, and no traceback."""
    assert done.code == Exit.INTERRUPTED, done.text
    assert "error: interrupted" in done.text
    assert "Traceback" not in done.text


@pytest.mark.parametrize("group", [False, True], ids=["the process", "the whole group, as terminals do"])
def test_while_a_server_starts(place: Place, group: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Nothing was measured: no result file, no process, no temporary file."""
    running = place.begin("check", "lite@3.2.2")
    assert eventually(place.processes), running.end().text
    (os.killpg if group else os.kill)(running.process.pid, signal.SIGINT)
    done = running.end()
    ended_well(done)
    assert place.is_clean(), place.processes()
    assert not any(done.folder.iterdir())


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.4, 0.7, 1.1])
def test_at_any_moment(lite: Target, place: Place, moment: float) -> None:
    """From the first call on: exit 130, a result file that can be read or none, and nothing left on the server."""
    with between(lite.address, none) as maker:
        running = place.begin("check", maker.address, "--profile", "2.3", "--workers", "2")
        assert eventually(lambda: maker.seen)
        time.sleep(moment)  # any moment will do; these are some
        running.interrupt()
        done = running.end()
    ended_well(done)
    assert not collections(lite.address)
    assert not any(place.state.iterdir())
    if any(done.folder.iterdir()):
        assert not done.results.complete
        assert done.summary["exit_code"] == Exit.INTERRUPTED


def test_in_the_middle_of_a_run(lite: Target, place: Place) -> None:
    """What hangs is let go, what was judged is reported, what was created is dropped."""
    hangs = threading.Event()

    def trouble(asked: Asked) -> bytes:
        if asked.payload.endswith(b"\x1a\x02\xff\xfe"):
            hangs.set()
            return asked.hang()
        return asked.pass_on()

    with between(lite.address, trouble) as maker:
        running = place.begin("check", maker.address, "--profile", "2.3", "--select", PASSING)
        assert hangs.wait(30)
        assert running.has_judged(3)
        began = time.monotonic()
        running.interrupt()
        done = running.end()
    ended_well(done)
    assert time.monotonic() - began < DEADLINE
    results = done.results
    assert results.footer is not None
    assert not results.footer.complete
    assert not results.footer.lost
    assert results.footer.incidents == ["the run was interrupted"]
    assert results.footer.leftovers == []
    assert {each.state for each in results.checks} == {"pass"}
    assert {path.name for path in done.folder.iterdir()} >= REPORTS
    assert (done.summary["exit_code"], done.summary["complete"]) == (Exit.INTERRUPTED, False)
    assert not collections(lite.address)
    assert not any(place.state.iterdir())


def test_while_it_cleans_up(lite: Target, place: Place) -> None:
    """Cleanup comes to its end all the same."""
    cleans = threading.Event()

    def trouble(asked: Asked) -> bytes:
        if (
            asked.rpc == "DropCollection"
            and asked.payload.count(b"tck_")
            and b"probe" not in asked.payload
            and b"reference" not in asked.payload
        ):
            cleans.set()
            time.sleep(0.5)
        return asked.pass_on()

    with between(lite.address, trouble) as maker:
        running = place.begin("check", maker.address, "--profile", "2.3", "--select", PASSING)
        assert cleans.wait(30)
        running.interrupt()
        done = running.end()
    ended_well(done)
    assert "ending in good order" in done.text
    assert not done.results.complete
    assert not collections(lite.address)
    assert not any(place.state.iterdir())


def test_twice(lite: Target, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot wait is not kept: it ends at once, and the ledger tells what to sweep."""
    cleans = threading.Event()

    def trouble(asked: Asked) -> bytes:
        if asked.rpc == "DropCollection" and b"probe" not in asked.payload and b"reference" not in asked.payload:
            cleans.set()
            return asked.hang()
        return asked.pass_on()

    with between(lite.address, trouble) as maker:
        running = place.begin("check", maker.address, "--profile", "2.3", "--select", PASSING)
        assert running.has_judged(3)
        running.interrupt()
        assert cleans.wait(30)
        running.interrupt_again()
        done = running.end(within=5)
    assert done.code == Exit.INTERRUPTED
    assert "milvus-tck sweep" in done.text
    assert "Traceback" not in done.text
    assert done.results.checks
    assert not done.results.complete
    monkeypatch.setenv("MILVUS_TCK_STATE", str(place.state))
    (ledger,) = ledgers()
    assert ledger.life is Life.DEAD
    assert collections(lite.address) <= {each.name for each in ledger.things}
    binding = GrpcBinding(lite.address)
    assert clean_up(binding, ledger.things) == []
    binding.close()
    assert not collections(lite.address)


def test_one_press_that_arrives_twice(place: Place) -> None:
    """`timeout` signals the process and then its group: the run still ends in good order."""
    running = place.begin("check", "lite@2.5.1", "--profile", "2.3")
    assert running.has_judged(5)
    for each in (signal.SIGINT, signal.SIGTERM):  # two of one number may arrive as one
        os.kill(running.process.pid, each)
    done = running.end()
    ended_well(done)
    assert "left at once" not in done.text
    assert done.results.footer is not None
    assert place.is_clean(), place.processes()


def test_twice_with_a_server_of_ours(place: Place) -> None:
    """No server outlives the process, and no file of it."""
    running = place.begin("check", "lite@2.5.1", "--profile", "2.3")
    assert running.has_judged(5)
    running.interrupt()
    running.interrupt_again()
    done = running.end(within=20)
    assert done.code == Exit.INTERRUPTED, done.text
    assert "Traceback" not in done.text
    assert done.results.checks
    assert not done.results.complete
    assert place.is_clean(), place.processes()
