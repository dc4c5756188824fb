"""Operations of several calls, one after the other, each in a greenlet of its own."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable

import gevent

from milvus_tck.load.drive.ground import KEY, Ground, path
from milvus_tck.load.drive.operations import Doing
from milvus_tck.load.drive.statuses import Statuses
from milvus_tck.load.drive.writes import Insert
from milvus_tck.load.drive.written import Written
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.load.transport import CODES, Payload, Transport
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

__all__ = ["Composite", "Connect", "CreateDrop", "Freshness"]

#: Seconds between two looks for a row that is not visible yet.
_PAUSE = 0.002


class Composite(Doing):
    """Something that takes more than one call."""

    rpc = "GetVersion"

    def request(self, number: int) -> Payload | None:
        """It is not one request."""
        raise NotImplementedError

    def available(self, number: int) -> bool:  # noqa: ARG002 - for those that come to an end
        """Tell whether there is something left to do."""
        return True

    @abstractmethod
    def perform(self, number: int, transport: Transport) -> tuple[str, float | None]:
        """Do it; return how it ended, and when the clock began to run if that was not when it was due."""

    def ask(self, transport: Transport, rpc: str, payload: Payload, statuses: Statuses) -> tuple[str, bytes]:
        """Make one call; return how it ended, and its answer."""
        code, _, body = transport.call(path(rpc), payload, self.operation.deadline)
        return (CODES[code] if code else statuses.read(body)), body


class Freshness(Composite):
    """Put a row in, and look for it until it is visible: the time from the acknowledgement to there."""

    def __init__(self, operation: Operation, ground: Ground, written: Written) -> None:
        super().__init__(operation, ground)
        self._insert = Insert(operation, ground, written)
        self._reads = Statuses("Query")
        self.rows = operation.batch

    def prepare(self, share: int, shares: int) -> None:
        """Make rows ahead."""
        self._insert.prepare(share, shares)

    def perform(self, number: int, transport: Transport) -> tuple[str, float | None]:
        """Insert, then read at the operation's consistency level."""
        payload = self._insert.request(number)
        assert payload is not None  # noqa: S101 - it has no limit
        error, _ = self.ask(transport, "Insert", payload, self._insert.statuses)
        acknowledged = time.monotonic()
        self._insert.ended(number, error)
        if error:
            return error, None
        query = self._query(number)
        while time.monotonic() - acknowledged < self.operation.deadline:
            error, body = self.ask(transport, "Query", query, self._reads)
            if error:
                return error, acknowledged
            if m.QueryResults.FromString(body).fields_data and self._rows(body) == self.rows:
                return "", acknowledged
            gevent.sleep(_PAUSE)
        return "NOT_VISIBLE", acknowledged

    def _query(self, number: int) -> bytes:
        collection, start = self._insert.place(number)
        keys = self.ground.keys(self._insert.region, start, self.rows).tolist()
        level = m.ConsistencyLevel.Value(self.operation.level)
        return m.QueryRequest(
            collection_name=self.ground.names[collection], expr=f"{KEY} in {keys}", output_fields=[KEY],
            consistency_level=level,
        ).SerializeToString()  # fmt: skip

    @staticmethod
    def _rows(body: bytes) -> int:
        found = m.QueryResults.FromString(body).fields_data
        return max((len(each.scalars.long_data.data) for each in found), default=0)

    def close(self) -> None:
        """Stop making rows."""
        self._insert.close()


class Connect(Composite):
    """Make a connection, ask for the version over it, and give it up."""

    def __init__(self, operation: Operation, ground: Ground, dial: Callable[[], Transport]) -> None:
        super().__init__(operation, ground)
        self._dial = dial

    def perform(self, number: int, transport: Transport) -> tuple[str, float | None]:  # noqa: ARG002 - one of its own
        """Connect and ask."""
        own = self._dial()
        try:
            return self.ask(own, "GetVersion", b"", self.statuses)[0], None
        finally:
            own.close()


class CreateDrop(Composite):
    """Create a collection and drop it again."""

    rpc = "CreateCollection"

    def perform(self, number: int, transport: Transport) -> tuple[str, float | None]:
        """Create and drop."""
        name = self.ground.spare(number)
        for call in (self.ground.create(name), calls.drop_collection(name)):
            error, _ = self.ask(transport, call.rpc, call.sent, self.statuses)
            if error:
                return error, None
        return "", None
