"""Requests of the second high-level REST."""

from typing import Any

from milvus_tck.spec.routes import Routes, routes
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import HttpResponse

__all__ = ["DIM", "LARGE", "TABLE", "ask", "created", "data_of", "rows_of"]

TABLE: Routes = routes("http-v2")
DIM = 4
#: The smallest integer that a double cannot hold.
LARGE = (1 << 53) + 1


def ask(path: str, *, text_keys: bool | None = False, **fields: Any) -> Call[HttpResponse]:  # noqa: ANN401 - JSON
    """Ask a route of the table; keys are numbers in the answer, or texts, or (`None`) what nobody asked for."""
    headers = {"content-type": "application/json"}
    if text_keys is not None:
        headers["accept-type-allow-int64"] = "false" if text_keys else "true"
    return http("POST", TABLE.base + path, fields, headers)


def data_of(tck: Case, call: Call[HttpResponse]) -> Any:  # noqa: ANN401 - JSON
    """Ask, and return the data of an answer that has to be a success."""
    found = json_of(tck.ok(call))
    return found.get("data") if isinstance(found, dict) else None


def created(tck: Case, **fields: Any) -> str:  # noqa: ANN401 - JSON
    """Create a collection by the quick form."""
    name = tck.name()
    tck.ok(ask("/collections/create", **{"collectionName": name, "dimension": DIM, "metricType": "L2", **fields}))
    return name


def keys_in(tck: Case, name: str) -> set[object]:
    """Return the keys of all rows of a collection."""
    found = data_of(tck, ask("/entities/query", collectionName=name, filter="id >= 0", consistencyLevel="Strong"))
    return {row.get("id") for row in found or ()}


def rows_of(*keys: int) -> list[dict[str, Any]]:
    """Write rows of these keys; the nearer to one another two keys are, the nearer are their vectors."""
    return [{"id": key, "vector": [float(key % 100)] + [0.0] * (DIM - 1), "color": f"c{key % 100}"} for key in keys]
