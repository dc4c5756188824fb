"""Which status of HTTP an outcome has over `http-design`; the data is `proto/http-status.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import table_file
from milvus_tck.spec.errors import UNEXPECTED_ERROR
from milvus_tck.spec.tables import Table

__all__ = ["Ending", "HttpStatus", "HttpStatusTables", "endings", "http_statuses", "status_of_http"]


class HttpStatusTable(Table, frozen=True):
    """A status of HTTP, with the outcomes that have it."""

    http: int
    #: Numbers of `Status.code`.
    codes: tuple[int, ...]
    #: Numbers of `Status.error_code`, where the code is 0.
    legacy: tuple[int, ...]
    #: What they have in common, in words.
    what: str


class EndingTable(Table, frozen=True):
    """How a call that ended without an answer is told."""

    #: Name of the gRPC code.
    name: str
    http: int
    #: What the Status in the body says.
    code: int
    error_code: int = UNEXPECTED_ERROR


class HttpStatusTables(Table, frozen=True):
    """The file `http-status.toml`."""

    #: The status of what stands in no row.
    other: int
    status: tuple[HttpStatusTable, ...]
    grpc: tuple[EndingTable, ...]


@dataclass(frozen=True, slots=True)
class HttpStatus:
    """One status of HTTP, with the outcomes that have it."""

    http: int
    codes: tuple[int, ...]
    legacy: tuple[int, ...]
    #: What they have in common, in words.
    what: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call that ended without an answer is told."""

    #: Name of the gRPC code.
    name: str
    http: int
    #: What the Status in the body says.
    code: int
    legacy: int


@cache
def _tables() -> HttpStatusTables:
    return table_file("http-status.toml").value(HttpStatusTables)


@cache
def http_statuses() -> tuple[HttpStatus, ...]:
    """Every status of HTTP that a Status may become, in order of number; the one for all others has no codes."""
    rows = (HttpStatus(row.http, row.codes, row.legacy, row.what) for row in _tables().status)
    return (*rows, HttpStatus(_tables().other, (), (), "an error that says nothing of whose fault it is"))


@cache
def endings() -> Mapping[str, Ending]:
    """How calls without an answer are told, by the name of their gRPC code."""
    return {row.name: Ending(row.name, row.http, row.code, row.error_code) for row in _tables().grpc}


def status_of_http(code: int, legacy: int) -> int:
    """Return the status of HTTP of a Status: by its `code`, and by its `error_code` where that is 0."""
    *rows, other = http_statuses()
    if code == 0:
        return next((row.http for row in rows if legacy in row.legacy), other.http)
    return next((row.http for row in rows if code in row.codes), other.http)
