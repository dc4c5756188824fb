"""Delete: rows go, and stay away."""

from collections.abc import Callable, Sequence

import pytest
from milvus_tck.fixtures.actions import flush, index_and_load, load
from milvus_tck.fixtures.marks import each_case

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column, read_column
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, int64_key, vector

_ROWS = 20


def _columns(keys: Sequence[int]) -> list[FieldData]:
    return [
        column("id", DataType.Int64, keys),
        column("n", DataType.Int64, [key % 4 for key in keys]),
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


def _keys(tck: Case, name: str) -> list[int]:
    answer = tck.ok(calls.query(name, "id >= 0", output=["id"]))
    return sorted(key for each in answer.fields_data if each.field_name == "id" for key in read_column(each))


def _load_again(tck: Case, name: str) -> None:
    tck.ok(calls.release_collection(name))
    gone = m.LoadState.LoadStateNotLoad
    tck.until(calls.get_load_state(name), lambda answer: answer.state == gone, what="released")
    load(tck, name)


_CONDITIONS: dict[str, dict[str, tuple[str, Callable[[int], bool]]]] = {
    "delete/by-key": {
        "one": ("id == 3", lambda key: key == 3),
        "several": ("id in [17, 2, 9]", lambda key: key in {17, 2, 9}),
        "none": ("id in [100]", lambda _key: False),
    },
    "delete/by-condition": {
        "field": ("n == 2", lambda key: key % 4 == 2),
        "and": ("n == 1 and id > 8", lambda key: key % 4 == 1 and key > 8),
        "range": ("5 <= id < 15", lambda key: 5 <= key < 15),
    },
}


@each_case(_CONDITIONS)
def test_rows_that_are_deleted(tck: Case, given: tuple[str, Callable[[int], bool]]) -> None:
    """Rows that match are gone, flushed or not, and do not come back with a flush or a load; the others stay."""
    text, matches = given
    name = _filled(tck)
    tck.ok(calls.delete(name, text))
    found = [_keys(tck, name)]
    flush(tck, name)
    found.append(_keys(tck, name))
    _load_again(tck, name)
    found.append(_keys(tck, name))
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
    tck.expect([0, 1, 2, 3, 4, 6, 7], _keys(tck, name), members=("keys of the rows",) * 7)


@pytest.mark.clause("delete/inserted-again")
def test_a_row_that_is_inserted_again(tck: Case) -> None:
    """A row that is inserted after it was deleted is there, with its new values."""
    name = _filled(tck)
    tck.ok(calls.delete(name, "id in [3, 15]"))
    tck.ok(calls.insert(name, _columns([3]), 1))
    found = [_keys(tck, name)]
    _load_again(tck, name)
    found.append(_keys(tck, name))
    wanted = [key for key in range(_ROWS) if key != 15]
    tck.expect([wanted] * 2, found, members=("rows at once", "rows after another load"))
