"""`milvus-tck sweep`: what killed runs left goes, and everything else stays."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import milvus_tck
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.spec.data import data_dir
from milvus_tck.targets import warden
from milvus_tck.targets.base import Target
from milvus_tck.targets.network import free_ports
from milvus_tck.targets.owner import Life, claim
from milvus_tck.targets.resolver import resolve
from milvus_tck.targets.started_server import StartedServer
from milvus_tck.verdict.leftovers.ledger import Ledger, ledgers
from milvus_tck.verdict.leftovers.objects import run_of
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.schema import int64_key, vector
from tests.cli.conftest import Typed

#: Names that only look a little like ours.
_FOREIGN = ("books", "tck", "tck_backup_1", "tck_sample_data", "my_tck_abcdef_notes")


@contextlib.contextmanager
def connected(target: Target) -> Iterator[GrpcBinding]:
    """Connect to a server."""
    binding = GrpcBinding(target.address)
    yield binding
    binding.close()


def creating(name: str) -> Call[m.Status]:
    """Make the call that creates a small collection."""
    return calls.create_collection(name, int64_key(), vector("vec", 4))


def make(binding: GrpcBinding, call: Call[m.Status]) -> None:
    """Make a call that has to succeed."""
    payload = binding.send(call.rpc, call.sent, 10).payload
    assert payload is not None
    assert m.Status.FromString(payload).code == 0


def create(target: Target, *names: str) -> None:
    """Create collections."""
    with connected(target) as binding:
        for name in names:
            make(binding, creating(name))


def names(target: Target) -> set[str]:
    """Name the collections on a server."""
    with connected(target) as binding:
        shown = binding.send("ShowCollections", b"", 10).payload
    assert shown is not None
    return set(m.ShowCollectionsResponse.FromString(shown).collection_names)


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def told_and_there(typed: Typed, target: Target) -> tuple[set[str], set[str]]:
    """Say what a dry run names and what is there, of a time in which the killed run changed nothing any more."""
    while True:
        before = names(target)
        told = typed("sweep", target.address, "--dry-run", "--json")
        assert told.returncode == Exit.OK, told.stderr
        if names(target) == before:
            return {row["name"] for row in json.loads(told.stdout)["removed"]}, before


def killed_run(target: Target) -> str:
    """Start to judge a server, kill the run when it has made something, and return which run it was."""
    command = [sys.executable, "-m", "milvus_tck.cli.main", "check", target.address, "--profile", "2.5"]
    with tempfile.TemporaryDirectory() as out:
        process = subprocess.Popen(
            [*command, "--out", out, "--no-hostile"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda: len([name for name in names(target) - set(_FOREIGN) if run_of(name)]) > 2)
        process.kill()
        process.wait(10)
    wait_for(lambda: not any(each.life is Life.ALIVE for each in ledgers()))
    (found,) = ledgers()
    return found.run


def test_what_a_killed_run_left_goes_and_nothing_else(typed: Typed, lite: Target, state: Path) -> None:
    """After a kill -9, the server has what it had before, and the ledger is gone."""
    create(lite, *_FOREIGN)
    run = killed_run(lite)
    left, there = told_and_there(typed, lite)
    assert left
    assert {run_of(name) for name in left} == {run}
    assert there == left | set(_FOREIGN)
    done = typed("sweep", lite.address)
    assert done.returncode == Exit.OK, done.stderr
    assert all(f"removed {name}\n" in done.stdout for name in left)
    assert names(lite) == set(_FOREIGN)
    assert list(state.rglob("*.ndjson")) == []
    assert "removed" not in typed("sweep", lite.address).stdout


def test_a_ledger_is_not_needed(typed: Typed, lite: Target, state: Path) -> None:
    """A run that was killed on another machine is known by its names alone."""
    run = killed_run(lite)
    for path in state.rglob("*.ndjson"):
        path.unlink()
    create(lite, *_FOREIGN)
    done = typed("sweep", lite.address, "--json")
    assert done.returncode == Exit.OK, done.stderr
    assert {row["run"] for row in json.loads(done.stdout)["removed"]} == {run}
    assert names(lite) == set(_FOREIGN)


def test_a_name_in_doubt_is_kept_and_shown(typed: Typed, lite: Target) -> None:
    """Who wants it gone names the run."""
    create(lite, *_FOREIGN)
    kept = json.loads(typed("sweep", lite.address, "--json").stdout)["kept"]
    assert {row["name"]: row["run"] for row in kept} == {
        "tck_sample_data": "sample",
        "my_tck_abcdef_notes": "abcdef",
    } | {"tck_backup_1": "backup"}
    assert typed("sweep", lite.address, "--run", "sample").returncode == Exit.OK
    assert names(lite) == set(_FOREIGN) - {"tck_sample_data"}


def test_a_run_that_is_under_way_is_left_alone(typed: Typed, lite: Target, request: pytest.FixtureRequest) -> None:
    """Its ledger says that its process lives; neither a sweep nor `--run` touches it."""
    ledger = Ledger("living", lite.address)
    request.addfinalizer(lambda: ledger.close(clean=True))
    create(lite, "tck_living_a_test_0123abcd_1", "tck_killed_a_test_0123abcd_1")
    found = json.loads(typed("sweep", lite.address, "--json").stdout)
    assert [row["name"] for row in found["removed"]] == ["tck_killed_a_test_0123abcd_1"]
    assert [row["why"] for row in found["kept"]] == ["its run is under way"]
    done = typed("sweep", lite.address, "--run", "living")
    assert done.returncode == Exit.USAGE
    assert "under way" in done.stderr
    assert names(lite) == {"tck_living_a_test_0123abcd_1"}


def test_every_database_is_looked_through(typed: Typed) -> None:
    """On a real Milvus, what was made in another database goes too, and a foreign one there stays."""
    server = resolve("milvus@2.3.5")
    server.start()
    try:
        with connected(server) as binding:
            made = m.CreateDatabaseRequest(db_name="elsewhere").SerializeToString()
            assert binding.send("CreateDatabase", made, 10).code == "OK"
            for name in ("tck_killed_a_test_0123abcd_1", "tck_backup_1"):
                make(binding, creating(name).but(db_name="elsewhere"))
        create(server, "tck_killed_a_test_0123abcd_2")
        done = typed("sweep", server.address)
        assert done.returncode == Exit.OK, done.stderr
        assert "removed elsewhere.tck_killed_a_test_0123abcd_1\n" in done.stdout
        assert "removed tck_killed_a_test_0123abcd_2\n" in done.stdout
        assert names(server) == set()
        with connected(server) as binding:
            shown = binding.send(
                "ShowCollections", m.ShowCollectionsRequest(db_name="elsewhere").SerializeToString(), 10
            )
            assert list(m.ShowCollectionsResponse.FromString(shown.payload or b"").collection_names) == ["tck_backup_1"]
    finally:
        server.stop()


def test_an_endpoint_that_is_not_there(typed: Typed) -> None:
    """Exit 3."""
    done = typed("sweep", f"127.0.0.1:{free_ports(1)[0]}")
    assert done.returncode == Exit.TARGET_LOST
    assert "cannot be reached" in done.stderr


@pytest.mark.parametrize("arguments", [("milvus@2.3.5",), ("--run", "abcdef"), ("127.0.0.1:1", "--run", "NO")])
def test_what_can_not_be_meant(typed: Typed, arguments: tuple[str, ...]) -> None:
    """Exit 64."""
    assert typed("sweep", *arguments).returncode == Exit.USAGE


# -- this machine -----------------------------------------------------------------------


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the temporary files of a test apart from those of everybody else."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def dead() -> int:
    """Return the number of a process that has ended, and that nobody asked for: it is a zombie to the end."""
    ended = os.fork()
    if ended == 0:
        os._exit(0)
    wait_for(lambda: psutil.Process(ended).status() == psutil.STATUS_ZOMBIE)
    return ended


def test_a_folder_goes_when_its_owner_is_dead(typed: Typed, temporary: Path) -> None:
    """One whose owner lives stays, and so does one that does not say whose it is, however old, and is named."""
    for name in ("milvus-tck-lite-dead", "milvus-tck-lite-living", "milvus-tck-lite-silent", "another"):
        (temporary / name).mkdir()
        os.utime(temporary / name, (0, 0))
    (temporary / "milvus-tck-old.log").write_text("x", encoding="utf-8")
    owner = dead()
    claim(temporary / "milvus-tck-lite-dead", owner)
    claim(temporary / "milvus-tck-lite-living", os.getpid())
    try:
        assert typed("sweep", "--dry-run").returncode == Exit.OK
        assert len(list(temporary.iterdir())) == 5
        done = typed("sweep")
        assert done.returncode == Exit.OK, done.stderr
        assert f"removed {temporary}/milvus-tck-lite-dead\n" in done.stdout
        for name in ("milvus-tck-lite-silent", "milvus-tck-old.log"):
            day = time.strftime("%Y-%m-%d", time.localtime((temporary / name).stat().st_mtime))
            why = f"nothing in it says whose it is, and it was last changed on {day}"
            assert f"kept {temporary}/{name}: {why}; if nobody needs it: rm -r {temporary}/{name}\n" in done.stdout
        assert {path.name for path in temporary.iterdir()} == {
            "milvus-tck-lite-living", "milvus-tck-lite-silent", "milvus-tck-old.log", "another",
        }  # fmt: skip
    finally:
        os.waitpid(owner, 0)


_OTHER = """
import sys, tempfile
from pathlib import Path
import milvus_tck
from milvus_tck.targets.process import ServerCommand, ServerProcess
servers = [ServerProcess("milvus-tck-lite-") for _ in range(3)]
for each in servers:
    each.run(ServerCommand(["sleep", "1000"]))
