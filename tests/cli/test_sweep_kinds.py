"""Whatever a killed run left goes, of every kind, and nothing that is somebody else's."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.spec.kinds import kinds
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.leftovers.cleaner import clean_up, names_there
from milvus_tck.verdict.leftovers.ledger import ledgers
from milvus_tck.verdict.leftovers.objects import run_of
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.schema import int64_key, vector
from tests.cli.conftest import Typed
from tests.cli.leaver import PASSWORD, ROOT, RUN, a_case, make_everything

#: Kinds that 2.3.5 has.
_HERE = {"alias", "collection", "database", "user", "role", "resource-group"}
_AS_ROOT = ("--user", "root", "--password", "Milvus")


@pytest.fixture(scope="module")
def server() -> Iterator[Target]:
    """A real Milvus, which has every kind of its line."""
    target = resolve("milvus@2.3.5")
    target.start()
    yield target
    target.stop()


@pytest.fixture
def binding(server: Target) -> Iterator[GrpcBinding]:
    """Connect to it."""
    with contextlib.closing(GrpcBinding(server.address, ROOT)) as opened:
        yield opened


def there(binding: GrpcBinding) -> set[str]:
    """Name everything on the server, with its kind and its database."""
    databases = ["", *(name for name in names_there(binding, "database", "").names if name != "default")]
    return {
        f"{kind.name} {database}.{name}"
        for kind in kinds().values()
        for database in (databases if kind.local else [""])
        for name in names_there(binding, kind.name, database).names
    }


def ours(found: set[str]) -> set[str]:
    """Say which kinds there is something of that a run made."""
    return {each.partition(" ")[0] for each in found if run_of(each.rpartition(".")[2])}


@pytest.fixture(scope="module")
def theirs(server: Target) -> set[str]:
    """Make things of somebody else: one of every kind, some of them named a little like ours."""
    with contextlib.closing(GrpcBinding(server.address, ROOT)) as opened:
        made: list[Call[m.Status]] = [
            Call("CreateDatabase", m.CreateDatabaseRequest(db_name="theirs")),
            calls.create_collection("books", int64_key(), vector("vec", 4)),
            calls.create_collection("tck_sample_data", int64_key(), vector("vec", 4)).but(db_name="theirs"),
            Call("CreateAlias", m.CreateAliasRequest(collection_name="books", alias="tck_other")),
            Call("CreateCredential", m.CreateCredentialRequest(username="tck_backup_1", password=PASSWORD)),
            Call("CreateRole", m.CreateRoleRequest(entity=m.RoleEntity(name="reader"))),
            Call("CreateResourceGroup", m.CreateResourceGroupRequest(resource_group="my_tck_group")),
        ]
        for call in made:
            payload = opened.send(call.rpc, call.sent, 10).payload
            assert payload is not None, call.rpc
            answer = m.Status.FromString(payload)
            assert (answer.code, answer.error_code) == (0, 0), (call.rpc, answer.reason)
        return there(opened)


def killed(server: Target) -> None:
    """Let a run make everything, and kill it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.leaver", server.address], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("with_ledger", [True, False])
def test_a_sweep_finds_every_kind(
    typed: Typed, server: Target, binding: GrpcBinding, theirs: set[str], state: Path, *, with_ledger: bool
) -> None:
    """Also in other databases, and also where only the names tell."""
    killed(server)
    assert ours(there(binding) - theirs) == _HERE
    if not with_ledger:
        for path in state.rglob("*.ndjson"):
            path.unlink()
    told = json.loads(typed("sweep", server.address, *_AS_ROOT, "--dry-run", "--json").stdout)["removed"]
    assert {row["kind"] for row in told} == _HERE
    assert {row["run"] for row in told} == {RUN}
    done = typed("sweep", server.address, *_AS_ROOT)
    assert done.returncode == Exit.OK, done.stderr + done.stdout
    assert "removed resource group tck_kil1ed_" in done.stdout
    assert there(binding) == theirs
    assert ledgers() == []


def test_a_run_removes_every_kind_at_its_end(
    server: Target, binding: GrpcBinding, theirs: set[str], state: Path
) -> None:
    """It is the same cleaner, which works from the ledger."""
    case = a_case(binding, server.address, "ending")
    make_everything(case)
    assert ours(there(binding) - theirs) == _HERE
    assert clean_up(binding, case.run.ledger.things) == []
    case.run.ledger.close(clean=True)
    assert there(binding) == theirs
    assert list(state.rglob("*.ndjson")) == []
