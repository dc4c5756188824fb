"""The warden: no server outlives us, takes all memory, or leaves files behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from milvus_tck.targets.process import ServerCommand, ServerProcess
from tests.robust.runs import eventually

#: A server as launchers start them: a child in the background, which is left alone when its parent dies.
LAUNCHER = "sleep 1000 & echo $! > $TMPDIR/child; exec sleep 1000"
Run = Callable[..., ServerProcess]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where servers have their folders."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(temporary: Path) -> Iterator[Run]:  # noqa: ARG001 - it is where they are
    """Start a command under a warden; ended in the end."""
    started: list[ServerProcess] = []

    def begin(*arguments: str, memory: int = 500 << 20) -> ServerProcess:
        server = ServerProcess("milvus-tck-test-", memory=memory)
        started.append(server)
        server.run(ServerCommand(arguments, {"GREETING": "hello"}))
        return server

    yield begin
    for each in started:
        each.stop()


def child_of(server: ServerProcess) -> int:
    """Wait for the process in the background, and return its number."""
    return number_in(server.folder / "child")


def number_in(file: Path) -> int:
    """Wait for a file with the number of a process."""
    assert eventually(lambda: file.exists() and file.read_text(encoding="utf-8").strip())
    return int(file.read_text(encoding="utf-8"))


def gone(pid: int) -> bool:
    """Wait until a process is no more."""
    return eventually(lambda: _is_gone(pid))


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_stopping_ends_everything(run: Run, temporary: Path) -> None:
    """Leader, child, folder and log."""
    server = run("sh", "-c", LAUNCHER)
    child = child_of(server)
    server.stop()
    assert server.ended
    assert gone(child)
    assert list(temporary.iterdir()) == []
    server.stop()


def test_a_leader_that_ends_takes_its_children_with_it(run: Run) -> None:
    """A launcher that dies leaves nothing behind but the log, for who wants to know why."""
    server = run("sh", "-c", "sleep 1000 & echo $!; exit 3")
    assert eventually(lambda: server.ended)
    assert gone(int(server.tail()))
    assert not server.folder.exists()
    assert server.log.exists()


PARENT = """
import sys, time
from pathlib import Path
from milvus_tck.targets import process
from milvus_tck.targets.process import ServerCommand, ServerProcess

def stand_still(*_, **__):
    print(flush=True)
    time.sleep(1000)

when, command = sys.argv[1:]
if when == "before the folders":
    Path.mkdir = stand_still
elif when == "before they say whose they are":
    process.claim = stand_still
server = ServerProcess("milvus-tck-test-")
if when == "before the server":
    stand_still()
server.run(ServerCommand(["sh", "-c", command]))
while when == "after the server" and not server.ended:
    time.sleep(0.01)
stand_still()
"""


@pytest.mark.parametrize(
    ("when", "command", "folders"),
    [
        ("before the folders", "", 0),
        ("before they say whose they are", "", 1),
        ("before the server", "", 2),
        ("while it runs", "echo $$ > $OLDPWD/child; exec sleep 1000", 2),
        ("after the server", "exit 3", 1),
    ],
)
def test_when_we_are_killed(
    temporary: Path, tmp_path_factory: pytest.TempPathFactory, when: str, command: str, folders: int
) -> None:
    """`kill -9` of the parent, at whatever moment, ends the whole group and removes its folder and its log."""
    beside = tmp_path_factory.mktemp("beside")
    variables = os.environ | {"TMPDIR": str(temporary), "OLDPWD": str(beside)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, when, command], env=variables, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    child = number_in(beside / "child") if when == "while it runs" else 0
    assert len(list(temporary.iterdir())) == folders
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert not child or gone(child)
    assert eventually(lambda: not list(temporary.iterdir()))


def test_folders_that_cannot_be_made(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes through, and nothing stays, not even the warden."""
    monkeypatch.setattr("tempfile.tempdir", str(temporary / "nowhere"))
    before = len(psutil.Process().children())
    with pytest.raises(FileNotFoundError, match="nowhere"):
        ServerProcess("milvus-tck-test-")
    assert len(psutil.Process().children()) == before


def test_ctrl_c_is_not_for_the_server(run: Run) -> None:
    """A terminal sends it to everything in its group; servers and their wardens are in groups of their own."""
    server = run("sh", "-c", LAUNCHER)
    child, warden = child_of(server), psutil.Process(server.pid)
    assert warden in psutil.Process(child).parents()
    assert os.getpgid(child) not in {os.getpgid(warden.pid), os.getpgid(0)}
    assert os.getpgid(warden.pid) != os.getpgid(0)
    warden.send_signal(signal.SIGINT)
    assert not eventually(lambda: server.ended, within=0.6)
    server.stop()
    assert gone(child)


def test_too_much_memory(run: Run) -> None:
    """A server that holds more than it may is ended, and its log says why."""
    hungry = "import time; held = b'x' * (200 << 20); time.sleep(1000)"
    server = run(sys.executable, "-c", hungry, memory=100 << 20)
    assert eventually(lambda: server.ended)
    assert "ended for holding more than 100 MiB" in server.tail()


def test_a_server_that_stays_within_its_memory(run: Run) -> None:
    """The same server lives where it may hold that much."""
    hungry = "import time; held = b'x' * (50 << 20); print('held', flush=True); time.sleep(1000)"
    server = run(sys.executable, "-c", hungry, memory=500 << 20)
    assert eventually(lambda: server.tail() == "held")
    assert not eventually(lambda: server.ended, within=0.8)


def test_a_launcher_that_does_not_notice(run: Run) -> None:
    """A server that died under a launcher which goes on is found dead."""
    launcher = "import subprocess, time; held = subprocess.Popen(['false']); time.sleep(1000)"
    server = run(sys.executable, "-c", launcher)
    assert eventually(lambda: server.ended)
    assert "its launcher did not notice" in server.tail()


def test_what_a_server_writes_goes_with_it(run: Run) -> None:
    """Temporary files of the server are in its folder; its output is in the log, of which the end can be read."""
    server = run("sh", "-c", "mktemp; for i in 1 2 3; do echo line $i; done; exec sleep 1000")
    assert eventually(lambda: "line 3" in server.tail())
    assert server.tail(1) == "line 3"
    assert server.tail().startswith(str(server.folder))
    server.stop()
    assert server.tail() == ""


def test_variables(run: Run) -> None:
    """A server has its own variables beside ours, and tells which."""
    server = run("sh", "-c", "echo $GREETING; exec sleep 1000")
    assert eventually(lambda: server.tail() == "hello")
    assert (server.variable("GREETING"), server.variable("GREETINGS")) == ("hello", "")


def test_a_command_that_does_not_exist(run: Run) -> None:
    """It has ended, and the log says what was wrong."""
    server = run("/no/such/server")
    assert eventually(lambda: server.ended)
    assert "/no/such/server" in server.tail()


def test_another_command_takes_the_place_of_the_first(run: Run, temporary: Path) -> None:
    """The first group is killed, children and all, and the folder is that of both."""
    server = run("sh", "-c", LAUNCHER)
    child = child_of(server)
    (server.folder / "child").rename(server.folder / "kept")
    server.run(ServerCommand(("sh", "-c", LAUNCHER)))
    other = child_of(server)
    assert gone(child)
    assert not server.ended
    assert number_in(server.folder / "kept") == child
    server.stop()
    assert gone(other)
    assert list(temporary.iterdir()) == []
