"""Databases that a test makes, and what can be seen of them."""

from collections.abc import Mapping

from milvus_tck.fixtures.definitions import VALID

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["DEFAULT", "database", "has", "listed", "properties", "there"]

#: The database that is always there.
DEFAULT = "default"


def database(tck: Case, *collections: str, properties: Mapping[str, str] | None = None) -> str:
    """Create a database with these collections and properties; return its name."""
    name = tck.name()
    tck.ok(calls.create_database(name, properties))
    for each in collections:
        tck.ok(VALID(each).but(db_name=name))
    return name


def listed(tck: Case) -> list[str]:
    """List the names of all databases; one that is listed twice is there twice."""
    return list(tck.ok(calls.list_databases()).db_names)


def there(tck: Case, *names: str) -> list[int]:
    """Tell how often each of these databases is listed."""
    found = listed(tck)
    return [found.count(each) for each in names]


def has(tck: Case, name: str, collection: str) -> bool:
    """Tell whether a database has a collection."""
    call: Call[m.BoolResponse] = calls.has_collection(collection).but(db_name=name)
    return tck.ok(call).value


def properties(tck: Case, name: str, *keys: str) -> list[str]:
    """Return the values of these properties of a database, each key in its place; empty where it has none."""
    told = tck.ok(calls.describe_database(name)).properties
    return [",".join(pair.value for pair in told if pair.key == key) for key in keys]
