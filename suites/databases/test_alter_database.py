"""AlterDatabase: properties that are set and deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.marks import each_clause
from milvus_tck.suites.databases._databases import database, properties

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call

_MOST, _REPLICAS = "database.max.collections", "database.replica.number"


@pytest.mark.clause("alter-database/set")
def test_a_property_is_set(tck: Case) -> None:
    """What was there is replaced or stays; another database is not touched."""
    name, other = (database(tck, properties={_MOST: "10"}) for _ in range(2))
    tck.accepted(
        calls.alter_database(name, {_REPLICAS: "2"}),
        effect=lambda _: same(
            [["10", "2"], ["10", ""]],
            [properties(tck, each, _MOST, _REPLICAS) for each in (name, other)],
            members=("of the database", "of another one"),
        ),
    )


@pytest.mark.clause("alter-database/deleted")
def test_a_property_is_deleted(tck: Case) -> None:
    """One goes, the other one stays."""
    name = database(tck, properties={_MOST: "10"})
    tck.ok(calls.alter_database(name, {_REPLICAS: "2"}))
    tck.accepted(
        calls.alter_database(name, delete=[_REPLICAS]),
        effect=lambda _: same(
            ["10", ""], properties(tck, name, _MOST, _REPLICAS), members=("the one that stays", "the one that goes")
        ),
    )


_REFUSED: dict[str, Callable[[str, str], Call[Any]]] = {
    "alter-database/unknown": lambda _, unknown: calls.alter_database(unknown, {_MOST: "20"}),
    "alter-database/nothing": lambda name, _: calls.alter_database(name),
    "alter-database/set-and-delete": lambda name, _: calls.alter_database(name, {_MOST: "20"}, [_REPLICAS]),
}


@each_clause(_REFUSED)
def test_nothing_is_altered(tck: Case, given: Callable[[str, str], Call[Any]]) -> None:
    """A request that is refused leaves the properties as they are."""
    name = database(tck, properties={_MOST: "10"})
    tck.refused(
        given(name, tck.name()),
        neighbour=calls.alter_database(name, {_MOST: "10"}),
        untouched=lambda: properties(tck, name, _MOST, _REPLICAS),
    )