print(milvus_tck.__file__, *(each.pid for each in servers), flush=True)
input()
for each in servers:
    each.stop()
"""


@pytest.fixture
def other(tmp_path: Path, temporary: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another installation of this tool, somewhere else, on which three servers run."""
    here = Path(milvus_tck.__file__).parent
    shutil.copytree(here, tmp_path / "other" / "src" / "milvus_tck", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "other" / "proto").symlink_to(data_dir("proto"))
    variables = {**os.environ, "PYTHONPATH": str(tmp_path / "other" / "src"), "TMPDIR": str(temporary)}
    process = subprocess.Popen(
        [sys.executable, "-c", _OTHER], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.communicate("\n", timeout=20)


def test_servers_of_another_installation_are_left_alone(
    typed: Typed, temporary: Path, tmp_path: Path, other: "subprocess.Popen[str]"
) -> None:
    """What tells that they live is in their folders; their wardens' script is not ours."""
    assert other.stdout is not None
    where, *wardens = other.stdout.readline().split()
    assert where.startswith(str(tmp_path))
    running = [psutil.Process(int(each)) for each in wardens]
    wait_for(lambda: all(each.children() for each in running))
    servers = [server for each in running for server in each.children(recursive=True)]
    seen = {each["name"]: each for each in json.loads(typed("doctor", "--json").stdout)["findings"]}["leftovers"]
    assert (seen["health"], seen["text"]) == ("ok", "none of killed runs")
    done = typed("sweep", "--json")
    assert done.returncode == Exit.OK, done.stderr
    report = json.loads(done.stdout)
    assert (report["removed"], report["left"], report["kept"]) == ([], [], [])
    assert all(each.is_running() for each in [*running, *servers])
    assert len(list(temporary.iterdir())) == 6
    (lost,) = running[0].children()
    running[0].kill()
    wait_for(lambda: running[0].status() == psutil.STATUS_ZOMBIE)
    removed = {row["name"] for row in json.loads(typed("sweep", "--json").stdout)["removed"]}
    assert {each for each in removed if each.startswith("process")} == {f"process {lost.pid}"}
    assert all(server.is_running() for each in running[1:] for server in [each, *each.children()])


def test_a_server_whose_warden_was_killed_is_ended(typed: Typed, temporary: Path) -> None:
    """Nobody else would end it; one that is watched goes on."""
    watched, lost = resolve("lite@2.5.1"), resolve("lite@2.5.1")
    watched.start()
    lost.start()
    try:
        assert isinstance(lost, StartedServer)
        guard = psutil.Process(lost.pid)
        assert warden.__file__ in guard.cmdline()
        servers = guard.children(recursive=True)
        guard.send_signal(signal.SIGKILL)
        guard.wait(10)
        assert servers
        assert all(each.is_running() for each in servers)
        done = typed("sweep", "--json")
        assert done.returncode == Exit.OK, done.stderr
        removed = {row["name"] for row in json.loads(done.stdout)["removed"]}
        assert {f"process {each.pid}" for each in servers} <= removed
        assert not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in servers)
        assert names(watched) == set()
        assert len(list(temporary.glob("milvus-tck-lite-*"))) == 1
    finally:
        watched.stop()
        lost.stop()


def test_ledgers_stay_as_long_as_they_are_needed(typed: Typed, lite: Target, temporary: Path) -> None:
    """One of a server that is there stays, with what to type; one of a server that is gone goes."""
    gone = f"127.0.0.1:{free_ports(1)[0]}"
    owner = dead()
    for run, address in (("aaaaaa", lite.address), ("bbbbbb", gone), ("cccccc", "elsewhere.example:19530")):
        ledger = Ledger(run, address)
        ledger.before(creating(f"tck_{run}_a"))
        ledger.close(clean=False)
        rows = ledger.path.read_text(encoding="utf-8").replace(f'"pid": {os.getpid()}', f'"pid": {owner}')
        ledger.path.write_text(rows, encoding="utf-8")
    done = typed("sweep")
    os.waitpid(owner, 0)
    assert done.returncode == Exit.OK, done.stderr
    assert list(temporary.iterdir()) == []
    assert f"milvus-tck sweep {lite.address}" in done.stdout
    assert "milvus-tck sweep elsewhere.example:19530" in done.stdout
    assert {each.run for each in ledgers()} == {"aaaaaa", "cccccc"}
