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
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.spec.kinds import kinds
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.owner import Life, ProcessOwner
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import Ledger, ledgers
from milvus_tck.verdict.leftovers.objects import Thing, creation_of
from milvus_tck.verdict.model.stops import Undecided
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import HTTP
from tests.robust.runs import eventually
from tests.verdict.builders import a_case, a_clause, a_ledger
from tests.verdict.servers import Collections, Mortal, Scripted


def it(name: str, database: str = "") -> Thing:
    """Name a collection."""
    return Thing("collection", name, database)


def test_a_ledger_is_made_for_each_run(ledger_folder: Path) -> None:
    """It tells the run, the target and who is running it."""
    a_ledger()
    (found,) = ledgers()
    assert (found.path, found.run, found.address) == (ledger_folder / "abc123.ndjson", "abc123", "127.0.0.1:1")
    assert (found.life, found.things) == (Life.ALIVE, ())


def test_it_is_written_before_the_call() -> None:
    """When the request arrives at the target, its name is already on the disk."""
    seen: list[tuple[Thing, ...]] = []

    def answer(_rpc: str, _request: object) -> m.Status:
        seen.append(ledgers()[0].things)
        return m.Status()

    case = a_case(Scripted(answer), a_clause())
    case.call(calls.create_collection("tck_abc123_a"))
    case.call(calls.create_collection("tck_abc123_b").but(db_name="other"))
    assert seen == [
        (it("tck_abc123_a"),),
        (it("tck_abc123_a"), it("tck_abc123_b", "other")),
    ]


def test_a_name_is_written_once() -> None:
    """Creating the same collection again adds nothing; the same name in another database does. Newest come first."""
    ledger = a_ledger()
    a, b = "tck_abc123_a", "tck_abc123_b"
    for name, database in ((a, ""), (a, ""), (a, "db"), (b, "")):
        ledger.before(calls.create_collection(name).but(db_name=database))
    ledger.before(calls.drop_collection("tck_abc123_c"))
    assert ledger.things == (it(b), it(a, "db"), it(a))
    assert ledgers()[0].things == tuple(reversed(ledger.things))


def test_what_is_not_named_by_us_is_not_ours() -> None:
    """A run also asks for what has to be refused because it is there: that must not be dropped at the end."""
    ledger = a_ledger()
    for name in ("", "books", "tck_abc999_x", "default"):
        ledger.before(calls.create_collection(name))
    ledger.before(Call("CreateDatabase", m.CreateDatabaseRequest(db_name="default")))
    ledger.before(Call("CreateCredential", m.CreateCredentialRequest(username="root")))
    assert (ledger.things, ledgers()[0].things) == ((), ())


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
from milvus_tck.verdict.leftovers.ledger import Ledger
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
    assert found.things == tuple(it(f"tck_kil1ed_{number}") for number in range(3))


def test_a_number_that_another_process_got_since_is_not_us(ledger_folder: Path) -> None:
    """A run is alive where the process that began it is, not where its number is in use again."""
    ledger_folder.mkdir()
    owner = ProcessOwner.of(os.getpid())
    for run, began in (("aaaaaa", owner.began), ("bbbbbb", owner.began - 100)):
        _begin(ledger_folder, run, {"owner": replace(owner, began=began).row()})
    assert {found.run: found.life for found in ledgers()} == {"aaaaaa": Life.ALIVE, "bbbbbb": Life.DEAD}


def _begin(folder: Path, run: str, head: dict[str, object]) -> None:
    """Write the head of a ledger."""
    (folder / f"{run}.ndjson").write_text(json.dumps({"run": run, "address": "x:1", **head}) + "\n", encoding="utf-8")


def test_a_run_elsewhere_is_not_known_to_be_over(ledger_folder: Path) -> None:
    """Two containers may share a folder of ledgers: what the other one runs cannot be seen."""
    ledger_folder.mkdir()
    owner = ProcessOwner.of(os.getpid())
    _begin(ledger_folder, "aaaaaa", {"owner": replace(owner, namespace="pid:[1]").row()})
    _begin(ledger_folder, "bbbbbb", {"owner": replace(owner, boot="before", pid=1 << 22).row()})
    assert {found.life for found in ledgers()} == {Life.UNKNOWN}


def test_a_run_that_is_a_zombie_is_over(ledger_folder: Path) -> None:
    """A run that was killed in a container without an init: nobody asks for its process, which is dead all the same."""
    killed = subprocess.Popen([sys.executable, "-c", _KILLED], env=dict(os.environ))
    try:
        assert eventually(lambda: psutil.Process(killed.pid).status() == psutil.STATUS_ZOMBIE)
        (found,) = ledgers()
        assert (found.life, len(found.things)) == (Life.DEAD, 3)
        assert found.path.parent == ledger_folder
    finally:
        killed.wait()


