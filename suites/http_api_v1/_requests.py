"""Requests of the low-level REST, as they are."""

from typing import Any

from milvus_tck.fixtures.small_collections import DIM

from milvus_tck.spec.routes import Routes, routes
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http
from milvus_tck.wire.messages import DataType, HttpResponse

__all__ = ["LARGE", "TABLE", "ask", "path_of", "rows_of"]

TABLE: Routes = routes("http-api-v1")
#: The smallest integer that a double cannot hold.
LARGE = (1 << 53) + 1


def path_of(rpc: str) -> str:
    """Return the path of the route that is an RPC."""
    route = TABLE.of(rpc)
    assert route is not None, rpc
    return TABLE.base + route.path


def ask(rpc: str, body: object = None, *, query: str = "", headers: dict[str, str] | None = None) -> Call[HttpResponse]:
    """Ask the route of an RPC; a body of bytes goes as it is."""
    route = TABLE.of(rpc)
    assert route is not None, rpc
    return http(route.method, path_of(rpc) + query, body, headers)


def rows_of(name: str, keys: list[int]) -> dict[str, Any]:
    """Write the body of an insertion of these keys, each with the same vector."""
    columns = [
        {"type": DataType.Int64, "field_name": "id", "field": keys},
        {"type": DataType.FloatVector, "field_name": "vec", "field": [[0.1] * DIM for _ in keys]},
    ]
    return {"collection_name": name, "num_rows": len(keys), "fields_data": columns}
