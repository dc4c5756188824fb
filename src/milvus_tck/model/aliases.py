"""Aliases: other names of collections, in the same space of names."""

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.likeness import alike
from milvus_tck.model.name_rules import collection_of, database_of, is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import Database, ServerState
from milvus_tck.wire import messages as m

__all__ = ["ALIASES"]


def _database(state: ServerState, rpc: str, request: m.CreateAliasRequest) -> Database:
    found = database_of(state, rpc, request)
    assert found is not None  # noqa: S101 - no clause lets an RPC about aliases do without
    return found


def create_alias(state: ServerState, request: m.CreateAliasRequest) -> RightAnswers:
    """Give a collection another name; the same one again changes nothing."""
    database = _database(state, "CreateAlias", request)
    if not is_name(state, request.alias):
        wrong = "alias-ill-formed" if request.alias else "alias-empty"
        raise RefusalError(f"create-alias/{wrong}", f"Invalid collection alias: {request.alias}")
    collection = collection_of(state, "CreateAlias", request)
    if request.alias in database.collections:
        raise RefusalError("create-alias/name-of-collection", request.alias)
    if database.aliases.get(request.alias, collection.name) != collection.name:
        raise RefusalError("create-alias/taken", request.alias)

    def create(_response: object) -> None:
        database.aliases[request.alias] = collection.name
        if request.alias not in collection.aliases:
            collection.aliases.append(request.alias)

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def drop_alias(state: ServerState, request: m.DropAliasRequest) -> RightAnswers:
    """Take a name away; one that nothing has may be taken away as well."""
    database = _database(state, "DropAlias", request)  # type: ignore[arg-type] # it names a database as well

    def drop(_response: object) -> None:
        name = database.aliases.pop(request.alias, None)
        if name is not None:
            database.collections[name].aliases.remove(request.alias)

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


def alter_alias(state: ServerState, request: m.AlterAliasRequest) -> RightAnswers:
    """Let an alias be the name of another collection."""
    database = _database(state, "AlterAlias", request)  # type: ignore[arg-type] # the same
    collection = collection_of(state, "AlterAlias", request)
    if request.alias not in database.aliases:
        raise RefusalError("alter-alias/alias-unknown", request.alias)

    def alter(_response: object) -> None:
        database.collections[database.aliases[request.alias]].aliases.remove(request.alias)
        database.aliases[request.alias] = collection.name
        collection.aliases.append(request.alias)

    return RightAnswers((RightAnswer(m.Status(), effect=alter),))


def describe_alias(state: ServerState, request: m.DescribeAliasRequest) -> RightAnswers:
    """Tell whose name an alias is."""
    database = _database(state, "DescribeAlias", request)  # type: ignore[arg-type] # the same
    if request.alias not in database.aliases:
        wrong = "name-of-collection" if request.alias in database.collections else "unknown"
        raise state.rules.refusal(f"describe-alias/{wrong if request.alias else 'empty'}", request.alias)
    found = m.DescribeAliasResponse(
        db_name=database.name, alias=request.alias, collection=database.aliases[request.alias]
    )
    return RightAnswers((RightAnswer(found, alike(found, ("alias", "collection"))),))


def list_aliases(state: ServerState, request: m.ListAliasesRequest) -> RightAnswers:
    """List the aliases of a collection, or of all collections of a database."""
    database = _database(state, "ListAliases", request)  # type: ignore[arg-type] # the same
    listed = list(database.aliases)
    if request.collection_name:
        listed = list(collection_of(state, "ListAliases", request).aliases)
    found = m.ListAliasesResponse(db_name=database.name, collection_name=request.collection_name, aliases=listed)
    return RightAnswers((RightAnswer(found, alike(found, unordered=("aliases",))),))


ALIASES: Handlers = {
    "CreateAlias": create_alias,
    "DropAlias": drop_alias,
    "AlterAlias": alter_alias,
    "DescribeAlias": describe_alias,
    "ListAliases": list_aliases,
}
