"""The catalogue of RPCs: whole, and careful about what may be sent to somebody's server."""

from typing import Any

import pytest

from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.spec.rpcs import Probe, parse_rpcs, rpcs, rpcs_of
from milvus_tck.wire.descriptors import methods

#: How many RPCs the released definitions of a line have.
_COUNTS = {"2.2": 75, "2.3": 83, "2.4": 94, "2.5": 95, "2.6": 117, "3.0": 144, "design-2.0": 22}
#: RPCs that do something to the whole of a server without being told to what.
_BROAD = {
    "FlushAll", "TransferNode", "TransferReplica", "LoadBalance", "Import", "ManualCompaction", "BackupRBAC",
    "RestoreRBAC", "ReplicateMessage", "CreateReplicateStream", "UpdateReplicateConfiguration", "DumpMessages",
    "UpdateResourceGroups", "RestoreSnapshot", "RestoreExternalSnapshot", "TruncateCollection", "RenameCollection",
    "UpdateCredential", "OperatePrivilege", "OperatePrivilegeV2", "OperateUserRole", "OperatePrivilegeGroup",
}  # fmt: skip
#: What makes or drops something inside a collection: a collection that is not there has none of it.
_INSIDE = {"CreatePartition", "DropPartition", "CreateIndex", "DropIndex", "CreateAlias", "DropAlias",
           "DropCollection", "DropCollectionFunction"}  # fmt: skip


def test_the_rows_are_the_rpcs_of_the_service() -> None:
    """Every RPC of the definitions has its row, in their order, and there is no other row."""
    assert list(rpcs()) == list(methods())


@pytest.mark.parametrize("name", [each.name for each in profiles()])
def test_a_profile_has_its_rpcs(name: str) -> None:
    """Each line has as many RPCs as its released definitions; the early design has those of its list."""
    assert len(rpcs_of(profile(name))) == _COUNTS[name]


def test_an_rpc_that_is_gone() -> None:
    """What only one line had stands in that one alone; what was gone before 2.2 stands in none."""
    standing = {
        name: [line.name for line in profiles() if rpcs()[name].stands_in(line)]
        for name in ("SearchV2", "SelectResource", "RunAnalyzer")
    }
    assert standing == {"SearchV2": ["2.3"], "SelectResource": [], "RunAnalyzer": ["2.5", "2.6", "3.0"]}


def test_what_acts_without_being_told_is_never_probed() -> None:
    """Nothing is sent that would make, drop, move or hand out something on a server of somebody else."""
    assert {rpcs()[name].probe for name in _BROAD} == {Probe.NEVER}
    makes = {name for name in rpcs() if name.startswith(("Create", "Drop", "Restore", "Delete", "Add", "Remove"))}
    careless = {name for name in makes - _INSIDE if rpcs()[name].probe is Probe.EMPTY}
    assert careless == set()
    assert {name for name in makes - _INSIDE if rpcs()[name].probe is Probe.MISSING_NAME} == {
        "Delete", "AddCollectionField", "AddCollectionStructField", "AddCollectionFunction",
    }  # fmt: skip


def test_what_is_asked_with_nothing_only_reads() -> None:
    """An empty request goes only to what looks at things."""
    reads = ("Get", "List", "Select", "Show", "Describe", "Check")
    others = {row.name for row in rpcs().values() if row.probe is Probe.EMPTY and not row.name.startswith(reads)}
    assert others == {"Connect", "AllocTimestamp", "RegisterLink", "Dummy"}


def test_capabilities_agree_with_the_core() -> None:
    """A capability is owed as a whole or not at all, and each row names one that there is."""
    for each in capabilities():
        assert len({rpcs()[name].core for name in each.rpcs}) == 1
    known = {each.id for each in capabilities()} | {""}
    assert {row.capability for row in rpcs().values()} <= known
    assert [row.name for row in rpcs().values() if row.core and not row.capability] == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"colour": "red"}, "Ask: unknown keys"),
        ({"core": None}, "missing keys .'core'."),
        ({"probe": "sometimes"}, "Ask: 'sometimes' is not a valid Probe; there are empty, missing-name, never"),
    ],
)
def test_a_row_that_is_wrong(change: dict[str, Any], why: str) -> None:
    """A misspelt key or value is an error that names the RPC."""
    row = {"family": "system", "since": "2.2", "core": False, "probe": "empty", **change}
    with pytest.raises(SpecError, match=why):
        parse_rpcs({"Ask": {key: value for key, value in row.items() if value is not None}})
