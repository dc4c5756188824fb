"""Calls about partitions."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.kinds import Show

__all__ = ["create_partition", "drop_partition", "get_partition_statistics", "has_partition", "show_partitions"]


def create_partition(collection: str, name: str) -> Call[m.Status]:
    """Create a partition."""
    return Call("CreatePartition", m.CreatePartitionRequest(collection_name=collection, partition_name=name))


def drop_partition(collection: str, name: str) -> Call[m.Status]:
    """Drop a partition with its rows."""
    return Call("DropPartition", m.DropPartitionRequest(collection_name=collection, partition_name=name))


def has_partition(collection: str, name: str) -> Call[m.BoolResponse]:
    """Ask whether a partition exists."""
    return Call("HasPartition", m.HasPartitionRequest(collection_name=collection, partition_name=name))


def show_partitions(collection: str, kind: Show = m.ShowType.All) -> Call[m.ShowPartitionsResponse]:
    """List the partitions of a collection."""
    return Call("ShowPartitions", m.ShowPartitionsRequest(collection_name=collection, type=kind))


def get_partition_statistics(collection: str, name: str) -> Call[m.GetPartitionStatisticsResponse]:
    """Ask for the statistics of a partition."""
    request = m.GetPartitionStatisticsRequest(collection_name=collection, partition_name=name)
    return Call("GetPartitionStatistics", request)
