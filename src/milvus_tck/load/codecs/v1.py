"""`/v1/vector`: one vector a search, and nothing of collections but their names."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from google.protobuf.message import Message

from milvus_tck.load.codecs.high_level import Asked, HighLevelCodec, insertion, queries, query, told
from milvus_tck.wire import messages as m

__all__ = ["V1Codec"]


def _search(request: m.SearchRequest) -> Asked:
    vectors, params = queries(request)
    if "group_by_field" in params or "radius" in params.get("params", ""):
        message = "http-v1 has no words for ranges and groups"
        raise ValueError(message)
    if len(vectors) != 1:
        message = "http-v1 searches for one vector at a time: batch = 1"
        raise ValueError(message)
    body = {
        "collectionName": request.collection_name, "vector": vectors[0], "limit": int(params["topk"]),
        "filter": request.dsl, "outputFields": list(request.output_fields),
    }  # fmt: skip
    return "POST", "/search", {name: value for name, value in body.items() if name == "vector" or value}, None


def _delete(request: m.DeleteRequest) -> Asked:
    return "POST", "/delete", {"collectionName": request.collection_name, "filter": request.expr}, None


def _has(request: m.HasCollectionRequest) -> Asked:
    return "GET", "/collections/describe", None, {"collectionName": request.collection_name}


class V1Codec(HighLevelCodec):
    """The first high-level REST."""

    name: ClassVar[str] = "http-v1"
    good: ClassVar[frozenset[int]] = frozenset({200})
    asks: ClassVar[Mapping[str, Callable[[Any], Asked]]] = {
        "ShowCollections": lambda _: ("GET", "/collections", None, None),
        "HasCollection": _has,
        "Insert": lambda request: ("POST", "/insert", insertion(request), None),
        "Upsert": lambda request: ("POST", "/upsert", insertion(request), None),
        "Delete": _delete,
        "Search": _search,
        "Query": lambda request: ("POST", "/query", query(request), None),
    }

    def told(self, rpc: str, said: Mapping[str, Any]) -> Message:
        """A collection that is described is there."""
        return m.BoolResponse(value=True) if rpc == "HasCollection" else told(rpc, said)
