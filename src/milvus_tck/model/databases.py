"""Databases: each is a space of names of its own."""

from milvus_tck.model.alteration import altered, check_alteration
from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.likeness import agreed, alike
from milvus_tck.model.name_rules import is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import DEFAULT, Database, ServerState
from milvus_tck.wire import messages as m

__all__ = ["DATABASES"]


def create_database(state: ServerState, request: m.CreateDatabaseRequest) -> RightAnswers:
    """Create a database."""
    name = request.db_name
    if not is_name(state, name):
        raise RefusalError(f"create-database/name-{'ill-formed' if name else 'empty'}", name)
    if name in state.databases:
        raise RefusalError("create-database/exists", name)
    most = state.limit("databases")
    if most is not None and len(state.databases) >= most:
        raise RefusalError("DatabaseNumLimitExceeded", name)

    def create(_response: object) -> None:
        made = Database(name, state.new_id(), state.timestamp(), properties=tuple(request.properties))
        state.databases[name] = made

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def drop_database(state: ServerState, request: m.DropDatabaseRequest) -> RightAnswers:
    """Drop a database that holds nothing; one that is not there may be dropped as well."""
    found = state.databases.get(request.db_name)
    if request.db_name == DEFAULT:
        raise RefusalError("drop-database/default")
    if found is not None and found.collections:
        raise RefusalError("drop-database/not-empty", found.name)

    def drop(_response: object) -> None:
        state.databases.pop(request.db_name, None)

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


def list_databases(state: ServerState, _request: m.ListDatabasesRequest) -> RightAnswers:
    """List the databases."""
    listed = list(state.databases.values())
    found = m.ListDatabasesResponse(
        db_names=[each.name for each in listed], created_timestamp=[each.created for each in listed]
    )
    return RightAnswers((RightAnswer(found, alike(found, unordered=("db_names",))),))


def describe_database(state: ServerState, request: m.DescribeDatabaseRequest) -> RightAnswers:
    """Describe a database; where none is named, the default one."""
    found = _named(state, "describe-database", request.db_name)
    response = m.DescribeDatabaseResponse(
        db_name=found.name, dbID=found.id, created_timestamp=found.created, properties=found.properties
    )
    name = ("database", found.id)
    return agreed(state, response, {"dbID": (*name, "id"), "created_timestamp": (*name, "created")}, ("db_name",))


def alter_database(state: ServerState, request: m.AlterDatabaseRequest) -> RightAnswers:
    """Set properties of a database, or delete some."""
    found = _named(state, "alter-database", request.db_name)
    check_alteration(state, "alter-database", request)

    def alter(_response: object) -> None:
        found.properties = altered(found.properties, request)

    return RightAnswers((RightAnswer(m.Status(), effect=alter),))


def _named(state: ServerState, rpc: str, name: str) -> Database:
    found = state.databases.get(name or DEFAULT)
    if found is None:
        raise RefusalError(f"{rpc}/unknown", f"database not found[database={name}]")
    return found


DATABASES: Handlers = {
    "DescribeDatabase": describe_database,
    "AlterDatabase": alter_database,
    "CreateDatabase": create_database,
    "DropDatabase": drop_database,
    "ListDatabases": list_databases,
}
