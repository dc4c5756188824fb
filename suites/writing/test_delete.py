"""Delete: rows go, and stay away."""

from collections.abc import Callable, Sequence

import pytest
from milvus_tck.fixtures.actions import flush, found_keys, index_and_load, load
from milvus_tck.fixtures.marks import each_case

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column, values_of
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, int64_key, vector

_ROWS = 20


def _columns(keys: Sequence[int], more: int = 0) -> list[FieldData]:
    return [
        column("id", DataType.Int64, keys),
        column("n", DataType.Int64, [key % 4 + more for key in keys]),
        column("vec", DataType.FloatVector, [[float(key), 1.0] for key in keys]),
    ]


def _filled(tck: Case) -> str:
    """Create a collection, indexed and loaded, of which half of the rows were flushed."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), field("n", DataType.Int64), vector("vec", 2)))
    tck.ok(calls.insert(name, _columns(range(_ROWS // 2)), _ROWS // 2))
    flush(tck, name)
    index_and_load(tck, name)
    tck.ok(calls.insert(name, _columns(range(_ROWS // 2, _ROWS)), _ROWS - _ROWS // 2))
    return name


def _numbers(tck: Case, name: str) -> list[tuple[int, int]]:
    """Query for all rows; return the key and the number of each, in order."""
    answer = tck.ok(calls.query(name, "id >= 0", output=["id", "n"]))
    return sorted(zip(*(values_of(answer.fields_data, each) for each in ("id", "n")), strict=True))


def _load_again(tck: Case, name: str) -> None:
    tck.ok(calls.release_collection(name))
    gone = m.LoadState.LoadStateNotLoad
    tck.until(calls.get_load_state(name), lambda answer: answer.state == gone, what="released")
    load(tck, name)


#: Conditions, and which keys they match, by clause and case.
DELETIONS: dict[str, dict[str, tuple[str, Callable[[int], bool]]]] = {
    "delete/by-key": {
        "one": ("id == 3", lambda key: key == 3),
        "several": ("id in [17, 2, 9]", lambda key: key in {17, 2, 9}),
        "one-that-is-not-there": ("id in [100, 3]", lambda key: key == 3),
    },
    "delete/by-condition": {
        "field": ("n == 2", lambda key: key % 4 == 2),
        "and": ("n == 1 and id > 8", lambda key: key % 4 == 1 and key > 8),
        "range": ("5 <= id < 15", lambda key: 5 <= key < 15),
    },
}


@each_case(DELETIONS)
def test_rows_that_are_deleted(tck: Case, given: tuple[str, Callable[[int], bool]]) -> None:
    """Rows that match are gone, flushed or not, and do not come back with a flush or a load; the others stay."""
    text, matches = given
    name = _filled(tck)
    tck.ok(calls.delete(name, text))
    found = [found_keys(tck, name)]
    flush(tck, name)
    found.append(found_keys(tck, name))
    _load_again(tck, name)
    found.append(found_keys(tck, name))
    wanted = [key for key in range(_ROWS) if not matches(key)]
    tck.expect([wanted] * 3, found, members=("rows at once", "rows after a flush", "rows after another load"))


@pytest.mark.clause("delete/in-partition")
def test_rows_of_a_partition(tck: Case) -> None:
    """A deletion in a partition leaves the rows of others."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), field("n", DataType.Int64), vector("vec", 2)))
    tck.ok(calls.create_partition(name, "other"))
    tck.ok(calls.insert(name, _columns(range(4)), 4))
    tck.ok(calls.insert(name, _columns(range(4, 8)), 4, partition="other"))
    index_and_load(tck, name)
    tck.ok(calls.delete(name, "id in [1, 5]", partition="other"))
    tck.expect([[0, 1, 2, 3, 4, 6, 7]], [found_keys(tck, name)], members=("keys of the rows",))


@pytest.mark.clause("delete/inserted-again")
def test_rows_that_are_inserted_again(tck: Case) -> None:
    """A row that is inserted after it was deleted is there once, with its new values, flushed or not."""
    name = _filled(tck)
    tck.ok(calls.delete(name, "id in [3, 4, 14, 15]"))
    tck.ok(calls.insert(name, _columns([3, 14], more=100), 2))
    found = [_numbers(tck, name)]
    flush(tck, name)
    found.append(_numbers(tck, name))
    _load_again(tck, name)
    found.append(_numbers(tck, name))
    wanted = [(key, key % 4 + (100 if key in {3, 14} else 0)) for key in range(_ROWS) if key not in {4, 15}]
    tck.expect([wanted] * 3, found, members=("rows at once", "rows after a flush", "rows after another load"))
