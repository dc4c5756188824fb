"""Removing what a run left on a target.

Works from names alone and asks nobody whether they exist, so it does not depend on any
feature that was under test. It never changes a verdict.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from milvus_tck.bindings.grpc import Binding
from milvus_tck.wire import messages as m

__all__ = ["drop_collections"]

_SECONDS = 30.0
_AT_ONCE = 8


def drop_collections(binding: Binding, names: Iterable[tuple[str, str]]) -> list[str]:
    """Drop collections by name and database; return those that may still be there.

    What resists is tried once more: it may have been the alias of another one.
    """
    left = _drop_all(binding, names)
    return [name for name, _ in _drop_all(binding, left)]


def _drop_all(binding: Binding, names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    wanted = list(names)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        gone = pool.map(lambda each: _drop(binding, *each), wanted)
        return [each for each, dropped in zip(wanted, gone, strict=True) if not dropped]


def _drop(binding: Binding, name: str, database: str) -> bool:
    """Drop one collection; one that does not exist is gone too."""
    request = m.DropCollectionRequest(collection_name=name, db_name=database)
    reply = binding.send("DropCollection", request.SerializeToString(), _SECONDS)
    if reply.payload is None:
        return False
    status = m.Status.FromString(reply.payload)
    return (status.code == 0 and status.error_code == 0) or not _exists(binding, name, database)


def _exists(binding: Binding, name: str, database: str) -> bool:
    request = m.HasCollectionRequest(collection_name=name, db_name=database)
    reply = binding.send("HasCollection", request.SerializeToString(), _SECONDS)
    return reply.payload is not None and m.BoolResponse.FromString(reply.payload).value
