"""Requests to load and to release that have to fail, by the clause that speaks of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from milvus_tck.fixtures.partitioned import DEFAULT, load_partitions, parted, with_partition_key
from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field

__all__ = ["COLLECTIONS", "LONG", "PARTITIONS", "RELEASES", "Refusal"]

#: Seconds that a load may take to be refused: servers of 2.6 ask themselves again and again for most of a minute.
LONG = 180.0

#: More query nodes than clusters have. Not a much larger number: there are servers that prepare every
#: replica before they count their nodes, and take all the memory of the machine for two billion of them.
_TOO_MANY = 1000


@dataclass(frozen=True)
class Refusal:
    """A request that has to fail, about a collection that is made for it."""

    stage: Callable[[Case], str]
    call: Callable[[str], Call[Any]]


def _indexed(tck: Case) -> str:
    return parted(tck, filled=False).name


def _unindexed(tck: Case) -> str:
    return parted(tck, indexed=False, filled=False).name


def _keyed(tck: Case) -> str:
    return with_partition_key(tck, indexed=True)


def _partition_loaded(tck: Case) -> str:
    name = _indexed(tck)
    load_partitions(tck, name, DEFAULT)
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

#: Loads of partitions, by clause and case; the one that every collection has will do.
PARTITIONS: Mapping[str, Mapping[str, Refusal]] = {
    "load-partitions/no-index": {"": Refusal(_unindexed, lambda name: _load_parts(name, DEFAULT))},
    "load-partitions/none": {"": Refusal(_indexed, _load_parts)},
    "load-partitions/partition-key": {"": Refusal(_keyed, lambda name: _load_parts(name, "_default_0"))},
    "load-partitions/partition-unknown": {
        "alone": Refusal(_indexed, lambda name: _load_parts(name, "nowhere")),
        "beside-one": Refusal(_indexed, lambda name: _load_parts(name, DEFAULT, "nowhere")),
        "empty": Refusal(_indexed, lambda name: _load_parts(name, "")),
        "ill-formed": Refusal(_indexed, lambda name: _load_parts(name, "a b")),
    },
}

#: Releases of partitions, by clause and case.
RELEASES: Mapping[str, Mapping[str, Refusal]] = {
    "release-partitions/none": {"": Refusal(_partition_loaded, _release_parts)},
    "release-partitions/partition-key": {
        "": Refusal(with_partition_key, lambda name: _release_parts(name, "_default_0")),
    },
    "release-partitions/partition-unknown": {
        "alone": Refusal(_unindexed, lambda name: _release_parts(name, "nowhere")),
        "beside-one": Refusal(_partition_loaded, lambda name: _release_parts(name, DEFAULT, "nowhere")),
        "empty": Refusal(_unindexed, lambda name: _release_parts(name, "")),
        "ill-formed": Refusal(_unindexed, lambda name: _release_parts(name, "a b")),
    },
}
