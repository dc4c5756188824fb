"""Calls about loading and releasing."""

from collections.abc import Iterable

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = [
    "get_load_state",
    "get_loading_progress",
    "get_query_segment_info",
    "get_replicas",
    "load_balance",
    "load_collection",
    "load_partitions",
    "release_collection",
    "release_partitions",
]


def load_collection(name: str, replicas: int = 1) -> Call[m.Status]:
    """Start to load a collection."""
    return Call("LoadCollection", m.LoadCollectionRequest(collection_name=name, replica_number=replicas))


def release_collection(name: str) -> Call[m.Status]:
    """Release a collection from memory."""
    return Call("ReleaseCollection", m.ReleaseCollectionRequest(collection_name=name))


def get_load_state(name: str, partitions: Iterable[str] = ()) -> Call[m.GetLoadStateResponse]:
    """Ask whether a collection, or partitions of it, are loaded."""
    return Call("GetLoadState", m.GetLoadStateRequest(collection_name=name, partition_names=partitions))


def get_loading_progress(name: str, partitions: Iterable[str] = ()) -> Call[m.GetLoadingProgressResponse]:
    """Ask how far loading has come, in percent."""
    return Call("GetLoadingProgress", m.GetLoadingProgressRequest(collection_name=name, partition_names=partitions))


def load_partitions(collection: str, *names: str, replicas: int = 1) -> Call[m.Status]:
    """Start to load partitions."""
    request = m.LoadPartitionsRequest(collection_name=collection, partition_names=names, replica_number=replicas)
    return Call("LoadPartitions", request)


def release_partitions(collection: str, *names: str) -> Call[m.Status]:
    """Release partitions from memory."""
    return Call("ReleasePartitions", m.ReleasePartitionsRequest(collection_name=collection, partition_names=names))


def get_replicas(collection: str) -> Call[m.GetReplicasResponse]:
    """Ask for the replicas of a loaded collection."""
    return Call("GetReplicas", m.GetReplicasRequest(collection_name=collection))


def get_query_segment_info(collection: str) -> Call[m.GetQuerySegmentInfoResponse]:
    """Ask for the segments of a collection that are loaded."""
    return Call("GetQuerySegmentInfo", m.GetQuerySegmentInfoRequest(collectionName=collection))


def load_balance(collection: str, node: int) -> Call[m.Status]:
    """Move segments of a loaded collection away from a node."""
    return Call("LoadBalance", m.LoadBalanceRequest(collectionName=collection, src_nodeID=node))
