"""FlushAll and GetFlushAllState: what is flushed, of whatever there is."""

import pytest
from milvus_tck.fixtures.actions import comes_true
from milvus_tck.fixtures.small_collections import FIELDS, one_row

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.wire import calls

#: Hybrid timestamps count milliseconds above their lowest bits.
_HOUR = 3_600_000 << 18


def _filled(tck: Case) -> tuple[str, str]:
    """Create a database with a collection of one row that nobody flushed; return both names."""
    database, name = tck.name(), tck.name()
    tck.ok(calls.create_database(database))
    tck.ok(calls.create_collection(name, *FIELDS).but(db_name=database))
    tck.ok(calls.insert(name, one_row(), 1).but(db_name=database))
    return database, name


@pytest.mark.clause("flush-all/valid")
def test_all_is_flushed(tck: Case) -> None:
    """Statistics count what is persistent: the row of the one database comes to be, that of the other does not."""
    (database, name), (other, elsewhere) = _filled(tck), _filled(tck)
    here, there = (
        calls.get_collection_statistics(each).but(db_name=owner)
        for each, owner in ((name, database), (elsewhere, other))
    )

    def is_flushed(_: object) -> Equality:
        counted = comes_true(tck, here, lambda told: [pair.value for pair in told.stats] == ["1"], what="counted")
        left = [pair.value for pair in tck.ok(there).stats]
        return met(counted, "a row", "none", what="rows counted") and same(["0"], left, what="rows elsewhere")

    tck.accepted(calls.flush_all(database), effect=is_flushed)


@pytest.mark.clause("get-flush-all-state/future")
def test_the_future_is_not_flushed(tck: Case) -> None:
    """Rows may come until then."""
    database, _ = _filled(tck)
    later = tck.ok(calls.alloc_timestamp()).timestamp + _HOUR
    tck.expect(False, tck.ok(calls.get_flush_all_state(later).but(db_name=database)).flushed)
