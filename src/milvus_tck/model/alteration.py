"""Collections and their properties are altered: another name, values that are set, values that are deleted."""

from typing import Any

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.name_rules import collection_of, database_of, is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import KeyValuePair

__all__ = ["ALTERATIONS", "altered", "check_alteration"]

_TTL = "collection.ttl.seconds"


def check_alteration(state: ServerState, rpc: str, request: Any) -> None:  # noqa: ANN401 - of a collection or a database
    """Raise `RefusalError` where a request neither sets nor deletes, or does both."""
    if request.properties and request.delete_keys:
        state.rules.demand(False, f"{rpc}/set-and-delete")
    if not request.properties and not request.delete_keys:
        raise state.rules.refusal(f"{rpc}/nothing", "no properties or delete keys provided")


def altered(properties: tuple[KeyValuePair, ...], request: Any) -> tuple[KeyValuePair, ...]:  # noqa: ANN401 - the same
    """Return properties after a request: what it sets has its last value, once."""
    kept = {pair.key: pair.value for pair in properties if pair.key not in request.delete_keys}
    kept |= {pair.key: pair.value for pair in request.properties}
    return tuple(KeyValuePair(key=key, value=value) for key, value in kept.items())


def alter_collection(state: ServerState, request: m.AlterCollectionRequest) -> RightAnswers:
    """Set properties of a collection, or delete some."""
    found = collection_of(state, "AlterCollection", request)
    check_alteration(state, "alter-collection", request)
    for pair in request.properties:
        number = pair.value.lstrip("-").isdecimal()
        state.rules.demand(number or pair.key != _TTL, "alter-collection/ttl-not-a-number", pair.value)

    def alter(_response: object) -> None:
        found.properties = altered(found.properties, request)

    return RightAnswers((RightAnswer(m.Status(), effect=alter),))


def rename_collection(state: ServerState, request: m.RenameCollectionRequest) -> RightAnswers:
    """Give a collection another name, in its own database or in another one."""
    database = database_of(state, "RenameCollection", request)
    target = state.databases.get(request.newDBName) if request.newDBName else database
    new = request.newName
    if not is_name(state, new):
        raise RefusalError(f"rename-collection/name-{'ill-formed' if new else 'empty'}", new)
    if database is None or target is None:
        raise RefusalError("DatabaseNotFound", request.newDBName or request.db_name)
    if request.oldName in database.aliases:
        raise RefusalError("rename-collection/by-alias", request.oldName)
    found = database.collections.get(request.oldName)
    if found is None:
        raise RefusalError("rename-collection/collection-unknown", f"collection not found[{request.oldName}]")
    if new in target.aliases:
        raise RefusalError("rename-collection/name-is-alias", new)
    if new in target.collections:
        raise RefusalError("rename-collection/name-taken", new)

    def rename(_response: object) -> None:
        del database.collections[found.name]
        target.collections[new] = found
        found.name = found.schema.name = new
        for alias in found.aliases:
            del database.aliases[alias]
            target.aliases[alias] = new

    return RightAnswers((RightAnswer(m.Status(), effect=rename),))


ALTERATIONS: Handlers = {"AlterCollection": alter_collection, "RenameCollection": rename_collection}
