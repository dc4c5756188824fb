"""The warden: no server outlives us, takes all memory, or leaves files behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from milvus_tck.targets.process import ServerProcess
from tests.robust.runs import eventually

#: A server as launchers start them: a child in the background, which is left alone when its parent dies.
LAUNCHER = "sleep 1000 & echo $! > {folder}/child; exec sleep 1000"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a server, and one for the log."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    made = tmp_path / "data"
    made.mkdir()
    return made


def child_of(folder: Path) -> int:
    """Wait for the process in the background, and return its number."""
    file = folder / "child"
    assert eventually(lambda: file.exists() and file.read_text(encoding="utf-8").strip())
    return int(file.read_text(encoding="utf-8"))


def gone(pid: int) -> bool:
    """Wait until a process is no more."""
    return eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_stopping_ends_everything(folder: Path) -> None:
    """Leader, child, folder and log."""
    server = ServerProcess(["sh", "-c", LAUNCHER.format(folder=folder)], folder)
    child = child_of(folder)
    server.stop()
    assert server.ended
    assert gone(child)
    assert not folder.exists()
    assert not server.log.exists()
    server.stop()


def test_a_leader_that_ends_takes_its_children_with_it(folder: Path) -> None:
    """A launcher that dies leaves nothing behind."""
    server = ServerProcess(["sh", "-c", f"sleep 1000 & echo $! > {folder}/child; sleep 0.5; exit 3"], folder)
    child = child_of(folder)
    assert eventually(lambda: server.ended)
    assert gone(child)
    assert not folder.exists()
    server.stop()


PARENT = """
import sys, time
from pathlib import Path
from milvus_tck.targets.process import ServerProcess

folder = Path(sys.argv[1])
server = ServerProcess(["sh", "-c", sys.argv[2]], folder)
print(server.log, flush=True)
time.sleep(1000)
"""


def test_when_we_are_killed(folder: Path) -> None:
    """`kill -9` of the parent ends the whole group and removes its folder and its log."""
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(folder), LAUNCHER.format(folder=folder)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    log = Path(parent.stdout.readline().strip())
    child = child_of(folder)
    assert log.exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(child)
    assert eventually(lambda: not folder.exists())
    assert eventually(lambda: not log.exists())


def test_ctrl_c_is_not_for_the_server(folder: Path) -> None:
    """A terminal sends it to everything in its group; servers and their wardens are in groups of their own."""
    server = ServerProcess(["sh", "-c", LAUNCHER.format(folder=folder)], folder)
    child = child_of(folder)
    warden = psutil.Process(child).parent()
    while warden is not None and "warden" not in " ".join(warden.cmdline()):
        warden = warden.parent()
    assert warden is not None
    assert os.getpgid(child) not in {os.getpgid(warden.pid), os.getpgid(0)}
    assert os.getpgid(warden.pid) != os.getpgid(0)
    warden.send_signal(signal.SIGINT)
    assert not eventually(lambda: server.ended, within=0.6)
    server.stop()
    assert gone(child)


def test_too_much_memory(folder: Path) -> None:
    """A server that holds more than it may is ended, and its log says why."""
    hungry = "import time; held = b'x' * (200 << 20); time.sleep(1000)"
    server = ServerProcess([sys.executable, "-c", hungry], folder, memory=100 << 20)
    assert eventually(lambda: server.ended)
    assert "ended for holding more than 100 MiB" in server.tail()
    server.stop()


def test_a_server_that_stays_within_its_memory(folder: Path) -> None:
    """The same server lives where it may hold that much."""
    hungry = f"import time; held = b'x' * (50 << 20); open('{folder}/child', 'w').write('1'); time.sleep(1000)"
    server = ServerProcess([sys.executable, "-c", hungry], folder, memory=500 << 20)
    child_of(folder)
    assert not eventually(lambda: server.ended, within=0.8)
    server.stop()


def test_a_launcher_that_does_not_notice(folder: Path) -> None:
    """A server that died under a launcher which goes on is found dead."""
    launcher = "import subprocess, time; held = subprocess.Popen(['false']); time.sleep(1000)"
    server = ServerProcess([sys.executable, "-c", launcher], folder)
    assert eventually(lambda: server.ended)
    assert "its launcher did not notice" in server.tail()
    server.stop()


def test_what_a_server_writes_goes_with_it(folder: Path) -> None:
    """Temporary files of the server are in its folder; its output is in the log, of which the end can be read."""
    said = "mktemp; for i in 1 2 3; do echo line $i; done; exec sleep 1000"
    server = ServerProcess(["sh", "-c", said], folder, {"GREETING": "hello"})
    assert eventually(lambda: "line 3" in server.tail())
    assert server.tail(1) == "line 3"
    assert server.tail().startswith(str(folder))
    server.stop()
    assert server.tail() == ""


def test_a_folder_may_be_kept(folder: Path) -> None:
    """Who wants the data keeps it."""
    server = ServerProcess(["sleep", "1000"], folder, keep=True)
    server.stop()
    assert folder.exists()


def test_a_command_that_does_not_exist(folder: Path) -> None:
    """It has ended, and the log says what was wrong."""
    server = ServerProcess(["/no/such/server"], folder)
    assert eventually(lambda: server.ended)
    assert "/no/such/server" in server.tail()
    server.stop()
