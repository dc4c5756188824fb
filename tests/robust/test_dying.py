"""A target that dies: for good, or because of one request."""

import json
import os
import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from milvus_tck.targets.base import Target
from milvus_tck.verdict.model.states import Exit
from tests.robust.foreign import collections, make_foreign
from tests.robust.runs import Done, Place, listener
from tests.robust.troublemaker import Asked, Troublemaker, between

#: The bytes with which service/invalid-utf-8 asks; nothing else sends them.
DEADLY = b"\x1a\x02\xff\xfe"
KILLER = "service/invalid-utf-8"


def dies_of_it(asked: Asked) -> bytes:
    """Die of one request."""
    return asked.die() if asked.payload == DEADLY else asked.pass_on()


def blamed_alone(done: Done) -> None:
    """Only the check whose request kills the target has crashed it; the others are judged."""
    crashed = {check for check, state in done.states.items() if state == "target-crash"}
    assert len(crashed) == 1, done.states
    assert crashed.pop().startswith(KILLER)
    others = {state for check, state in done.states.items() if not check.startswith(KILLER)}
    assert others == {"pass"}
    (failure,) = done.summary["failures"]
    assert (failure["state"], failure["signature"]) == ("target-crash", "crash:HasCollection")


def test_it_dies_for_good(lite: Target, place: Place) -> None:
    """What cannot be brought back is lost: exit 3; what was judged stays, the rest is not verified."""
    with between(lite.address, dies_of_it) as maker:
        done = place.check(maker.address, "--workers", "1")
    assert done.code == Exit.TARGET_LOST, done.text
    assert "gone after" in done.text
    results = done.results
    assert results.footer is not None
    assert (results.footer.complete, results.footer.lost) == (False, True)
    assert "not-run" in set(done.states.values())
    assert not {"fail", "harness-error"} & set(done.states.values())
    assert done.summary["exit_code"] == Exit.TARGET_LOST
    assert (done.folder / "report.html").exists()


@contextmanager
def restarted_by_command(maker: Troublemaker, place: Place) -> Iterator[str]:
    """Describe the target in a `tck.toml` with a restart command; gives its name."""
    doorbell = place.path / "doorbell"
    os.mkfifo(doorbell)

    def serve() -> None:
        while doorbell.read_text(encoding="utf-8") == "restart\n":
            maker.start()

    porter = threading.Thread(target=serve)
    porter.start()
    command = f"echo restart > {shlex.quote(str(doorbell))}"
    target = f'[targets.ours]\naddress = "{maker.address}"\nrestart = {json.dumps(command)}\n'
    (place.path / "tck.toml").write_text(target, encoding="utf-8")
    try:
        yield "ours"
    finally:
        doorbell.write_text("end\n", encoding="utf-8")
        porter.join()


def test_a_request_that_kills_is_blamed(lite: Target, place: Place) -> None:
    """The target comes back by its owner's command; the one request that kills it is found among all in flight."""
    make_foreign(lite.address, "theirs")
    with between(lite.address, dies_of_it) as maker, restarted_by_command(maker, place) as name:
        done = place.check(name)
    assert done.code == Exit.TARGET_LOST, done.text
    blamed_alone(done)
    assert done.results.complete
    assert collections(lite.address) == {"theirs"}


def test_a_restart_command_that_fails(lite: Target, place: Place) -> None:
    """The target is lost, and the reason is what the command said."""
    with between(lite.address, dies_of_it) as maker:
        target = f'[targets.ours]\naddress = "{maker.address}"\nrestart = "echo no such unit; exit 5"\n'
        (place.path / "tck.toml").write_text(target, encoding="utf-8")
        done = place.check("ours")
    assert done.code == Exit.TARGET_LOST, done.text
    assert "no such unit" in done.text
    assert not done.results.complete


def test_a_real_server_that_dies_of_a_request(place: Place) -> None:
    """Lite 2.5.1 dies of a column without data; it comes back, and the rest of the run goes on."""
    select = "clause=insert/no-payload or clause=has-collection/existing"
    done = place.run("check", "lite@2.5.1", "--profile", "2.3", "--select", select)
    assert done.code == Exit.TARGET_LOST, done.text
    states = done.states
    assert "target-crash" in states.values()
    assert states["has-collection/existing:holds@grpc"] == "pass"
    assert "harness-error" not in states.values()
    assert done.results.complete
    assert place.is_clean(), place.processes()


def test_a_server_of_ours_that_somebody_kills(place: Place) -> None:
    """A server that dies of nothing that we asked comes back, and nobody is blamed."""
    select = "rpc=HasCollection or rpc=DescribeCollection"
    running = place.begin("check", "lite@2.5.1", "--profile", "2.3", "--select", select)
    assert running.has_judged(3)
    os.kill(listener(json.loads(running.lines[0])["target"]["address"]), signal.SIGKILL)
    done = running.end()
    states = set(done.states.values())
    assert "harness-error" not in states
    assert "target-crash" not in states
    assert done.results.complete, done.text
    assert any("gone after" in each for each in done.results.footer.incidents)  # type: ignore[union-attr]
    assert place.is_clean(), place.processes()


@pytest.mark.parametrize("target", ["lite@0.0.1", "milvus@9.9.9"])
def test_a_release_that_does_not_exist(place: Place, target: str) -> None:
    """Exit 64 before anything is installed, with the releases that there are and what to type."""
    done = place.run("check", target)
    assert done.code == Exit.USAGE, done.text
    assert f"there is no release {target}" in done.text
    assert f"try: milvus-tck check {target.partition('@')[0]}@" in done.text
    assert "Traceback" not in done.text
    assert not any(Path(done.folder).iterdir())
