"""`/v2/vectordb`: everything is POST, with a code in the body."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from google.protobuf.message import Message

from milvus_tck.load.codecs.high_level import Asked, HighLevelCodec, insertion, queries, query, told
from milvus_tck.wire import messages as m

__all__ = ["V2Codec"]


def _post(path: str, body: Mapping[str, Any]) -> Asked:
    return "POST", path, body, None


def _search(request: m.SearchRequest) -> Asked:
    vectors, params = queries(request)
    body = {
        "collectionName": request.collection_name, "data": vectors, "annsField": params["anns_field"],
        "limit": int(params["topk"]), "filter": request.dsl, "outputFields": list(request.output_fields),
        "groupingField": params.get("group_by_field"),
        "searchParams": {"metricType": params.get("metric_type"), "params": json.loads(params.get("params") or "{}")},
    }  # fmt: skip
    return _post("/entities/search", {name: value for name, value in body.items() if name == "data" or value})


class V2Codec(HighLevelCodec):
    """The second high-level REST."""

    name: ClassVar[str] = "http-v2"
    good: ClassVar[frozenset[int]] = frozenset({0, 200})
    asks: ClassVar[Mapping[str, Callable[[Any], Asked]]] = {
        "ShowCollections": lambda _: _post("/collections/list", {}),
        "HasCollection": lambda request: _post("/collections/has", {"collectionName": request.collection_name}),
        "Insert": lambda request: _post("/entities/insert", insertion(request)),
        "Upsert": lambda request: _post("/entities/upsert", insertion(request)),
        "Delete": lambda request: _post(
            "/entities/delete", {"collectionName": request.collection_name, "filter": request.expr}
        ),
        "Search": _search,
        "Query": lambda request: _post("/entities/query", query(request)),
    }

    def told(self, rpc: str, said: Mapping[str, Any]) -> Message:
        """Hits of several queries stand in one list, which `topks` divides."""
        if rpc == "HasCollection":
            return m.BoolResponse(value=said["data"]["has"])
        return told(rpc, said, said.get("topks"))
