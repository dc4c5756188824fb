"""Requests of the first high-level REST."""

from typing import Any
from urllib.parse import urlencode

from milvus_tck.spec.routes import Routes, routes
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import HttpResponse

__all__ = ["TABLE", "ask", "data_of", "keys_of", "path_of"]

TABLE: Routes = routes("http-v1")
_INT64 = {"content-type": "application/json", "accept-type-allow-int64": "true"}


def path_of(name: str) -> str:
    """Return the path of a route by the end of it: `create`, `insert`."""
    (route,) = (each for each in TABLE if each.path.rpartition("/")[2] == name)
    return TABLE.base + route.path


def ask(name: str, *, text_keys: bool = False, **fields: Any) -> Call[HttpResponse]:  # noqa: ANN401 - JSON
    """Ask a route by the end of its path; keys are numbers in the answer, unless they are to be texts."""
    (route,) = (each for each in TABLE if each.path.rpartition("/")[2] == name)
    headers = {"content-type": "application/json"} if text_keys else _INT64
    if route.method == "GET":
        query = f"?{urlencode(fields)}" if fields else ""
        return http("GET", TABLE.base + route.path + query, headers=headers)
    return http(route.method, TABLE.base + route.path, fields, headers)


def data_of(tck: Case, call: Call[HttpResponse]) -> Any:  # noqa: ANN401 - JSON
    """Ask, and return the data of an answer that has to be a success."""
    found = json_of(tck.ok(call))
    return found.get("data") if isinstance(found, dict) else None


def keys_of(rows: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Return the keys of rows, in their order."""
    return [row.get("id") for row in rows] if isinstance(rows, list) else []
