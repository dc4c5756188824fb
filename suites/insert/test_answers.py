"""Insert: what the answer says, of an insertion and of a refusal."""

from typing import NamedTuple

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._row_layout import Layout

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, read_ids
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import varchar

_PLAIN = Layout()
_NUMBERS = (11, 3, 7)


class _Counts(NamedTuple):
    insert_cnt: int
    delete_cnt: int
    upsert_cnt: int


class _Places(NamedTuple):
    succ_index: list[int]
    err_index: list[int]


class _Believed(NamedTuple):
    """The refusal, and the valid insertion beside it."""

    refused: bool
    rows_of_the_valid_one: bool
    ids: list[int | str]
    insert_cnt: int


@pytest.mark.clause("insert/counts", "insert/succ-index", "insert/acknowledged", "insert/timestamp")
def test_the_answer_to_an_insertion(tck: Case) -> None:
    """An insertion is answered with its counts, the places of its rows and a timestamp that moves forward.

    What is said counts only where it is so: the rows of each collection are there.
    """
    first, second = _PLAIN.ready(tck), _PLAIN.ready(tck)
    answers = [tck.ok(_PLAIN.insertion(name, _NUMBERS[:count])) for name, count in ((first, 3), (second, 2))]
    there = [_PLAIN.found(tck, name) for name in (first, second)] == [_PLAIN.keys(_NUMBERS), _PLAIN.keys(_NUMBERS[:2])]
    counts = [_Counts(each.insert_cnt, each.delete_cnt, each.upsert_cnt) for each in answers]
    tck.expect(
        ([(3, 0, 0), (2, 0, 0)], True), (counts, there), of="insert/counts", members=("counts", "the rows are there")
    )
    places = [_Places(list(each.succ_index), list(each.err_index)) for each in answers]
    tck.expect(
        ([([0, 1, 2], []), ([0, 1], [])], True),
        (places, there),
        of="insert/succ-index",
        members=("succ_index and err_index", "the rows are there"),
    )
    told = [each.acknowledged for each in answers]
    tck.expect(
        ([False, False], True), (told, there), of="insert/acknowledged", members=("acknowledged", "the rows are there")
    )
    times = [each.timestamp for each in answers]
    forward = 0 < times[0] < times[1] and there
    tck.judge(
        forward,
        "timestamps in order",
        (times, there),
        of="insert/timestamp",
        signature="order",
        members=("timestamps", "the rows are there"),
    )


@pytest.mark.clause("insert/timestamp-hybrid")
def test_the_time_of_an_insertion(tck: Case) -> None:
    """The timestamp of an insertion lies between two that the server gives before and after it."""
    name = _PLAIN.created(tck)
    clock: Call[m.AllocTimestampResponse] = Call("AllocTimestamp", m.AllocTimestampRequest())
    before = tck.ok(clock).timestamp
    inserted = tck.ok(_PLAIN.insertion(name, _NUMBERS)).timestamp
    after = tck.ok(clock).timestamp
    seen = (before, inserted, after)
    tck.judge(
        0 < before < inserted < after,
        "timestamps in order",
        seen,
        signature="order",
        members=("before", "inserted", "after"),
    )


@each_case({"insert/ids": {"int64": Layout(), "varchar": Layout(key=varchar("id", 8, primary=True))}})
def test_the_keys_that_are_answered(tck: Case, given: Layout) -> None:
    """An insertion is answered with the keys of its rows, in the order of the rows."""
    first, second = given.ready(tck), given.ready(tck)
    made = [tck.ok(given.insertion(name, numbers)) for name, numbers in ((first, _NUMBERS), (second, (5,)))]
    told = [read_ids(each.IDs) for each in made]
    wanted = [[_as_key(given, number) for number in numbers] for numbers in (_NUMBERS, (5,))]
    there = [given.found(tck, name) for name in (first, second)]
    tck.expect(
        (wanted, [given.keys(numbers) for numbers in (_NUMBERS, (5,))]),
        (told, there),
        members=("IDs", "rows that are there"),
    )


def _as_key(layout: Layout, number: int) -> int | str:
    (key,) = layout.keys((number,))
    return key


@pytest.mark.clause("insert/refused-ids", "insert/refused-err-index", "insert/refused-timestamp")
def test_the_answer_to_a_refusal(tck: Case) -> None:
    """A refused insertion names no key, lists every row as failed and carries no timestamp, unlike a valid one."""
    name = _PLAIN.ready(tck)
    valid = _PLAIN.insertion(name, _NUMBERS)
    crooked = column("vec", DataType.FloatVector, [[1.0, 2.0, 3.0]] * len(_NUMBERS))
    wrong = calls.insert(name, [*_PLAIN.columns(_NUMBERS)[:1], crooked], len(_NUMBERS))
    outcome = tck.call(wrong)
    refused = outcome.answer or m.MutationResult()
    fails = outcome.status is not None and not outcome.status.ok
    beside = tck.ok(valid)
    there = _PLAIN.found(tck, name) == _PLAIN.keys(_NUMBERS)
    believed = _Believed(fails, there, read_ids(beside.IDs), beside.insert_cnt)
    wanted = (True, True, list(_NUMBERS), len(_NUMBERS))
    tck.expect(
        ([], 0, wanted),
        (read_ids(refused.IDs), refused.insert_cnt, believed),
        of="insert/refused-ids",
        members=("IDs", "insert_cnt", "beside it"),
    )
    places = (list(refused.succ_index), list(refused.err_index))
    tck.expect(
        ([], [0, 1, 2], wanted),
        (*places, believed),
        of="insert/refused-err-index",
        members=("succ_index", "err_index", "beside it"),
    )
    tck.expect(
        (0, wanted), (refused.timestamp, believed), of="insert/refused-timestamp", members=("timestamp", "beside it")
    )
