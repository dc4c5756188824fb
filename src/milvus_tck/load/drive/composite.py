"""Operations of several calls, one after the other, each in a greenlet of its own."""

from __future__ import annotations

import time
from abc import abstractmethod

import gevent

from milvus_tck.load.drive.ground import KEY, Ground, path
from milvus_tck.load.drive.operations import Doing
from milvus_tck.load.drive.ways import Ways
from milvus_tck.load.drive.writes import Insert
from milvus_tck.load.drive.written import Written
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.load.speech.speech import Reader, Speech
from milvus_tck.load.speech.statuses import MALFORMED
from milvus_tck.load.transport import CODES, Payload, Transport
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

__all__ = ["Composite", "Connect", "CreateDrop", "Freshness"]

#: Seconds between two looks for a row that is not visible yet.
_PAUSE = 0.002


class Composite(Doing):
    """Something that takes more than one call."""

    rpc = "GetVersion"

    def __init__(self, operation: Operation, ground: Ground, ways: Ways) -> None:
        super().__init__(operation, ground)
        self.ways = ways
        self._readers: dict[str, Reader] = {}

    def request(self, number: int) -> Payload | None:
        """It is not one request."""
        raise NotImplementedError

    def available(self, number: int) -> bool:  # noqa: ARG002 - for those that come to an end
        """Tell whether there is something left to do."""
        return True

    @abstractmethod
    def perform(self, number: int) -> tuple[str, float | None]:
        """Do it; return how it ended, and when the clock began to run if that was not when it was due."""

    def ask(self, rpc: str, payload: Payload) -> tuple[str, bytes]:
        """Make one call of gRPC, over whatever binding has it; return how it ended, and its answer."""
        speech = self.ground.speech_of(rpc)
        return self.send(speech, self.ways.of(speech), rpc, speech.request(rpc, payload))

    def send(self, speech: Speech, transport: Transport, rpc: str, said: Payload) -> tuple[str, bytes]:
        """Make one call that is said already; return how it ended, and its answer as gRPC has it."""
        reader = self._readers.get(rpc)
        if reader is None:
            reader = self._readers[rpc] = speech.statuses(rpc)
        code, _, body = transport.call(path(rpc), said, self.operation.deadline)
        error = CODES[code] if code else reader.read(body)
        try:
            return error, b"" if error else speech.answer(rpc, body)
        except ValueError:
            return MALFORMED, b""


class Freshness(Composite):
    """Put a row in, and look for it until it is visible: the time from the acknowledgement to there."""

    def __init__(self, operation: Operation, ground: Ground, ways: Ways, written: Written) -> None:
        super().__init__(operation, ground, ways)
        self._insert = Insert(operation, ground, written)
        self.rows = operation.batch

    def prepare(self, share: int, shares: int) -> None:
        """Make rows ahead."""
        self._insert.prepare(share, shares)

    def perform(self, number: int) -> tuple[str, float | None]:
        """Insert, then read at the operation's consistency level."""
        payload = self._insert.request(number)
        assert payload is not None  # noqa: S101 - it has no limit
        speech = self._insert.speech
        error, _ = self.send(speech, self.ways.of(speech), "Insert", payload)
        acknowledged = time.monotonic()
        self._insert.ended(number, error)
        if error:
            return error, None
        query = self._query(number)
        while time.monotonic() - acknowledged < self.operation.deadline:
            error, body = self.ask("Query", query)
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
    """Make a connection, ask for the version over it, or for a list where there is none, and give it up."""

    def perform(self, number: int) -> tuple[str, float | None]:  # noqa: ARG002 - all alike
        """Connect and ask."""
        speech = self.ground.speech
        rpc = "GetVersion" if speech.speaks("GetVersion") else "ShowCollections"
        own = self.ways.fresh(speech)
        try:
            return self.send(speech, own, rpc, speech.request(rpc, b""))[0], None
        finally:
            own.close()


class CreateDrop(Composite):
    """Create a collection and drop it again."""

    rpc = "CreateCollection"

    def perform(self, number: int) -> tuple[str, float | None]:
        """Create and drop."""
        name = self.ground.spare(number)
        for call in (self.ground.create(name), calls.drop_collection(name)):
            error, _ = self.ask(call.rpc, call.sent)
            if error:
                return error, None
        return "", None
