"""The catalogue of RPCs: whole, and careful about what may be sent to somebody's server."""

from typing import Any

import pytest

from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.kinds import kinds, maker_of
from milvus_tck.spec.not_testable import not_testable, parse_not_testable
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.spec.rpcs import Deed, Probe, parse_rpcs, rpcs, rpcs_of
from milvus_tck.spec.tables import TableFile
from milvus_tck.spec.witnesses import facts
from milvus_tck.wire.descriptors import methods

#: How many RPCs the released definitions of a line have.
_COUNTS = {"2.2": 75, "2.3": 83, "2.4": 94, "2.5": 95, "2.6": 117, "3.0": 135, "next": 144, "design-2.0": 22}
#: RPCs that do something to the whole of a server without being told to what.
_BROAD = {
    "FlushAll", "TransferNode", "TransferReplica", "LoadBalance", "Import", "ManualCompaction", "BackupRBAC",
    "RestoreRBAC", "ReplicateMessage", "CreateReplicateStream", "UpdateReplicateConfiguration", "DumpMessages",
    "UpdateResourceGroups", "RestoreSnapshot", "RestoreExternalSnapshot", "TruncateCollection", "RenameCollection",
    "UpdateCredential", "OperatePrivilege", "OperatePrivilegeV2", "OperateUserRole", "OperatePrivilegeGroup",
}  # fmt: skip
#: RPCs whose clauses are still to be written.
_TO_COME = {"HybridSearch", "TruncateCollection"}
#: How the names of RPCs begin that do more than read.
_ACTS = (
    "Create", "Drop", "Alter", "Insert", "Upsert", "Delete", "Load", "Release", "Flush", "Operate", "Import", "Add",
)  # fmt: skip
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
    assert standing == {"SearchV2": ["2.3"], "SelectResource": [], "RunAnalyzer": ["2.5", "2.6", "3.0", "next"]}


def test_what_no_server_has() -> None:
    """RPCs that stand in definitions alone are said so, and none is owed; what is of no release is in `next`."""
    assert {row.name for row in rpcs().values() if not row.served} == {
        "CreateRowPolicy", "DropRowPolicy", "ListRowPolicies", "AddUserTags", "DeleteUserTags", "GetUserTags",
        "ListUsersWithTag",
    }  # fmt: skip
    assert [row.name for row in rpcs().values() if row.core and not row.served] == []
    newest = {row.name for row in rpcs_of(profile("next"))} - {row.name for row in rpcs_of(profile("3.0"))}
    assert newest == {
        "CreateNamespace", "DescribeNamespace", "DropNamespace", "HasNamespace", "ListNamespaces", "GetNamespaceStats",
        "Prewarm", "DescribePrewarmTask", "GetExportSnapshotState",
    }  # fmt: skip


def test_what_acts_without_being_told_is_never_probed() -> None:
    """Nothing is sent that would make, drop, move or hand out something on a server of somebody else."""
    assert {rpcs()[name].probe for name in _BROAD} == {Probe.NEVER}
    makes = {row.name for row in rpcs().values() if row.does in {Deed.CREATES, Deed.DROPS}}
    careless = {name for name in makes - _INSIDE if rpcs()[name].probe is Probe.EMPTY}
    assert careless == set()
    assert {name for name in makes - _INSIDE if rpcs()[name].probe is Probe.MISSING_NAME} == {
        "Delete", "AddCollectionField", "AddCollectionStructField", "AddCollectionFunction",
    }  # fmt: skip


def test_what_is_asked_with_nothing_only_reads() -> None:
    """An empty request goes only to what looks at things."""
    assert {row.name for row in rpcs().values() if row.probe is Probe.EMPTY and not row.reads} == {"Connect"}
    misnamed = {row.name for row in rpcs().values() if row.reads and row.name.startswith(_ACTS)}
    assert misnamed == set()


def test_what_is_asked_with_a_name_has_one() -> None:
    """A probe that names what is not there has a member to write that name into, and writes it in full."""
    asked = [row for row in rpcs().values() if row.probe is Probe.MISSING_NAME]
    assert [row.name for row in asked if not row.names or any("." in member for member in row.names)] == []


