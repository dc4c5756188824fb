"""DescribeDatabase: what a database is."""

import pytest
from milvus_tck.suites.databases._databases import DEFAULT, database, properties, there

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls

_KEY = "database.max.collections"


@pytest.mark.clause("describe-database/valid")
def test_a_database_is_described(tck: Case) -> None:
    """The one that was asked for, and no other."""
    first, second = database(tck), database(tck)
    names = (first, second, DEFAULT)
    told = [tck.ok(calls.describe_database(each)).db_name for each in names]
    tck.expect(list(names), told, members=("the first", "the second", "the default one"))


@pytest.mark.clause("describe-database/id")
def test_the_id(tck: Case) -> None:
    """Two databases have two ids, which stay."""
    names = (database(tck), database(tck))
    first, again = ([tck.ok(calls.describe_database(each)).dbID for each in names] for _ in range(2))
    tck.expect(
        [first, 2, False],
        [again, len(set(first)), 0 in first],
        members=("the same ids again", "ids of two databases", "an id of 0"),
    )


@pytest.mark.clause("describe-database/properties")
def test_the_properties(tck: Case) -> None:
    """Each database has its own."""
    first, second = database(tck, properties={_KEY: "10"}), database(tck, properties={_KEY: "20"})
    plain = database(tck)
    tck.expect(
        [["10"], ["20"], [""]],
        [properties(tck, each, _KEY) for each in (first, second, plain)],
        members=("of the first", "of the second", "of one without"),
    )


@pytest.mark.clause("describe-database/unknown")
def test_no_database_is_described(tck: Case) -> None:
    """There is nothing to tell of what is not there."""
    name, unknown = database(tck), tck.name()
    tck.refused(
        calls.describe_database(unknown),
        neighbour=calls.describe_database(name),
        untouched=lambda: there(tck, unknown, name),
    )
