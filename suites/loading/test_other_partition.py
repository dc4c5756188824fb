"""Loads after a release: of another partition, and of the whole collection."""

import pytest
from milvus_tck.fixtures.actions import comes_true, load

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column, read_column
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


def _keys(tck: Case, name: str) -> list[int]:
    answer = tck.ok(calls.query(name, "id >= 0", output=["id"]))
    return sorted(key for each in answer.fields_data if each.field_name == "id" for key in read_column(each))


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
    before = _keys(tck, name)
    _release(tck, name)
    tck.ok(calls.load_partitions(name, "second"))
    there = m.LoadState.LoadStateLoaded
    state = calls.get_load_state(name, ["second"])
    loaded = comes_true(tck, state, lambda answer: answer.state == there, what="loaded")
    wanted = [list(range(_ROWS)), True, list(range(_ROWS, 2 * _ROWS))]
    tck.expect(
        wanted, [before, loaded, _keys(tck, name)], members=("rows of the first", "loaded", "rows of the second")
    )


@pytest.mark.clause("load-collection/after-partition-released")
def test_everything_after_a_partition_was_released(tck: Case) -> None:
    """A partition that was released is loaded with its collection, and its rows are found."""
    name = _parted(tck)
    _load(tck, name, "first")
    tck.ok(calls.release_partitions(name, "first"))
    gone = m.LoadState.LoadStateNotLoad
    tck.until(calls.get_load_state(name), lambda answer: answer.state == gone, what="released")
    load(tck, name)
    tck.expect([list(range(2 * _ROWS))], [_keys(tck, name)], members=("rows of both",))
