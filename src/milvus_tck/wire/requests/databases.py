"""Calls about databases."""

from collections.abc import Mapping, Sequence

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values

__all__ = ["alter_database", "create_database", "describe_database", "drop_database", "list_databases"]


def create_database(name: str, properties: Mapping[str, str] | None = None) -> Call[m.Status]:
    """Create a database."""
    return Call("CreateDatabase", m.CreateDatabaseRequest(db_name=name, properties=key_values(properties or {})))


def drop_database(name: str) -> Call[m.Status]:
    """Drop a database that holds no collection."""
    return Call("DropDatabase", m.DropDatabaseRequest(db_name=name))


def list_databases() -> Call[m.ListDatabasesResponse]:
    """List all databases."""
    return Call("ListDatabases", m.ListDatabasesRequest())


def describe_database(name: str) -> Call[m.DescribeDatabaseResponse]:
    """Ask for the id and the properties of a database."""
    return Call("DescribeDatabase", m.DescribeDatabaseRequest(db_name=name))


def alter_database(
    name: str, properties: Mapping[str, str] | None = None, delete: Sequence[str] = ()
) -> Call[m.Status]:
    """Set properties of a database, or delete some."""
    request = m.AlterDatabaseRequest(db_name=name, properties=key_values(properties or {}), delete_keys=delete)
    return Call("AlterDatabase", request)
