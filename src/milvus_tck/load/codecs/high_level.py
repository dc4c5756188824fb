"""What the two high-level REST APIs share: a code in the body, rows in place of columns."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from google.protobuf.message import Message

from milvus_tck.load.codecs.base import StatusReader
from milvus_tck.load.codecs.http import Wrapping, request_of
from milvus_tck.load.codecs.rows import columns_of, ids_of, rows_of
from milvus_tck.load.codecs.statuses import MALFORMED
from milvus_tck.load.transports.base import Payload
from milvus_tck.spec.errors import codes
from milvus_tck.spec.routes import routes
from milvus_tck.wire import messages as m
from milvus_tck.wire.json_form import Malformed, load

__all__ = ["Asked", "HighLevelCodec", "insertion", "queries", "query", "told"]

#: Verb, path below the base, body, query.
Asked = tuple[str, str, Mapping[str, Any] | None, Mapping[str, str] | None]
_CODE = re.compile(rb'\s*\{\s*"code"\s*:\s*(\d+)\s*[,}]')


@dataclass(frozen=True)
class HighLevelCodec(ABC):
    """Requests and answers of a table of RPCs."""

    wrapping: Wrapping
    name: ClassVar[str]
    #: What says success.
    good: ClassVar[frozenset[int]]
    #: How each RPC is asked, and how its answer is read: from its body without the code.
    asks: ClassVar[Mapping[str, Callable[[Any], Asked]]]

    def speaks(self, rpc: str) -> bool:
        """Tell whether there is a route."""
        return rpc in self.asks

    def request(self, rpc: str, payload: Payload) -> Payload:
        """Say it in rows."""
        verb, path, body, asked = self.asks[rpc](request_of(rpc, payload))
        return self.wrapping.wrap(verb, routes(self.name).base + path, body, asked)

    def statuses(self, rpc: str) -> StatusReader:  # noqa: ARG002 - all answers have a code
        """Look at the code."""
        return _Codes(self.good)

    def answer(self, rpc: str, body: bytes) -> bytes:
        """Read what a run looks into."""
        try:
            said = load(body)
            return self.told(rpc, said).SerializeToString()
        except (Malformed, KeyError, TypeError, AttributeError) as error:
            message = f"no answer of {self.name}: {error!r}"
            raise ValueError(message) from error

    @abstractmethod
    def told(self, rpc: str, said: Mapping[str, Any]) -> Message:
        """Return the answer that gRPC would have given."""


@dataclass(frozen=True)
class _Codes:
    good: frozenset[int]

    def read(self, body: bytes) -> str:
        """Return what became of a request."""
        found = _CODE.match(body)
        number = int(found[1]) if found else _slowly(body)
        if number is None:
            return MALFORMED
        if number in self.good:
            return ""
        return next((each.name for each in codes() if each.number == number), None) or f"code {number}"


def _slowly(body: bytes) -> int | None:
    try:
        found = load(body).get("code")
    except Malformed:
        return None
    return found if isinstance(found, int) else None


def insertion(request: m.InsertRequest) -> dict[str, Any]:
    """Return the body of an insertion or an upsert."""
    return {"collectionName": request.collection_name, "data": rows_of(request.fields_data)}


def query(request: m.QueryRequest) -> dict[str, Any]:
    """Return the body of a query; a limit has to be named, or it is 100."""
    return {
        "collectionName": request.collection_name,
        "filter": request.expr,
        "outputFields": list(request.output_fields),
        "limit": _MOST_ROWS,
    }


_MOST_ROWS = 16_384


def queries(request: m.SearchRequest) -> tuple[list[Any], dict[str, str]]:
    """Return the vectors and the parameters of a search; raises `ValueError` for other vectors than of float32."""
    (holder,) = m.PlaceholderGroup.FromString(request.placeholder_group).placeholders
    if holder.type != m.PlaceholderType.FloatVector:
        message = "a load run searches for vectors of float32 here"
        raise ValueError(message)
    vectors = [np.frombuffer(each, np.dtype("<f4")) for each in holder.values]
    return vectors, {pair.key: pair.value for pair in request.search_params}


def told(rpc: str, said: Mapping[str, Any], topks: list[int] | None = None) -> Message:
    """Return the answer of an RPC that both APIs tell alike; `topks` where one answer has hits of several queries."""
    data = said.get("data")
    if rpc == "Search":
        rows = data or []
        counts = [len(rows)] if topks is None else topks
        found = m.SearchResultData(num_queries=len(counts), topks=counts, scores=[row["distance"] for row in rows])
        found.ids.int_id.data.extend(ids_of(row["id"] for row in rows))
        return m.SearchResults(results=found)
    if rpc == "Query":
        rows = data or []
        return m.QueryResults(fields_data=columns_of(rows, sorted(rows[0]) if rows else ()))
    if rpc in {"Insert", "Upsert"}:
        written = data or {}
        ids = ids_of(written[f"{rpc.lower()}Ids"])
        result = m.MutationResult(insert_cnt=int(written[f"{rpc.lower()}Count"]))
        result.IDs.int_id.data.extend(ids)
        return result
    if rpc == "ShowCollections":
        return m.ShowCollectionsResponse(collection_names=data or [])
    return m.MutationResult() if rpc == "Delete" else m.Status()
