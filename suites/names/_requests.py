"""A request to every RPC that takes a collection name, and the nearest one that is valid."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from milvus_tck.fixtures.small_collections import DIM, FIELDS, SmallCollection, one_row

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["REQUESTS", "STAGES", "Request"]

_QUERY = np.zeros((1, DIM), dtype=np.float32)


@dataclass(frozen=True)
class Request:
    """How to name a collection to one RPC."""

    #: The call about a collection of that name.
    about: Callable[[str], Call[Any]]
    #: A valid call; what it needs is made first.
    valid: Callable[[Case, SmallCollection], Call[Any]]
    #: The shared collection that it needs: the one that takes the fewest RPCs to make.
    stage: str = "unindexed"


def _reads(about: Callable[[str], Call[Any]], stage: str = "unindexed") -> Request:
    """An RPC that changes nothing is valid about the stage itself."""
    return Request(about, lambda _tck, stage: about(stage.name), stage)


def _writes(about: Callable[[str], Call[Any]], *steps: Callable[[str], Call[Any]]) -> Request:
    """An RPC that changes something is valid about a collection of its own, after some steps."""

    def valid(tck: Case, _stage: SmallCollection) -> Call[Any]:
        name = tck.name()
        tck.ok(calls.create_collection(name, *FIELDS))
        for step in steps:
            tck.ok(step(name))
        return about(name)

    return Request(about, valid)


def _index(name: str) -> Call[m.Status]:
    return calls.create_index(name, "vec", "FLAT", "L2", {})


REQUESTS: dict[str, Request] = {
    "DropCollection": _writes(calls.drop_collection),
    "HasCollection": _reads(calls.has_collection),
    "DescribeCollection": _reads(calls.describe_collection),
    "GetCollectionStatistics": _reads(calls.get_collection_statistics),
    "LoadCollection": _writes(calls.load_collection, _index),
    "ReleaseCollection": _writes(calls.release_collection),
    "GetLoadState": _reads(calls.get_load_state),
    "GetLoadingProgress": _reads(calls.get_loading_progress, "loaded"),
    "CreatePartition": _writes(lambda name: calls.create_partition(name, "p")),
    "DropPartition": _writes(
        lambda name: calls.drop_partition(name, "p"), lambda name: calls.create_partition(name, "p")
    ),
    "HasPartition": _reads(lambda name: calls.has_partition(name, "_default")),
    "ShowPartitions": _reads(calls.show_partitions),
    "GetPartitionStatistics": _reads(lambda name: calls.get_partition_statistics(name, "_default")),
    "LoadPartitions": _writes(lambda name: calls.load_partitions(name, "_default"), _index),
    "ReleasePartitions": _writes(lambda name: calls.release_partitions(name, "_default")),
    "CreateIndex": _writes(_index),
    "DescribeIndex": _reads(calls.describe_index, "indexed"),
    "GetIndexState": _reads(calls.get_index_state, "indexed"),
    "GetIndexBuildProgress": _reads(calls.get_index_build_progress, "indexed"),
    # Some servers load what is indexed, and what is loaded keeps its index.
    "DropIndex": _writes(calls.drop_index, _index, calls.release_collection),
    "Insert": _writes(lambda name: calls.insert(name, one_row(), 1)),
    "Search": _reads(lambda name: calls.search(name, _QUERY), "loaded"),
    "Flush": _writes(calls.flush),
    "GetFlushState": _reads(lambda name: calls.get_flush_state(name, m.FlushResponse())),
    "ShowCollections": Request(lambda _name: calls.show_collections(), lambda _tck, _stage: calls.show_collections()),
    "CreateCollection": Request(
        lambda name: calls.create_collection(name, *FIELDS),
        lambda tck, _stage: calls.create_collection(tck.name(), *FIELDS),
    ),
}

#: The shared collection that a valid call of each RPC needs.
STAGES: dict[str, str] = {rpc: each.stage for rpc, each in REQUESTS.items()}
