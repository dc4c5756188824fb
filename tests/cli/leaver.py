"""A run that makes one thing of every kind on a real Milvus, and is killed before it removes any.

`python -m tests.cli.leaver ADDRESS`: names and calls are those of a case, and so is the ledger.
"""

import base64
import os
import signal
import sys

from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.spec.profiles import profile
from milvus_tck.targets.credentials import credentials
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.schema import int64_key, vector
from tests.verdict.builders import Watch

__all__ = ["PASSWORD", "ROOT", "RUN", "a_case", "make_everything"]

RUN = "kil1ed"
_FIRST_USER = "root:Milvus"
_DEFAULT = "__default_resource_group"
#: As it travels.
PASSWORD = base64.b64encode(b"a long word").decode()
#: Who may give rights to others.
ROOT = credentials(token=_FIRST_USER)


def a_case(binding: GrpcBinding, address: str, run: str = RUN) -> Case:
    """Begin a run with one test."""
    line = profile("2.3")
    return Case.of(
        RunContext(run, line, {binding.name: Exchanger(binding, line)}, Watch(), Ledger(run, address), 7),
        "family/test_it.py::test_it",
        [],
    )


def make_everything(case: Case) -> None:
    """Make one of every kind, each in a way that keeps it from being dropped just so."""
    database, user, role, group = (case.name() for _ in range(4))
    case.ok(Call("CreateDatabase", m.CreateDatabaseRequest(db_name=database)))
    for where in ("", database):
        name = case.name()
        case.ok(calls.create_collection(name, int64_key(), vector("vec", 4)).but(db_name=where))
        alias = m.CreateAliasRequest(collection_name=name, alias=case.name(), db_name=where)
        case.ok(Call("CreateAlias", alias))
    before = case.name()
    case.ok(calls.create_collection(before, int64_key(), vector("vec", 4)))
    case.ok(Call("RenameCollection", m.RenameCollectionRequest(oldName=before, newName=case.name())))
    _rights(case, user, role)
    case.ok(Call("CreateResourceGroup", m.CreateResourceGroupRequest(resource_group=group)))
    move = m.TransferNodeRequest(source_resource_group=_DEFAULT, target_resource_group=group, num_node=1)
    case.ok(Call("TransferNode", move))


def _rights(case: Case, user: str, role: str) -> None:
    """Give a user a role that may do something."""
    case.ok(Call("CreateCredential", m.CreateCredentialRequest(username=user, password=PASSWORD)))
    case.ok(Call("CreateRole", m.CreateRoleRequest(entity=m.RoleEntity(name=role))))
    case.ok(Call("OperateUserRole", m.OperateUserRoleRequest(username=user, role_name=role)))
    grantor = m.GrantorEntity(user=m.UserEntity(name="root"), privilege=m.PrivilegeEntity(name="Search"))
    entity = m.GrantEntity(
        role=m.RoleEntity(name=role), object=m.ObjectEntity(name="Collection"), object_name="*", grantor=grantor
    )
    grant = m.OperatePrivilegeType.Value("Grant")
    case.ok(Call("OperatePrivilege", m.OperatePrivilegeRequest(entity=entity, type=grant)))


if __name__ == "__main__":
    make_everything(a_case(GrpcBinding(sys.argv[1], ROOT), sys.argv[1]))
    os.kill(os.getpid(), signal.SIGKILL)