def test_ledgers_of_older_releases(ledger_folder: Path) -> None:
    """They do not tell where their number means anything: that the run lives can be seen, that it is over cannot."""
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
    assert (found.run, found.life, found.things) == ("cccccc", Life.DEAD, ())


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
        assert clean_up(binding, [it("tck_a"), it("tck_b"), it("tck_never")]) == []
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

    assert clean_up(Scripted(answer), [it("tck_alias"), it("tck_it")]) == []  # type: ignore[arg-type]
    assert world.names == set()


def test_what_appears_after_we_hung_up_is_dropped() -> None:
    """A creation that nobody waited for may take effect during cleanup: what it made goes too."""
    world, looks = Collections(set()), count()

    def answer(rpc: str, request: m.DropCollectionRequest) -> object:
        if rpc == "HasCollection" and next(looks) == 2:
            world.names.add("tck_late")
        return world(rpc, request)

    assert clean_up(Scripted(answer), [it("tck_late")], unanswered=[it("tck_late")]) == []  # type: ignore[arg-type]
    assert world.names == set()


@pytest.mark.parametrize(
    ("reply", "late"),
    [
        pytest.param(Reply(m.Status().SerializeToString(), "OK"), [], id="created"),
        pytest.param(Reply(m.Status(code=5).SerializeToString(), "OK"), [], id="refused"),
        pytest.param(Reply(None, "CANCELLED"), ["tck_abc123_a"], id="cut off"),
    ],
)
def test_only_what_was_not_answered_may_appear_later(reply: Reply, late: list[str]) -> None:
    """A creation that was answered, well or badly, is over; one that was cut off is not."""
    case = a_case(Scripted(replies={"CreateCollection": reply}), a_clause())
    with suppress(Undecided):
        case.call(calls.create_collection("tck_abc123_a"))
    assert [each.name for each in case.run.ledger.unanswered] == late


@pytest.mark.parametrize("name", ["null", "refuser"])
def test_a_refusal_is_believed_only_where_nothing_is_left(name: str) -> None:
    """A target that refuses to drop is asked whether the collection is there; one that says no has none."""
    server = DegenerateServer(name)
    server.start()
    binding = GrpcBinding(server.address)
    try:
        assert clean_up(binding, [it("tck_x")]) == []
    finally:
        binding.close()
        server.stop()


def test_what_may_still_be_there_is_told() -> None:
    """A collection that is still there, and one nobody could be asked about, are left over."""
    there = m.BoolResponse(value=True).SerializeToString()
    shown = m.ShowCollectionsResponse(collection_names=["tck_x"]).SerializeToString()
    replies = {"DropCollection": Reply(b"\x08\x01", "OK"), "HasCollection": Reply(there, "OK")}
    stays = Scripted(replies={**replies, "ShowCollections": Reply(shown, "OK")})
    assert clean_up(stays, [it("tck_x")]) == [it("tck_x")]
    silent = Scripted(replies={"DropCollection": Reply(None, "UNAVAILABLE")})
    assert clean_up(silent, [it("tck_x", "db")]) == [it("tck_x", "db")]


def test_one_witness_alone_keeps_nothing() -> None:
    """A target whose HasCollection always says yes is asked what it lists."""
    there = m.BoolResponse(value=True).SerializeToString()
    replies = {"DropCollection": Reply(b"\x08\x01", "OK"), "HasCollection": Reply(there, "OK")}
    assert clean_up(Scripted(replies=replies), [it("tck_x")]) == []


def test_what_a_target_lacks_is_not_left() -> None:
    """Where neither RPC exists, nothing can have been made; a collection that is listed is there all the same."""
    lacks = Reply(None, "UNIMPLEMENTED")
    binding = Scripted(
        Collections({"tck_it"}), replies=dict.fromkeys(("DropAlias", "ListAliases", "DropCollection"), lacks)
    )
    assert clean_up(binding, [Thing("alias", "tck_x"), it("tck_it")]) == [it("tck_it")]


def test_kinds_go_in_the_order_of_their_table() -> None:
    """What hangs on something else goes first, in whatever order it was made."""
    binding = Scripted()
    clean_up(binding, [Thing(name, "tck_x") for name in reversed(list(kinds()))])
    assert binding.sent == [each.drop.rpc for each in kinds().values()]


