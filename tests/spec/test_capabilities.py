"""Capabilities: the parts of the protocol that a target may lack, or may not."""

from milvus_tck.spec.capabilities import capabilities, core_rpcs, lacking_because
from milvus_tck.targets.base import BY_WHAT_IS_GIVEN
from milvus_tck.wire.descriptors import methods

#: What every server owes: the RPCs of the core, and those without which no client can use them.
CORE = {
    "CreateCollection", "DropCollection", "HasCollection", "LoadCollection", "ReleaseCollection", "DescribeCollection",
    "GetCollectionStatistics", "ShowCollections", "CreatePartition", "DropPartition", "HasPartition", "LoadPartitions",
    "ReleasePartitions", "GetPartitionStatistics", "ShowPartitions", "CreateIndex", "DescribeIndex", "GetIndexState",
    "DropIndex", "Insert", "Search", "Flush", "GetLoadState", "GetLoadingProgress", "GetFlushState",
    "GetIndexBuildProgress", "GetVersion", "Connect",
}  # fmt: skip


def test_the_core_is_complete() -> None:
    """No server may lack an RPC of the core, and nothing else is owed by every server."""
    assert set(core_rpcs()) == CORE


def test_an_rpc_belongs_to_one_capability() -> None:
    """A capability consists of RPCs that exist, and no two share one."""
    rpcs = [rpc for each in capabilities() for rpc in each.rpcs]
    assert len(rpcs) == len(set(rpcs))
    assert set(rpcs) <= set(methods())


def test_capabilities_are_told_apart() -> None:
    """Each capability has an id of its own, a title and at least one RPC, but for a few.

    Who asks, and how, is a question to all RPCs, and an index type one to some of what CreateIndex and Search take.
    """
    assert len({each.id for each in capabilities()}) == len(capabilities())
    assert all(each.title for each in capabilities())
    assert {each.id: each.core for each in capabilities() if not each.rpcs} == dict.fromkeys(
        (*BY_WHAT_IS_GIVEN, "scann"), False
    )


def test_what_takes_something_of_the_run_says_so() -> None:
    """What a run can ask for only with what it was given is told with that; all else is what its owner says."""
    assert {each.id for each in capabilities() if each.without} == BY_WHAT_IS_GIVEN
    assert lacking_because("tls") == "its owner says that it lacks tls, or nobody gave the run TLS (--tls, --tls-ca)"
    assert lacking_because("partitions") == "its owner says that it lacks partitions"
