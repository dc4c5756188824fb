"""DropDatabase: what goes, and what has to stay."""

import pytest
from milvus_tck.fixtures.definitions import VALID
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.databases._databases import DEFAULT, database, has, there

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls


@pytest.mark.clause("drop-database/valid")
def test_a_database_is_dropped(tck: Case) -> None:
    """One database goes, another one and the default one stay."""
    name, other = database(tck), database(tck)
    tck.accepted(
        calls.drop_database(name),
        effect=lambda _: same(
            [0, 1, 1], there(tck, name, other, DEFAULT), members=("listed", "another one", "the default one")
        ),
    )


@each_case({"drop-database/unknown": {"never": False, "dropped": True}})
def test_no_database_is_dropped(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """What is not there may be dropped; what is there stays."""
    name, gone = database(tck), tck.name()
    if given:
        tck.ok(calls.create_database(gone))
        tck.ok(calls.drop_database(gone))
    tck.accepted(
        calls.drop_database(gone),
        effect=lambda _: same([0, 1, 1], there(tck, gone, name, DEFAULT), members=("listed", "another", "default")),
    )


@pytest.mark.clause("drop-database/after-create")
def test_a_database_comes_again(tck: Case) -> None:
    """A name can be used again; what comes is a new database with nothing in it."""
    shelf = tck.name()
    name = database(tck, shelf)
    before = has(tck, name, shelf)
    tck.ok(calls.drop_collection(shelf).but(db_name=name))
    tck.ok(calls.drop_database(name))
    tck.accepted(
        calls.create_database(name),
        effect=lambda _: same(
            [True, 1, False],
            [before, *there(tck, name), has(tck, name, shelf)],
            members=("had the collection", "listed", "has the collection"),
        ),
    )


@pytest.mark.clause("drop-database/not-empty")
def test_a_database_with_a_collection(tck: Case) -> None:
    """Collections are dropped one by one, and not by the way."""
    shelf = tck.name()
    name, empty = database(tck, shelf), database(tck)
    tck.refused(
        calls.drop_database(name),
        neighbour=calls.drop_database(empty),
        untouched=lambda: [there(tck, name), has(tck, name, shelf)],
    )


@pytest.mark.clause("drop-database/default")
def test_the_default_database(tck: Case) -> None:
    """The default database is always there, and what it holds."""
    shelf = tck.name()
    tck.ok(VALID(shelf))
    tck.refused(
        calls.drop_database(DEFAULT),
        neighbour=calls.drop_database(database(tck)),
        untouched=lambda: [there(tck, DEFAULT), has(tck, DEFAULT, shelf)],
    )
