"""ListDatabases: what is there."""

import pytest
from milvus_tck.suites.databases._databases import DEFAULT, database, listed

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


@pytest.mark.clause("list-databases/all")
def test_every_database_is_listed(tck: Case) -> None:
    """Those that are there, once each, and none that is gone."""
    first, gone, second = (database(tck) for _ in range(3))
    tck.ok(calls.drop_database(gone))
    mine = {first, second, gone, DEFAULT}
    tck.expect(sorted([first, second, DEFAULT]), sorted(each for each in listed(tck) if each in mine))


@pytest.mark.clause("list-databases/created")
def test_the_time_of_creation(tck: Case) -> None:
    """Timestamps stand in the order of the names, and grow with each creation."""
    names = [database(tck) for _ in range(3)]
    answer = tck.ok(calls.list_databases())
    told = dict(zip(answer.db_names, answer.created_timestamp, strict=False))
    times = [told.get(each, 0) for each in names]
    tck.judge(0 < times[0] < times[1] < times[2], "timestamps that grow", str(times), signature="order")
