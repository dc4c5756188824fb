"""Names in requests: what is well formed, and what it is the name of."""

import re
from typing import Any

from milvus_tck.model.state import DEFAULT, CollectionState, Database, Partition, ServerState
from milvus_tck.spec.clause_files import kebab

__all__ = [
    "collection_of",
    "collections_of",
    "database_of",
    "find_collection",
    "is_name",
    "is_partition_name",
    "partition_of",
]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PARTITION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_]*")
_PARTITION_WITH_DASH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def is_name(state: ServerState, name: str) -> bool:
    """Tell whether a text is well formed as the name of a collection, an alias, a field or an index."""
    return _fits(state, name, _NAME)


def is_partition_name(state: ServerState, name: str) -> bool:
    """Tell whether a text is well formed as the name of a partition; blanks around it do not count."""
    dash = state.rules.accepts("create-partition/name-with-dash")
    return _fits(state, name.strip(), _PARTITION_WITH_DASH if dash else _PARTITION)


def _fits(state: ServerState, name: str, form: "re.Pattern[str]") -> bool:
    return bool(form.fullmatch(name)) and len(name.encode()) <= state.bound("name-bytes")


def database_of(state: ServerState, rpc: str, request: Any) -> Database | None:  # noqa: ANN401 - any request
    """Return the database of a request; `None` where there is none and the RPC does not mind.

    Raises `RefusalError` where it does.
    """
    name = getattr(request, "db_name", "") or DEFAULT
    found = state.databases.get(name)
    rule = f"{kebab(rpc)}/database-unknown"
    if found is None and not state.rules.accepts(rule):
        raise state.rules.refusal(rule, f"database not found[database={name}]")
    return found


def find_collection(state: ServerState, rpc: str, request: Any) -> CollectionState | None:  # noqa: ANN401 - any request
    """Return the collection that a request names; `None` where there is none and the RPC does not mind.

    Raises `RefusalError` where it does, for each reason that a name may be wrong.
    """
    database = database_of(state, rpc, request)
    return None if database is None else _find(state, rpc, database, request.collection_name)


def _find(state: ServerState, rpc: str, database: Database, name: str) -> CollectionState | None:
    found = database.find(name)
    if found is not None:
        return found
    looked_at = name if state.rules.refuses("create-collection/name-with-blanks") else name.strip()
    wrong = "collection-name-empty" if not name else "" if is_name(state, looked_at) else "collection-name-ill-formed"
    rule = f"{kebab(rpc)}/{wrong or 'collection-unknown'}"
    if state.rules.accepts(rule):
        return None
    raise state.rules.refusal(rule, f"collection not found[database={database.name}][collection={name}]")


def collection_of(state: ServerState, rpc: str, request: Any) -> CollectionState:  # noqa: ANN401 - any request
    """Return the collection that a request names; raises `RefusalError` where there is none."""
    found = find_collection(state, rpc, request)
    if found is None:
        raise state.rules.refusal(
            f"{kebab(rpc)}/collection-unknown", f"collection not found[{request.collection_name}]"
        )
    return found


def collections_of(state: ServerState, rpc: str, request: Any) -> list[CollectionState]:  # noqa: ANN401 - any request
    """Return the collections that a request names, a list of them; raises `RefusalError` where one is not there."""
    database = database_of(state, rpc, request)
    found = [_find(state, rpc, database, name) for name in request.collection_names] if database is not None else []
    return [each for each in found if each is not None]


def partition_of(state: ServerState, rpc: str, collection: CollectionState, name: str) -> Partition:
    """Return a partition of a collection by its name; raises `RefusalError` where there is none.

    From 2.4.5 on an empty name is that of the default partition, where the clauses say so.
    """
    found = collection.partitions.get(name)
    if found is None and not name and state.rules.accepts(f"{kebab(rpc)}/partition-name-empty"):
        found = collection.partitions.get("_default")
    if found is None:
        raise state.rules.refusal(f"{kebab(rpc)}/partition-unknown", f"partition not found[partition={name}]")
    return found
