"""Requests to load and to release that have to fail, by the clause that speaks of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from milvus_tck.fixtures.parted import load_partitions, parted, with_partition_key
from milvus_tck.fixtures.stages import FIELDS

from milvus_tck.verdict.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field

__all__ = ["COLLECTIONS", "PARTITIONS", "RELEASES", "Refusal"]

#: More query nodes than clusters have. Not a much larger number: there are servers that prepare every
#: replica before they count their nodes, and take all the memory of the machine for two billion of them.
_TOO_MANY = 1000


@dataclass(frozen=True)
class Refusal:
    """A request that has to fail, about a collection that is made for it."""

    stage: Callable[[Case], str]
    call: Callable[[str], Call[Any]]


def _indexed(tck: Case) -> str:
    return parted(tck).name


def _unindexed(tck: Case) -> str:
    return parted(tck, indexed=False).name


def _here(tck: Case) -> str:
    return parted(tck, "here").name


def _here_unindexed(tck: Case) -> str:
    return parted(tck, "here", indexed=False).name


def _here_loaded(tck: Case) -> str:
    name = _here(tck)
    load_partitions(tck, name, "here")
    return name


def _scalar_indexed(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, field("number", DataType.Int64)))
    if not tck.call(calls.create_index(name, "number", "STL_SORT")).ok:
        tck.ok(calls.create_index(name, "number", "INVERTED"))  # some servers have only this one
    return name


_load, _load_parts, _release_parts = calls.load_collection, calls.load_partitions, calls.release_partitions

#: Loads of a collection.
COLLECTIONS: Mapping[str, Refusal] = {
    "load-collection/no-index": Refusal(_unindexed, _load),
    "load-collection/no-vector-index": Refusal(_scalar_indexed, _load),
    "load-collection/replicas-too-many": Refusal(_indexed, lambda name: _load(name, _TOO_MANY)),
    "load-collection/resource-group-unknown": Refusal(
        _indexed, lambda name: _load(name).but(resource_groups=[f"{name}_nowhere"])
    ),
    "load-collection/refresh-not-loaded": Refusal(_indexed, lambda name: _load(name).but(refresh=True)),
}

#: Loads of partitions, by clause and case.
PARTITIONS: Mapping[str, Mapping[str, Refusal]] = {
    "load-partitions/no-index": {"": Refusal(_here_unindexed, lambda name: _load_parts(name, "here"))},
    "load-partitions/none": {"": Refusal(_here, _load_parts)},
    "load-partitions/partition-key": {"": Refusal(with_partition_key, lambda name: _load_parts(name, "_default_0"))},
    "load-partitions/partition-unknown": {
        "alone": Refusal(_here, lambda name: _load_parts(name, "nowhere")),
        "beside-one": Refusal(_here, lambda name: _load_parts(name, "here", "nowhere")),
        "empty": Refusal(_here, lambda name: _load_parts(name, "")),
        "ill-formed": Refusal(_here, lambda name: _load_parts(name, "a b")),
    },
}

#: Releases of partitions, by clause and case.
RELEASES: Mapping[str, Mapping[str, Refusal]] = {
    "release-partitions/none": {"": Refusal(_here_loaded, _release_parts)},
    "release-partitions/partition-key": {
        "": Refusal(with_partition_key, lambda name: _release_parts(name, "_default_0")),
    },
    "release-partitions/partition-unknown": {
        "alone": Refusal(_here, lambda name: _release_parts(name, "nowhere")),
        "beside-one": Refusal(_here_loaded, lambda name: _release_parts(name, "here", "nowhere")),
        "empty": Refusal(_here, lambda name: _release_parts(name, "")),
        "ill-formed": Refusal(_here, lambda name: _release_parts(name, "a b")),
    },
}
