"""CreateDatabase: what comes of it, and names that no database can have."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.databases._databases import DEFAULT, database, has, there

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls


@pytest.mark.clause("create-database/valid")
def test_a_database_is_created(tck: Case) -> None:
    """It is listed beside the default one, and none of another name came with it."""
    name, other = tck.name(), tck.name()
    before = there(tck, name, DEFAULT)
    tck.accepted(
        calls.create_database(name),
        effect=lambda _: same(
            [0, 1, 1, 1, 0],
            [*before, *there(tck, name, DEFAULT, other)],
            members=("listed before", "default before", "listed", "default", "one of another name"),
        ),
    )


@pytest.mark.clause("create-database/own-names")
def test_names_are_of_a_database(tck: Case) -> None:
    """A collection is in the database in which it was created alone; dropping it there leaves its namesake."""
    shelf, other = tck.name(), tck.name()
    first, second = database(tck, shelf, other), database(tck, shelf)
    before = [has(tck, name, each) for name in (first, second, DEFAULT) for each in (shelf, other)]
    tck.ok(calls.drop_collection(shelf).but(db_name=first))
    tck.expect(
        [[True, True, True, False, False, False], [False, True]],
        [before, [has(tck, name, shelf) for name in (first, second)]],
        members=("collections of the first, the second and the default one", "after a drop in the first one"),
    )


@each_case({"create-database/exists": {"created": False, "default": True}})
def test_a_database_that_exists(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """A database is created once."""
    shelf = tck.name()
    name = database(tck, shelf)
    tck.refused(
        calls.create_database(DEFAULT if given else name),
        neighbour=calls.create_database(tck.name()),
        untouched=lambda: [there(tck, name, DEFAULT), has(tck, name, shelf)],
    )


_NAMES: dict[str, dict[str, Callable[[Case], str]]] = {
    "create-database/name-empty": {"": lambda _: ""},
    "create-database/name-ill-formed": {
        "digit-first": lambda tck: tck.name(before="1"),
        "dash": lambda tck: tck.name(after="-x"),
        "256-bytes": lambda tck: tck.name().ljust(256, "x"),
    },
}


@each_case(_NAMES)
def test_a_name_that_is_none(tck: Case, given: Callable[[Case], str]) -> None:
    """A database's name is formed as that of a collection."""
    name = given(tck)
    tck.refused(
        calls.create_database(name),
        neighbour=calls.create_database(tck.name()),
        untouched=lambda: there(tck, name, DEFAULT),
    )