def test_what_names_an_object_is_a_member() -> None:
    """Every path of `names` leads to a text, or to a list of texts, in the request of its RPC."""
    for row in rpcs().values():
        for path in row.names:
            kind, (*way, last) = methods()[row.name].input_type, path.split(".")
            for member in way:
                inner = kind.fields_by_name[member].message_type
                assert inner is not None, (row.name, path)
                kind = inner
            assert kind.fields_by_name[last].type == kind.fields_by_name[last].TYPE_STRING, (row.name, path)


def test_effects_are_seen_by_what_reads() -> None:
    """A look changes nothing, and whatever changes something on every line of today says where that shows."""
    seen = {name for row in rpcs().values() for name in row.seen_by}
    assert {name for name in seen if not rpcs()[name].reads} == set()
    assert [row.name for row in rpcs().values() if row.core and not row.reads and not row.seen_by] == ["Connect"]


def test_what_settles_is_a_fact_that_is_waited_for() -> None:
    """What an RPC only sets going is done when a fact comes true that a test can wait for, and that it is seen by."""
    settling = [row for row in rpcs().values() if row.settles]
    assert [row.name for row in settling] == ["LoadCollection", "LoadPartitions", "Flush"]
    assert {row.settles for row in settling} <= set(facts())
    assert [row.name for row in settling if row.reads or row.does is not Deed.CHANGES] == []


def test_what_is_created_can_be_undone() -> None:
    """What makes something is taken back by a row of its own, or by the kind that it makes; only fields stay."""
    made = {row.name for row in rpcs().values() if row.does is Deed.CREATES}
    assert {name for name in made if maker_of(name) is None and not rpcs()[name].undo} == {
        "AddCollectionField", "AddCollectionStructField",
    }  # fmt: skip
    assert [name for name in made if maker_of(name) is not None and rpcs()[name].undo] == []
    assert [each.name for each in rpcs().values() if each.undo and rpcs()[each.undo].reads] == []
    drops = {each.drop.rpc for each in kinds().values()} | {rpcs()[name].undo for name in made} - {""}
    assert {rpcs()[name].does for name in drops} == {Deed.DROPS}


def test_capabilities_agree_with_the_core() -> None:
    """A capability is owed as a whole or not at all, and each row names one that there is."""
    for each in capabilities():
        assert len({rpcs()[name].core for name in each.rpcs}) <= 1
    known = {each.id for each in capabilities()} | {""}
    assert {row.capability for row in rpcs().values()} <= known
    assert [row.name for row in rpcs().values() if row.core and not row.capability] == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"colour": "red"}, r"rpcs.toml: \[Ask\] has no colour; there are core, "),
        ({"core": None}, r"\[Ask\] lacks core"),
        ({"probe": "sometimes"}, r"\[Ask\]: there is no probe 'sometimes'; there are empty, missing-name, never"),
        ({"does": "sings"}, r"\[Ask\]: there is no does 'sings'; there are .*reads"),
        ({"undo": "Unask"}, r"\[Ask\] undo names RPCs; there is no Unask"),
    ],
)
def test_a_row_that_is_wrong(change: dict[str, Any], why: str) -> None:
    """A misspelt key or value is an error that names the RPC."""
    row = {"family": "system", "since": "2.2", "core": False, "probe": "empty", "does": "reads", **change}
    with pytest.raises(SpecError, match=why):
        parse_rpcs(TableFile("rpcs.toml", {"Ask": {key: value for key, value in row.items() if value is not None}}))


def test_what_cannot_be_tested_has_no_clause() -> None:
    """An RPC that nobody can test says why, and leaves the table where a clause of it can be judged."""
    for line in profiles():
        judged = {each.rpc for each in clauses().values() if each.testable and each.applies_to(line)}
        told = not_testable(line)
        assert judged & told.keys() == set(), line.name
        assert all(told.values())
        unsaid = {each.name for each in rpcs_of(line) if each.served} - judged - told.keys()
        assert line.order is None or unsaid <= _TO_COME, line.name


def test_a_table_that_contradicts_itself_is_refused() -> None:
    """What is no RPC, or stands there twice, is told by its name."""
    for names, words in ((["Reticulate"], "Reticulate is no RPC"), (["Import", "Import"], "Import stands in two rows")):
        file = TableFile("not-testable.toml", {"row": [{"rpcs": names, "reason": "it is hard"}]})
        with pytest.raises(SpecError, match=words):
            parse_not_testable(file)
