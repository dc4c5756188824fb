"""Loads after a release: of another partition, and of the whole collection."""

import pytest
from milvus_tck.fixtures.actions import found_keys

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import int64_key, vector

_ROWS = 4


def _parted(tck: Case) -> str:
    """Create a collection with rows 0 to 3 in one partition and 4 to 7 in another, indexed and not loaded."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", 2)))
    for start, partition in ((0, "first"), (_ROWS, "second")):
        tck.ok(calls.create_partition(name, partition))
        keys = range(start, start + _ROWS)
        columns = [
            column("id", DataType.Int64, keys),
            column("vec", DataType.FloatVector, [[float(key), 1.0] for key in keys]),
        ]
        tck.ok(calls.insert(name, columns, _ROWS, partition=partition))
    tck.ok(calls.create_index(name, "vec", "FLAT", "L2", {}))
    return name


def _load(tck: Case, name: str, partition: str) -> None:
    tck.ok(calls.load_partitions(name, partition))
    tck.look.until_loaded(name, partition)


def _release(tck: Case, name: str) -> None:
    tck.ok(calls.release_collection(name))
    gone = m.LoadState.LoadStateNotLoad
    tck.until(calls.get_load_state(name), lambda answer: answer.state == gone, what="released")


@pytest.mark.clause("load-partitions/other-after-release")
def test_another_partition_after_a_release(tck: Case) -> None:
    """Once everything was released, another partition can be loaded, and its rows alone are found."""
    name = _parted(tck)
    _load(tck, name, "first")
    if found_keys(tck, name) != list(range(_ROWS)):
        raise Blocked("rows-of-the-first", "the partition that was loaded first does not have its rows")
    _release(tck, name)

    def there(_answer: m.Status) -> Effect:
        tck.look.until_loaded(name, "second")
        return same(list(range(_ROWS, 2 * _ROWS)), found_keys(tck, name), what="rows of the second")

    tck.accepted(calls.load_partitions(name, "second"), effect=there)


@pytest.mark.clause("load-collection/after-partition-released")
def test_everything_after_a_partition_was_released(tck: Case) -> None:
    """A partition that was released is loaded with its collection, and its rows are found."""
    name = _parted(tck)
    _load(tck, name, "first")
    tck.ok(calls.release_partitions(name, "first"))
    gone = m.LoadState.LoadStateNotLoad
    tck.until(calls.get_load_state(name), lambda answer: answer.state == gone, what="released")

    def there(_answer: m.Status) -> Effect:
        tck.look.until_loaded(name)
        return same(list(range(2 * _ROWS)), found_keys(tck, name), what="rows of both")

    tck.accepted(calls.load_collection(name), effect=there)