def test_what_keeps_a_thing_is_undone() -> None:
    """A role with a privilege, which somebody has; a group with nodes; a collection with an alias: then they go."""
    undone: list[str] = []
    needed = {"DropRole": {"OperatePrivilege", "OperateUserRole"}, "DropResourceGroup": {"TransferNode"},
              "DropCollection": {"DropAlias"}}  # fmt: skip
    role = m.RoleEntity(name="tck_role")
    held = m.RoleResult(role=role, users=[m.UserEntity(name="tck_user")])
    told: dict[str, Message] = {
        "SelectGrant": m.SelectGrantResponse(entities=[m.GrantEntity(role=role, object_name="*")]),
        "SelectRole": m.SelectRoleResponse(results=[held]),
        "ListResourceGroups": m.ListResourceGroupsResponse(resource_groups=["tck_group"]),
        "DescribeResourceGroup": m.DescribeResourceGroupResponse(resource_group=m.ResourceGroup(num_available_node=2)),
        "HasCollection": m.BoolResponse(value=True),
        "ShowCollections": m.ShowCollectionsResponse(collection_names=["tck_it"]),
        "DescribeCollection": m.DescribeCollectionResponse(aliases=["other"]),
    }

    def answer(rpc: str, request: Message) -> Message:
        undone.append(rpc)
        if isinstance(request, m.TransferNodeRequest):
            assert (request.source_resource_group, request.num_node) == ("tck_group", 2)
        kept = not needed.get(rpc, set()) <= set(undone)
        return told.get(rpc, m.Status(code=5, reason="in use") if kept else m.Status())

    things = [Thing("role", "tck_role"), Thing("resource-group", "tck_group"), it("tck_it")]
    assert clean_up(Scripted(answer), things) == []
    assert {"OperatePrivilege", "OperateUserRole", "TransferNode", "DropAlias"} <= set(undone)


# -- what a call makes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "made"),
    [
        ("POST", "/v2/vectordb/collections/create", '{"collectionName": "a", "dbName": "d"}', it("a", "d")),
        ("POST", "/v1/vector/collections/create", '{"collectionName": "a", "dimension": 2}', it("a")),
        ("POST", "/api/v1/collection", '{"collection_name": "a", "db_name": "d"}', it("a", "d")),
        ("POST", "/behind/it/api/v1/collection?x=1", '{"collection_name": "a"}', it("a")),
        ("POST", "/v2/vectordb/collections/rename", '{"collectionName": "a", "newCollectionName": "b"}', it("b")),
        ("POST", "/v2/vectordb/aliases/create", '{"aliasName": "a", "collectionName": "b"}', Thing("alias", "a")),
        ("POST", "/v2/vectordb/databases/create", '{"dbName": "a"}', Thing("database", "a")),
        ("POST", "/v2/vectordb/users/create", '{"userName": "a", "password": "b"}', Thing("user", "a")),
        ("POST", "/api/v1/credential", '{"username": "a", "password": "b"}', Thing("user", "a")),
        ("POST", "/v2/vectordb/roles/create", '{"roleName": "a"}', Thing("role", "a")),
        ("POST", "/v2/vectordb/resource_groups/create", '{"name": "a"}', Thing("resource-group", "a")),
        ("POST", "/v2/vectordb/privilege_groups/create", '{"privilegeGroupName": "a"}', Thing("privilege-group", "a")),
        ("POST", "/v2/vectordb/collections/drop", '{"collectionName": "a"}', None),
        ("POST", "/v2/vectordb/collections/create", '{"collectionName": 3}', None),
        ("POST", "/v2/vectordb/collections/create", "[", None),
    ],
)
def test_what_is_made_by_a_request_of_http(method: str, path: str, body: str, made: Thing | None) -> None:
    """The route tells what it makes, and the body its name."""
    request = m.HttpRequest(method=method, path=path, body=body.encode())
    assert creation_of(Call(HTTP, request)) == made


def test_a_new_name_is_something_made() -> None:
    """A collection that was renamed is there under a name that nobody created."""
    renamed = m.RenameCollectionRequest(oldName="a", newName="b", db_name="d")
    assert creation_of(Call("RenameCollection", renamed)) == it("b", "d")
    renamed.newDBName = "e"
    assert creation_of(Call("RenameCollection", renamed)) == it("b", "e")


def test_ledgers_of_older_releases_name_the_rpc_alone(ledger_folder: Path) -> None:
    """They are read as ever; of a kind that only a newer release knows nothing is done."""
    ledger_folder.mkdir()
    rows = [{"run": "aaaaaa", "address": "x:1"}, {"create": "CreateCollection", "name": "a", "db_name": "d"},
            {"create": "CreateMoon", "kind": "moon", "name": "b", "db_name": ""}]  # fmt: skip
    (ledger_folder / "aaaaaa.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert ledgers()[0].things == (it("a", "d"),)
