"""Servers that we start: where they listen, how a start fails, how they come back; endpoints that have a command."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from milvus_tck.targets import started_server
from milvus_tck.targets.base import RunningEndpoint, TargetError
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.lite import LiteServer
from milvus_tck.targets.monitor import TargetMonitor
from milvus_tck.targets.network import LOOPBACK, free_ports, is_taken
from milvus_tck.targets.process import ServerCommand
from milvus_tck.targets.readiness import ready
from tests.robust.foreign import collections, make_foreign
from tests.robust.runs import eventually, listener
from tests.robust.troublemaker import between


@pytest.fixture
def server() -> Iterator[LiteServer]:
    """A server that is not started yet."""
    made = LiteServer("lite@2.5.1", "2.5.1")
    yield made
    made.stop()


def test_free_ports() -> None:
    """As many as are asked for, all different, and nobody listens there."""
    found = free_ports(20)
    assert len(set(found)) == 20
    assert not any(map(is_taken, found))
    with socket.create_server((LOOPBACK, 0)) as listening:
        assert is_taken(listening.getsockname()[1])


def test_a_port_that_was_asked_for_and_is_taken(server: LiteServer) -> None:
    """The error says so, and what to type: the server would share it in silence."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        server.port = listening.getsockname()[1]
        with pytest.raises(TargetError, match="cannot listen on port") as caught:
            server.start()
    assert caught.value.then == "milvus-tck serve lite@2.5.1"
    assert server.gone()


def test_a_port_that_was_asked_for_and_is_free(server: LiteServer) -> None:
    """It listens there."""
    (server.port,) = free_ports(1)
    server.start()
    assert server.address == f"{LOOPBACK}:{server.port}"
    assert ready(server.address)


def test_a_port_that_somebody_takes_meanwhile(server: LiteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs another try."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        taken, free = listening.getsockname()[1], free_ports(1)[0]
        offered = iter([[taken], [free]])
        monkeypatch.setattr(started_server, "free_ports", lambda _count: next(offered))
        server.start()
        assert server.address == f"{LOOPBACK}:{free}"
        assert ready(server.address)


def test_a_restart_brings_fresh_data(server: LiteServer) -> None:
    """A log that killed a server once would do so again."""
    server.start()
    make_foreign(server.address, "before")
    server.restart()
    assert collections(server.address) == set()


def test_a_start_that_is_given_up(server: LiteServer) -> None:
    """It fails soon, is not tried again, and leaves nothing running."""
    server.version = "3.2.2"
    server.name = "lite@3.2.2"
    troubles: list[TargetError] = []

    def start() -> None:
        try:
            server.start()
        except TargetError as error:
            troubles.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    assert eventually(lambda: server._process is not None)
    server.give_up()
    thread.join(started_server._START_SECONDS / 2)
    assert not thread.is_alive()
    assert "nobody waits for it" in troubles[0].why
    assert server.gone()


def test_a_server_that_ends_while_it_starts(server: LiteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error shows the end of its log, and what to type."""
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setattr(LiteServer, "launch", _broken)
    with pytest.raises(TargetError, match="could not be started") as caught:
        server.start()
    assert "it ended while starting" in caught.value.why
    assert "no licence for Tuesdays" in caught.value.why
    assert caught.value.then == "milvus-tck doctor"


def _broken(_self: LiteServer, _folder: Path, _port: int) -> ServerCommand:
    return ServerCommand(["sh", "-c", "echo no licence for Tuesdays; exit 1"])


def test_ready_is_no_word_of_others() -> None:
    """A server that answers garbage, or says that it is not healthy, is not ready; nor is nobody."""
    assert not ready("127.0.0.1:1")
    with between("127.0.0.1:1", lambda _asked: b"\xff\xff\xff") as maker:
        assert not ready(maker.address)
    null = DegenerateServer("null")
    null.start()
    assert not ready(null.address)
    null.stop()


# -- endpoints with a restart command ---------------------------------------------------


def test_a_restart_command_may_leave_a_server_behind(server: LiteServer, tmp_path: Path) -> None:
    """The command ends, what it started goes on with its output; that is waited for until it serves, not longer."""
    server.start()
    pid = tmp_path / "pid"
    command = f"sleep 30 & echo $! > {pid}"
    began = time.monotonic()
    RunningEndpoint("there", server.address, restart_command=command).restart()
    assert time.monotonic() - began < 10
    background = psutil.Process(int(pid.read_text(encoding="utf-8")))
    assert background.is_running()
    background.kill()


def test_a_restart_command_that_fails() -> None:
    """The error carries what it said, and the command itself."""
    endpoint = RunningEndpoint("there", "127.0.0.1:1", restart_command="echo out; echo no such unit >&2; exit 5")
    with pytest.raises(TargetError, match="failed with exit code 5") as caught:
        endpoint.restart()
    assert "no such unit" in caught.value.why
    assert caught.value.then == endpoint.restart_command


# -- the monitor ------------------------------------------------------------------------


def test_a_station_finds_out_and_brings_back(server: LiteServer) -> None:
    """A server that is killed is found gone, and comes back where the monitor is asked for it."""
    server.start()
    monitor = TargetMonitor(server, 5.0)
    assert monitor.alive()
    os.kill(listener(server.address), signal.SIGKILL)
    assert eventually(lambda: not monitor.alive())
    assert monitor.down
    assert monitor.recover()
    assert monitor.alive()
    assert ready(server.address)
    monitor.close()


def test_a_station_that_was_closed_accuses_nobody(server: LiteServer) -> None:
    """What breaks after the run was interrupted is no incident of the target."""
    server.start()
    monitor = TargetMonitor(server, 5.0)
    monitor.close()
    assert monitor.alive()
    assert monitor.incidents == []


def test_a_server_that_is_killed_comes_back_on_its_data(server: LiteServer) -> None:
    """Another process, on another port, with what the first one had; in the end nothing of either is left."""
    server.start()
    before, process = server.address, server.pid
    make_foreign(before, "kept")
    server.revive()
    assert server.pid == process, "the warden stays"
    assert server.address != before
    assert "kept" in collections(server.address)
    assert not ready(before)
    server.restart()
    assert collections(server.address) == set()


def test_a_server_that_does_not_run_cannot_be_revived(server: LiteServer) -> None:
    """It says so."""
    with pytest.raises(TargetError, match="it does not run"):
        server.revive()


def test_a_server_in_this_process_comes_back_with_its_memory() -> None:
    """Where it was, for whoever holds a binding to it."""
    target = DegenerateServer("echo")
    target.start()
    monitor = TargetMonitor(target, 5.0)
    try:
        assert monitor.binding.send("GetVersion", b"", 5.0).code == "OK"
        assert monitor.revive()
        assert monitor.binding.send("GetVersion", b"", 5.0).code == "OK"
        assert monitor.alive()
    finally:
        monitor.close()
        target.stop()
