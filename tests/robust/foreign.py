"""What is on a server, seen by somebody who has nothing to do with the run."""

from milvus_tck.fixtures.small_collections import FIELDS, one_row

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["collections", "make_foreign", "rows"]

_SECONDS = 20.0


def _ask(address: str, call: Call[m.Status]) -> bytes:
    binding = GrpcBinding(address)
    try:
        reply = binding.send(call.rpc, call.sent, _SECONDS)
    finally:
        binding.close()
    assert reply.payload is not None, reply
    return reply.payload


def collections(address: str) -> set[str]:
    """Names of all collections on a server."""
    shown = m.ShowCollectionsResponse.FromString(_ask(address, calls.show_collections()))  # type: ignore[arg-type]
    return set(shown.collection_names)


def make_foreign(address: str, name: str) -> None:
    """Create a collection with one row, as anybody might have."""
    for call in (calls.create_collection(name, *FIELDS), calls.insert(name, one_row(), 1)):
        _ask(address, call)  # type: ignore[arg-type]
    assert name in collections(address)


def rows(address: str, name: str) -> int:
    """Count the rows of a collection."""
    payload = _ask(address, calls.get_collection_statistics(name))  # type: ignore[arg-type]
    stats = m.GetCollectionStatisticsResponse.FromString(payload).stats
    return int(next(pair.value for pair in stats if pair.key == "row_count"))
