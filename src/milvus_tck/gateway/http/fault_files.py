"""Files of HTTP faults: what goes wrong between a client of REST and the gateway.

[[fault]]
id = "busy"
path = "/v2/vectordb/entities/*"           # * and ? stand for anything
method = "POST"
times = 2                                  # at most; `skip = 1` lets the first request go by
status = 503                               # or truncate, cut, drop; `delay` and `slow` alone or beside them
at = "response"                            # the request was done, and its answer is another
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from milvus_tck.spec.tables import Table, TableFile, choice, read_tables

__all__ = ["HttpFaultError", "HttpFaultTable", "HttpFaultTables", "parse_http_faults", "read_http_faults"]


class HttpFaultTable(Table, frozen=True):
    """What goes wrong with a request over HTTP."""

    #: Its name in what is counted.
    id: str = ""
    #: Which paths; * and ? stand for anything.
    path: str = "*"
    #: Which method; all where nothing is said.
    method: str = "*"
    #: How often it acts at most.
    times: Annotated[int, Meta(ge=0)] | None = None
    #: Requests that it lets go by first.
    skip: Annotated[int, Meta(ge=0)] = 0
    #: Seconds before anything is sent.
    delay: Annotated[float, Meta(ge=0)] = 0.0
    #: Seconds between the two halves of the body.
    slow: Annotated[float, Meta(ge=0)] = 0.0
    #: The status that is answered.
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    #: The body that is answered; the gateway's own where nothing is said.
    body: str | None = None
    #: Bytes that are left of the body, whose length says so: JSON that ends too early.
    truncate: Annotated[int, Meta(ge=0)] | None = None
    #: Bytes of the body after which the connection ends, whose length promised more.
    cut: Annotated[int, Meta(ge=0)] | None = None
    #: The connection ends without an answer.
    drop: bool = False
    #: request: before the gateway sees it; response: the request was done.
    at: Annotated[str, choice(["request", "response"])] = "response"


class HttpFaultTables(Table, frozen=True):
    """The faults of `milvus-tck gateway`."""

    fault: tuple[HttpFaultTable, ...] = ()


class HttpFaultError(Exception):
    """Faults cannot be used: says which one, and why."""


def read_http_faults(path: Path) -> tuple[HttpFaultTable, ...]:
    """Read a file of faults; raises `HttpFaultError`."""
    return _faults(read_tables(path, HttpFaultError))


def parse_http_faults(raw: Mapping[str, Any]) -> tuple[HttpFaultTable, ...]:
    """Make faults of what a file holds; raises `HttpFaultError`."""
    return _faults(TableFile("faults", raw, error=HttpFaultError))


def _faults(file: TableFile) -> tuple[HttpFaultTable, ...]:
    found: list[HttpFaultTable] = []
    for number, row in enumerate(file.value(HttpFaultTables).fault):
        with file.at("fault", number):
            named = _named(row, f"fault-{number + 1}")
            if named.id in {each.id for each in found}:
                message = f"two faults are called {named.id!r}"
                raise ValueError(message)
            found.append(named)
    return tuple(found)


def _named(row: HttpFaultTable, name: str) -> HttpFaultTable:
    """Name a fault that has no name, and refuse what cannot be done."""
    endings = [key for key in ("truncate", "cut") if getattr(row, key) is not None] + ["drop"] * row.drop
    if len(endings) > 1:
        message = f"{' and '.join(endings)} exclude each other"
        raise ValueError(message)
    if not (endings or row.delay or row.slow or row.status is not None or row.body is not None):
        raise ValueError("a fault is one of status, body, truncate, cut and drop, or a delay, or slow")
    if row.at == "request" and row.status is None and not row.drop:
        raise ValueError("a request that does not reach the gateway needs a status, or drop")
    return replace(row, id=row.id or name)
