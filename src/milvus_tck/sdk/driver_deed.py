"""Driver deed: one operation that a driver did, what its user saw, and the calls that were made of it.

deed = bench.do("query", collection=name, filter="id > 3")
deed.succeeded()  # raises `BrokenError`, with a signature, where it did not
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from milvus_tck.proxy.inspection import Seen
from milvus_tck.sdk.driver_process import DriverOutcome
from milvus_tck.sdk.operation_results import Hit
from milvus_tck.sdk.server_access import Row, ServerTroubleError

__all__ = ["BrokenError", "DriverDeed", "LackingError", "OpenError"]


class BrokenError(Exception):
    """A promise is broken: a stable signature, what was expected, what came."""

    def __init__(self, signature: str, expected: str, actual: str) -> None:
        super().__init__(signature)
        self.signature, self.expected, self.actual = signature, expected, actual


class OpenError(Exception):
    """Nobody can tell whether a promise is kept: says why."""


class LackingError(Exception):
    """The SDK, or its driver, has nothing of the kind: `what` it is, and why."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(why)
        self.what = what


@dataclass(frozen=True)
class DriverDeed:
    """One operation: what became of it, and the calls that were seen meanwhile."""

    op: str
    args: Mapping[str, Any]
    outcome: DriverOutcome
    calls: Sequence[Seen]
    #: The result as plain values; empty where there is none.
    result: Mapping[str, Any]
    #: When it began, by the clock that calls are timed by.
    began: float = 0.0
    #: Why an error is of the SDK and the server together, and no broken promise.
    excuse: "LackingError | ServerTroubleError | None" = None

    def sent(self, *rpcs: str) -> list[Message]:
        """Return the requests to these RPCs, in their order."""
        return [call.request for call in self.calls if call.call.rpc in rpcs and call.request is not None]

    @property
    def rows(self) -> list[Row]:
        """The rows of its result."""
        found = self.result.get("rows", ())
        return [dict(row) for row in found]

    def hits(self, queries: int) -> list[list[Hit]]:
        """Return the hits of each query; raises `BrokenError` where they are of another number of queries."""
        found: list[list[Hit]] = self.result.get("hits", [])
        if len(found) != queries:
            raise BrokenError("other-hits", f"hits of {queries} queries", f"hits of {len(found)}: {self.seen}")
        return found

    def keys(self) -> list[int | str]:
        """Return the keys of its rows, or of the hits of its only query; raises `BrokenError` where one has none."""
        found: Sequence[Mapping[str, Any]] = self.hits(1)[0] if self.op == "search" else self.rows
        if any("id" not in each for each in found):
            raise BrokenError("no-key", "rows with their key", self.seen)
        return [each["id"] for each in found]

    def titles(self) -> list[Any]:
        """Return the title of each row, or of each hit of its only query; `None` where one has none."""
        if self.op == "search":
            return [hit.get("fields", {}).get("title") for hit in self.hits(1)[0]]
        return [row.get("title") for row in self.rows]

    @property
    def silence(self) -> float:
        """Seconds from its last call to its end; all of them where it made none."""
        last = max((call.call.began for call in self.calls), default=self.began)
        return self.began + self.outcome.seconds - last

    @property
    def seen(self) -> str:
        """What the user of the SDK saw, in a line."""
        if self.outcome.kind != "ok":
            return str(self.outcome)
        shown = {key: value for key, value in self.result.items() if value not in ([], {})} or dict(self.result)
        return f"ok {shown}"[:300] if shown else "ok"

    def failed(self, why: str) -> None:
        """Demand that it ended with an error; raises `BrokenError`."""
        if self.outcome.kind != "error":
            raise BrokenError(self.outcome.kind, f"an error: {why}", self.seen)

    def excused(self) -> None:
        """Raise what excuses its error, if anything does."""
        if self.excuse is not None:
            raise self.excuse

    def succeeded(self, why: str = "") -> None:
        """Demand that it ended well; raises `BrokenError`, or what excuses it."""
        self.excused()
        if self.outcome.kind != "ok":
            signature = self.outcome.error.kind if self.outcome.error is not None else self.outcome.kind
            raise BrokenError(signature, f"success{f': {why}' if why else ''}", self.seen)
