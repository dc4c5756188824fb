"""Which status of HTTP an outcome has over `http-design`; the data is `proto/http-status.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import read_toml
from milvus_tck.spec.errors import UNEXPECTED_ERROR

__all__ = ["Ending", "HttpStatus", "endings", "http_statuses", "status_of_http"]


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
def http_statuses() -> tuple[HttpStatus, ...]:
    """Every status of HTTP that a Status may become, in order of number; the one for all others has no codes."""
    raw = read_toml("http-status.toml")
    rows = (HttpStatus(row["http"], tuple(row["codes"]), tuple(row["legacy"]), row["what"]) for row in raw["status"])
    return (*rows, HttpStatus(raw["other"], (), (), "an error that says nothing of whose fault it is"))


@cache
def endings() -> Mapping[str, Ending]:
    """How calls without an answer are told, by the name of their gRPC code."""
    rows = read_toml("http-status.toml")["grpc"]
    return {
        row["name"]: Ending(row["name"], row["http"], row["code"], row.get("error_code", UNEXPECTED_ERROR))
        for row in rows
    }


def status_of_http(code: int, legacy: int) -> int:
    """Return the status of HTTP of a Status: by its `code`, and by its `error_code` where that is 0."""
    *rows, other = http_statuses()
    if code == 0:
        return next((row.http for row in rows if legacy in row.legacy), other.http)
    return next((row.http for row in rows if code in row.codes), other.http)
