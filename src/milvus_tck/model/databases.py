"""Databases: each is a space of names of its own."""

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.likeness import alike
from milvus_tck.model.name_rules import is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import DEFAULT, Database, ServerState
from milvus_tck.wire import messages as m

__all__ = ["DATABASES"]


def create_database(state: ServerState, request: m.CreateDatabaseRequest) -> RightAnswers:
    """Create a database."""
    name = request.db_name
    if not is_name(state, name):
        raise RefusalError("DatabaseInvalidName", name)
    if name in state.databases:
        raise RefusalError("Unexpected", f"database already exist: {name}")
    most = state.limit("databases")
    if most is not None and len(state.databases) >= most:
        raise RefusalError("DatabaseNumLimitExceeded", name)

    def create(_response: object) -> None:
        state.databases[name] = Database(name, state.new_id(), state.timestamp())

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def drop_database(state: ServerState, request: m.DropDatabaseRequest) -> RightAnswers:
    """Drop a database that holds nothing; one that is not there may be dropped as well."""
    found = state.databases.get(request.db_name)
    if request.db_name == DEFAULT:
        raise RefusalError("Unexpected", "can not drop default database")
    if found is not None and found.collections:
        raise RefusalError("Unexpected", f"{found.name}: must drop all collections before drop database")

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


DATABASES: Handlers = {
    "CreateDatabase": create_database,
    "DropDatabase": drop_database,
    "ListDatabases": list_databases,
}
