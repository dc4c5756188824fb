"""The ledger: whatever happens to us, what we created is written down."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import psutil
import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.bindings.outcome import Reply
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.owner import Life, Owner
from milvus_tck.verdict.cleanup import drop_collections
from milvus_tck.verdict.ledger import Ledger, ledgers
from milvus_tck.verdict.stops import Undecided
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from tests.robust.runs import eventually
from tests.verdict.builders import a_case, a_clause, a_ledger
from tests.verdict.servers import Collections, Mortal, Scripted


def test_a_ledger_is_made_for_each_run(ledger_folder: Path) -> None:
    """It tells the run, the target and who is running it."""
    a_ledger()
    (found,) = ledgers()
    assert (found.path, found.run, found.address) == (ledger_folder / "abc123.ndjson", "abc123", "127.0.0.1:1")
    assert (found.life, found.collections) == (Life.ALIVE, ())


def test_it_is_written_before_the_call() -> None:
    """When the request arrives at the target, its name is already on the disk."""
    seen: list[tuple[tuple[str, str], ...]] = []

    def answer(_rpc: str, _request: object) -> m.Status:
        seen.append(ledgers()[0].collections)
        return m.Status()

    case = a_case(Scripted(answer), a_clause())
    case.call(calls.create_collection("tck_abc123_a"))
    case.call(calls.create_collection("tck_abc123_b").but(db_name="other"))
    assert seen == [
        (("tck_abc123_a", ""),),
        (("tck_abc123_a", ""), ("tck_abc123_b", "other")),
    ]


def test_a_name_is_written_once() -> None:
    """Creating the same collection again adds nothing; the same name in another database does. Newest come first."""
    ledger = a_ledger()
    for name, database in (("a", ""), ("a", ""), ("a", "db"), ("b", "")):
        ledger.before(calls.create_collection(name).but(db_name=database))
    ledger.before(calls.drop_collection("c"))
    assert ledger.collections == (("b", ""), ("a", "db"), ("a", ""))
    assert set(ledgers()[0].collections) == set(ledger.collections)


def test_many_threads_write_whole_lines(ledger_folder: Path) -> None:
    """Tests in flight share one ledger: no name is lost, no line is torn."""
    ledger = a_ledger()
    names = [f"tck_abc123_{number}" for number in range(400)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: ledger.before(calls.create_collection(name)), names))
    lines = (ledger_folder / "abc123.ndjson").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["name"] for line in lines[1:]) == sorted(names)


_KILLED = """
import os, signal
from milvus_tck.verdict.ledger import Ledger
from milvus_tck.wire import calls
ledger = Ledger("kil1ed", "127.0.0.1:1")
for number in range(3):
    ledger.before(calls.create_collection(f"tck_kil1ed_{number}"))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_is_readable_after_a_kill(ledger_folder: Path) -> None:
    """A process that is killed right after its last creation leaves all names, and is known to be dead."""
    done = subprocess.run([sys.executable, "-c", _KILLED], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    with (ledger_folder / "kil1ed.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"create": "CreateColl')  # a line that the kill cut short
    (found,) = ledgers()
    assert (found.run, found.life) == ("kil1ed", Life.DEAD)
    assert found.collections == tuple((f"tck_kil1ed_{number}", "") for number in range(3))


def test_a_number_that_another_process_got_since_is_not_us(ledger_folder: Path) -> None:
    """A run is alive where the process that began it is, not where its number is in use again."""
    ledger_folder.mkdir()
    owner = Owner.of(os.getpid())
    for run, began in (("aaaaaa", owner.began), ("bbbbbb", owner.began - 100)):
        _begin(ledger_folder, run, {"owner": replace(owner, began=began).row()})
    assert {found.run: found.life for found in ledgers()} == {"aaaaaa": Life.ALIVE, "bbbbbb": Life.DEAD}


def _begin(folder: Path, run: str, head: dict[str, object]) -> None:
    """Write the head of a ledger."""
    (folder / f"{run}.ndjson").write_text(json.dumps({"run": run, "address": "x:1", **head}) + "\n", encoding="utf-8")


def test_a_run_elsewhere_is_not_known_to_be_over(ledger_folder: Path) -> None:
    """Two containers may share a folder of ledgers: what the other one runs can not be seen."""
    ledger_folder.mkdir()
    owner = Owner.of(os.getpid())
    _begin(ledger_folder, "aaaaaa", {"owner": replace(owner, namespace="pid:[1]").row()})
    _begin(ledger_folder, "bbbbbb", {"owner": replace(owner, boot="before", pid=1 << 22).row()})
    assert {found.life for found in ledgers()} == {Life.UNKNOWN}


def test_a_run_that_is_a_zombie_is_over(ledger_folder: Path) -> None:
    """A run that was killed in a container without an init: nobody asks for its process, which is dead all the same."""
    killed = subprocess.Popen([sys.executable, "-c", _KILLED], env=dict(os.environ))
    try:
        assert eventually(lambda: psutil.Process(killed.pid).status() == psutil.STATUS_ZOMBIE)
        (found,) = ledgers()
        assert (found.life, len(found.collections)) == (Life.DEAD, 3)
        assert found.path.parent == ledger_folder
    finally:
        killed.wait()


def test_ledgers_of_older_releases(ledger_folder: Path) -> None:
    """They do not tell where their number means anything: that the run lives can be seen, that it is over can not."""
    ledger_folder.mkdir()
    process = psutil.Process()
    for run, pid in (("aaaaaa", process.pid), ("bbbbbb", 1 << 22)):
        _begin(ledger_folder, run, {"pid": pid, "process_started": process.create_time(), "started": 0.0})
    assert {found.run: found.life for found in ledgers()} == {"aaaaaa": Life.ALIVE, "bbbbbb": Life.UNKNOWN}


def test_a_ledger_without_a_head_is_still_found(ledger_folder: Path) -> None:
    """A run that was killed at its very beginning left an empty file."""
    ledger_folder.mkdir()
    (ledger_folder / "cccccc.ndjson").write_text("", encoding="utf-8")
    (found,) = ledgers()
    assert (found.run, found.life, found.collections) == ("cccccc", Life.DEAD, ())


@pytest.mark.parametrize("clean", [True, False])
def test_only_a_clean_run_leaves_no_ledger(clean: bool) -> None:  # noqa: FBT001 - how it ended
    """What could not be removed is found by `sweep`."""
    Ledger("dddddd", "x:1").close(clean=clean)
    assert len(ledgers()) == (0 if clean else 1)


def test_no_folder_no_ledgers() -> None:
    """Who never ran anything has nothing to sweep."""
    assert ledgers() == []


# -- cleanup ------------------------------------------------------------------------------


def test_cleanup_drops_what_is_named() -> None:
    """Over a real connection: what is named goes, what is not stays, and what never was is no trouble."""
    target = Mortal()
    target.start()
    target.world.names = {"tck_a", "tck_b", "theirs"}
    binding = GrpcBinding(target.address)
    try:
        assert drop_collections(binding, [("tck_a", ""), ("tck_b", ""), ("tck_never", "")]) == []
        assert target.world.names == {"theirs"}
    finally:
        binding.close()
        target.stop()


def test_what_resists_is_tried_once_more() -> None:
    """An alias goes when the collection behind it is gone: the second attempt finds it so."""
    world = Collections({"tck_alias", "tck_it"})

    def answer(rpc: str, request: m.DropCollectionRequest) -> object:
        if rpc == "DropCollection" and request.collection_name == "tck_alias" and "tck_it" in world.names:
            return m.Status(code=1100, error_code=m.ErrorCode.IllegalArgument)
        return world(rpc, request)

    assert drop_collections(Scripted(answer), [("tck_alias", ""), ("tck_it", "")]) == []  # type: ignore[arg-type]
    assert world.names == set()


def test_what_appears_after_we_hung_up_is_dropped() -> None:
    """A creation that nobody waited for may take effect during cleanup: what it made goes too."""
    world, looks = Collections(set()), count()

    def answer(rpc: str, request: m.DropCollectionRequest) -> object:
        if rpc == "HasCollection" and next(looks) == 2:
            world.names.add("tck_late")
        return world(rpc, request)

    assert drop_collections(Scripted(answer), [("tck_late", "")], unanswered=[("tck_late", "")]) == []  # type: ignore[arg-type]
    assert world.names == set()


@pytest.mark.parametrize(
    ("reply", "late"),
    [
        pytest.param(Reply(m.Status().SerializeToString(), "OK"), [], id="created"),
        pytest.param(Reply(m.Status(code=5).SerializeToString(), "OK"), [], id="refused"),
        pytest.param(Reply(None, "CANCELLED"), [("tck_abc123_a", "")], id="cut off"),
    ],
)
def test_only_what_was_not_answered_may_appear_later(reply: Reply, late: list[tuple[str, str]]) -> None:
    """A creation that was answered, well or badly, is over; one that was cut off is not."""
    case = a_case(Scripted(replies={"CreateCollection": reply}), a_clause())
    with suppress(Undecided):
        case.call(calls.create_collection("tck_abc123_a"))
    assert [*case.run.ledger.unanswered] == late


@pytest.mark.parametrize("name", ["null", "refuser"])
def test_a_refusal_is_believed_only_where_nothing_is_left(name: str) -> None:
    """A target that refuses to drop is asked whether the collection is there; one that says no has none."""
    server = DegenerateServer(name)
    server.start()
    binding = GrpcBinding(server.address)
    try:
        assert drop_collections(binding, [("tck_x", "")]) == []
    finally:
        binding.close()
        server.stop()


def test_what_may_still_be_there_is_told() -> None:
    """A collection that is still there, and one nobody could be asked about, are left over."""
    there = m.BoolResponse(value=True).SerializeToString()
    stays = Scripted(replies={"DropCollection": Reply(b"\x08\x01", "OK"), "HasCollection": Reply(there, "OK")})
    assert drop_collections(stays, [("tck_x", "")]) == ["tck_x"]
    silent = Scripted(replies={"DropCollection": Reply(None, "UNAVAILABLE")})
    assert drop_collections(silent, [("tck_x", "db")]) == ["tck_x"]
