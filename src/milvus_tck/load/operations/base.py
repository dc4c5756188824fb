"""Operations: how a request is made, what its answer means, and how an answer is looked into."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from google.protobuf.message import DecodeError

from milvus_tck.load.codecs.statuses import MALFORMED
from milvus_tck.load.operations.workload import Workload, path
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.load.transports.base import Payload
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["Flush", "GetVersion", "HasCollection", "Look", "OperationRunner", "ShowCollections"]

#: Recall, where there is one, and what is wrong with an answer.
Look = tuple[float | None, str]
_FINE: Look = (None, "")


class OperationRunner(ABC):
    """One operation of a phase, in one worker; requests are known by their number."""

    rpc: ClassVar[str]
    #: Rows that one request writes.
    rows = 0
    #: Whether it wants to know how requests ended.
    books = False

    def __init__(self, operation: Operation, workload: Workload) -> None:
        self.operation = operation
        self.workload = workload
        self.path = path(self.rpc)
        self.codec = workload.codec_of(self.rpc)
        self.statuses = self.codec.statuses(self.rpc)

    def prepare(self, share: int, shares: int) -> None:  # noqa: B027 - most have nothing to do
        """Make ahead what requests of this share need."""

    @abstractmethod
    def request(self, number: int) -> Payload | None:
        """Return what a request sends; `None` when there is nothing left to do."""

    def said(self, payload: Payload) -> Payload:
        """Say a request of gRPC as the binding has it."""
        return self.codec.request(self.rpc, payload)

    def ended(self, number: int, error: str) -> None:  # noqa: B027 - reads keep no books
        """Take note of how a request ended: an empty text for success, a gRPC code, or the name of a Status."""

    def inspect(self, number: int, body: bytes) -> Look:
        """Look into an answer that says that all is well."""
        try:
            return self.look(number, self.codec.answer(self.rpc, body))
        except (DecodeError, ValueError):
            return None, MALFORMED

    def look(self, number: int, body: bytes) -> Look:  # noqa: ARG002 - for those that look
        """Look into an answer; may raise `DecodeError`."""
        return _FINE

    def close(self) -> None:  # noqa: B027 - most make nothing ahead
        """Stop making anything ahead."""


class _Same(OperationRunner):
    """Requests that are all alike, but for the collection."""

    def __init__(self, operation: Operation, workload: Workload) -> None:
        super().__init__(operation, workload)
        self._payloads = [self.said(self.call(name).sent) for name in workload.names]

    @abstractmethod
    def call(self, name: str) -> Call[Any]:
        """Return the call for a collection."""

    def request(self, number: int) -> Payload:
        """Return the request for the collection whose turn it is."""
        return self._payloads[number % len(self._payloads)]


class GetVersion(_Same):
    """Ask for the version: about the cheapest request there is."""

    rpc = "GetVersion"

    def call(self, name: str) -> Call[Any]:  # noqa: ARG002 - asks for no collection
        """Return the call."""
        return calls.get_version()

    def look(self, number: int, body: bytes) -> Look:  # noqa: ARG002 - all alike
        """Every server has a version."""
        return None, "" if m.GetVersionResponse.FromString(body).version else "no version"


class HasCollection(_Same):
    """Ask for a collection that is there."""

    rpc = "HasCollection"

    def call(self, name: str) -> Call[Any]:
        """Return the call."""
        return calls.has_collection(name)

    def look(self, number: int, body: bytes) -> Look:  # noqa: ARG002 - all alike
        """It is there."""
        return None, "" if m.BoolResponse.FromString(body).value else "a collection that is there is denied"


class ShowCollections(_Same):
    """List every collection: the cheapest request that all servers answer."""

    rpc = "ShowCollections"

    def call(self, name: str) -> Call[Any]:  # noqa: ARG002 - asks for no collection
        """Return the call."""
        return calls.show_collections()

    def look(self, number: int, body: bytes) -> Look:
        """The collection whose turn it is stands there."""
        listed = m.ShowCollectionsResponse.FromString(body).collection_names
        return None, "" if self.workload.name(number) in listed else "a collection that is there is not listed"


class Flush(_Same):
    """Seal the growing segments."""

    rpc = "Flush"

    def call(self, name: str) -> Call[Any]:
        """Return the call."""
        return calls.flush(name)
