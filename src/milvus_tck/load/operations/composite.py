"""Operations of several calls, one after the other, each in a greenlet of its own."""

from __future__ import annotations

import time
from abc import abstractmethod

import gevent

from milvus_tck.load.codecs.base import Codec, StatusReader
from milvus_tck.load.codecs.statuses import MALFORMED
from milvus_tck.load.operations.base import OperationRunner
from milvus_tck.load.operations.connections import Connections
from milvus_tck.load.operations.workload import KEY, Workload, path
from milvus_tck.load.operations.write_log import WriteLog
from milvus_tck.load.operations.writes import Insert
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.load.transports.base import CODES, Payload, Transport
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

__all__ = ["Composite", "Connect", "CreateDrop", "Freshness"]

#: Seconds between two looks for a row that is not visible yet.
_PAUSE = 0.002


class Composite(OperationRunner):
    """Something that takes more than one call."""

    rpc = "GetVersion"

    def __init__(self, operation: Operation, workload: Workload, connections: Connections) -> None:
        super().__init__(operation, workload)
        self.connections = connections
        self._readers: dict[str, StatusReader] = {}

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
        codec = self.workload.codec_of(rpc)
        return self.send(codec, self.connections.of(codec), rpc, codec.request(rpc, payload))

    def send(self, codec: Codec, transport: Transport, rpc: str, said: Payload) -> tuple[str, bytes]:
        """Make one call that is said already; return how it ended, and its answer as gRPC has it."""
        reader = self._readers.get(rpc)
        if reader is None:
            reader = self._readers[rpc] = codec.statuses(rpc)
        code, _, body = transport.call(path(rpc), said, self.operation.deadline)
        error = CODES[code] if code else reader.read(body)
        try:
            return error, b"" if error else codec.answer(rpc, body)
        except ValueError:
            return MALFORMED, b""


class Freshness(Composite):
    """Put a row in, and look for it until it is visible: the time from the acknowledgement to there."""

    def __init__(self, operation: Operation, workload: Workload, connections: Connections, written: WriteLog) -> None:
        super().__init__(operation, workload, connections)
        self._insert = Insert(operation, workload, written)
        self.rows = operation.batch

    def prepare(self, share: int, shares: int) -> None:
        """Make rows ahead."""
        self._insert.prepare(share, shares)

    def perform(self, number: int) -> tuple[str, float | None]:
        """Insert, then read at the operation's consistency level."""
        payload = self._insert.request(number)
        assert payload is not None  # noqa: S101 - it has no limit
        codec = self._insert.codec
        error, _ = self.send(codec, self.connections.of(codec), "Insert", payload)
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
        keys = self.workload.keys(self._insert.region, start, self.rows).tolist()
        level = m.ConsistencyLevel.Value(self.operation.level)
        return m.QueryRequest(
            collection_name=self.workload.names[collection], expr=f"{KEY} in {keys}", output_fields=[KEY],
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
        codec = self.workload.codec
        rpc = "GetVersion" if codec.speaks("GetVersion") else "ShowCollections"
        own = self.connections.fresh(codec)
        try:
            return self.send(codec, own, rpc, codec.request(rpc, b""))[0], None
        finally:
            own.close()


class CreateDrop(Composite):
    """Create a collection and drop it again."""

    rpc = "CreateCollection"

    def perform(self, number: int) -> tuple[str, float | None]:
        """Create and drop."""
        name = self.workload.spare(number)
        for call in (self.workload.create(name), calls.drop_collection(name)):
            error, _ = self.ask(call.rpc, call.sent)
            if error:
                return error, None
        return "", None
