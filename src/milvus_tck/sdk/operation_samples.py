"""Samples of operations: arguments that are right, and the RPCs whose answer decides the operation."""

from collections.abc import Callable, Mapping
from typing import Any

from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.server_access import sample_rows

__all__ = ["DECIDING", "READS", "sample_of"]

#: By operation: its own RPC, or those that an SDK may use for it.
DECIDING: dict[str, tuple[str, ...]] = {
    "create_collection": ("CreateCollection",),
    "drop_collection": ("DropCollection",),
    "has_collection": ("HasCollection", "DescribeCollection"),
    "list_collections": ("ShowCollections",),
    "describe_collection": ("DescribeCollection",),
    "create_partition": ("CreatePartition",),
    "drop_partition": ("DropPartition",),
    "has_partition": ("HasPartition", "ShowPartitions"),
    "list_partitions": ("ShowPartitions",),
    "create_index": ("CreateIndex",),
    "load": ("LoadCollection",),
    "release": ("ReleaseCollection",),
    "flush": ("Flush",),
    "insert": ("Insert",),
    "upsert": ("Upsert",),
    "delete": ("Delete",),
    "get": ("Query",),
    "query": ("Query",),
    "search": ("Search",),
    "query_iterator": ("Query",),
}
#: Operations that return what a server told.
READS = (
    "has_collection",
    "list_collections",
    "describe_collection",
    "has_partition",
    "list_partitions",
    "get",
    "query",
    "search",
)
_VECTOR = [[2.0, 0.5, 0.25, 1.0]]


def sample_of(op: str, bench: Bench) -> Mapping[str, Any]:
    """Return arguments that are right; what they change is nobody else's."""
    return _ARGUMENTS[op](bench)


def _books(**more: Any) -> Callable[[Bench], Mapping[str, Any]]:  # noqa: ANN401 - values of any argument
    return lambda bench: {"collection": bench.books(), **more}


_ARGUMENTS: dict[str, Callable[[Bench], Mapping[str, Any]]] = {
    "create_collection": lambda bench: {
        "collection": bench.access.name(), "key": "int64", "auto_id": False, "dim": 4,
    },
    "drop_collection": lambda bench: {"collection": bench.access.bare_collection()},
    "has_collection": _books(),
    "list_collections": lambda _: {},
    "describe_collection": _books(),
    "create_partition": lambda bench: {"collection": bench.scratch(), "partition": f"p{bench.key()}"},
    "drop_partition": lambda bench: {"collection": bench.access.bare_collection("p1"), "partition": "p1"},
    "has_partition": lambda bench: {"collection": bench.parted(), "partition": "shelf"},
    "list_partitions": _books(),
    "create_index": lambda bench: {
        "collection": bench.access.bare_collection(), "field": "vector", "type": "FLAT", "metric": "L2",
    },
    "load": _books(),
    "release": _books(),
    "flush": lambda bench: {"collection": bench.scratch()},
    "insert": lambda bench: {"collection": bench.scratch(), "rows": sample_rows([bench.key()])},
    "upsert": lambda bench: {"collection": bench.scratch(), "rows": sample_rows([bench.key()])},
    "delete": lambda bench: {"collection": bench.scratch(), "filter": f"id == {bench.key()}"},
    "get": _books(ids=[3, 5], output_fields=["id", "title"]),
    "query": _books(filter="id > 4", output_fields=["id", "title"], limit=10),
    "search": _books(vectors=_VECTOR, limit=5, output_fields=["id", "title"]),
    "query_iterator": lambda bench: {
        "collection": bench.many(), "filter": "id > 0", "batch": 10, "output_fields": ["id"],
    },
}  # fmt: skip
