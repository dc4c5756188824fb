"""Insert: where rows go, and that all of them are there."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.flushed import row_count
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._refusals import columns_of
from milvus_tck.suites.insert._row_layout import Layout

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field

Insertion = Call[m.MutationResult]

_PLAIN = Layout()
_NUMBERS = (1, 2, 3)
#: Rows that no other test inserts: what is found cannot be that of another collection.
_HERE, _THERE = (6101, 6102, 6103), (6104, 6105)


@pytest.mark.clause("insert/valid")
def test_rows_are_inserted(tck: Case) -> None:
    """Rows that are inserted are found in their collection, and in no other."""
    first, second, third = (_PLAIN.ready(tck) for _ in range(3))

    def told_apart(_: m.MutationResult) -> Equality:
        tck.ok(_PLAIN.insertion(second, _THERE))
        return same(
            [[*_HERE], [*_THERE], []],
            [_PLAIN.found(tck, name) for name in (first, second, third)],
            members=("keys in the first", "keys in the second", "keys in the third"),
        )

    tck.accepted(_PLAIN.insertion(first, _HERE), effect=told_apart)


@pytest.mark.clause("insert/before-load")
def test_rows_are_inserted_before_the_collection_is_loaded(tck: Case) -> None:
    """A collection needs neither an index nor to be loaded for rows to be inserted."""
    name, other = _PLAIN.created(tck), _PLAIN.created(tck)

    def found(_: m.MutationResult) -> Equality:
        tck.ok(_PLAIN.insertion(other, _THERE))
        for each in (name, other):
            _PLAIN.load(tck, each)
        return same(
            [[*_HERE], [*_THERE]],
            [_PLAIN.found(tck, each) for each in (name, other)],
            members=("keys found", "keys found in the other collection"),
        )

    tck.accepted(_PLAIN.insertion(name, _HERE), effect=found)


@pytest.mark.clause("insert/adds-up")
def test_insertions_add_up(tck: Case) -> None:
    """Every insertion adds its rows to those that are there."""
    name = _PLAIN.ready(tck)
    for numbers in ((1, 2, 3), (4,), (5, 6)):
        tck.ok(_PLAIN.insertion(name, numbers))
    found = _PLAIN.found(tck, name)
    flush(tck, name)
    tck.expect(([1, 2, 3, 4, 5, 6], 6), (found, row_count(tck, name)), members=("keys", "row_count"))


_DUPLICATES: dict[str, tuple[tuple[int, ...], ...]] = {
    "stored-already": ((1, 2, 3), (2, 3, 4)),
    "within-a-batch": ((5, 5, 5), (5, 6)),
}


@each_case({"insert/duplicate-keys": _DUPLICATES})
def test_keys_that_are_there_already(tck: Case, given: tuple[tuple[int, ...], ...]) -> None:
    """Insert replaces nothing: rows with a key that is there already are stored beside the others."""
    name = _PLAIN.created(tck)
    for numbers in given:
        tck.ok(_PLAIN.insertion(name, numbers))
    flush(tck, name)
    tck.expect(sum(map(len, given)), row_count(tck, name))


def _in_partition(tck: Case, name: str, partition: str, numbers: tuple[int, ...]) -> None:
    tck.ok(_PLAIN.insertion(name, numbers).but(partition_name=partition))


@pytest.mark.clause("insert/partition")
def test_rows_of_a_partition(tck: Case) -> None:
    """Rows go to the partition that was named, and to no other."""
    name = _PLAIN.created(tck)
    for partition in ("p", "q"):
        tck.ok(calls.create_partition(name, partition))
    _PLAIN.load(tck, name)
    _in_partition(tck, name, "p", (1, 2))
    _in_partition(tck, name, "q", (3,))
    found = [_PLAIN.found(tck, name, partition) for partition in ("p", "q", "_default")]
    tck.expect([[1, 2], [3], []], found, members=("keys in p", "keys in q", "keys in _default"))


@pytest.mark.clause("insert/default-partition")
def test_rows_of_no_partition(tck: Case) -> None:
    """Rows without a partition go to the default one, which has the name _default."""
    name = _PLAIN.created(tck)
    tck.ok(calls.create_partition(name, "p"))
    _PLAIN.load(tck, name)
    _in_partition(tck, name, "", (1, 2))
    _in_partition(tck, name, "_default", (3,))
    _in_partition(tck, name, "p", (4,))
    tck.expect(
        [[1, 2, 3], [4]],
        [_PLAIN.found(tck, name, partition) for partition in ("_default", "p")],
        members=("keys in _default", "keys in p"),
    )


@pytest.mark.clause("insert/partition-key")
def test_rows_of_a_collection_with_a_partition_key(tck: Case) -> None:
    """Where a field decides on the partition, rows of every value are found."""
    layout = Layout((field("x", DataType.Int64, partition_key=True),))
    name, other = layout.ready(tck), _PLAIN.ready(tck)
    numbers = range(1, 21)

    wanted = {each: each for each in numbers}
    tck.accepted(
        layout.insertion(name, numbers),
        effect=lambda _: (
            same(wanted, layout.beside(tck, name), what="rows")
            and same([], _PLAIN.found(tck, other), what="keys found in the other collection")
        ),
    )


_CHANGES: dict[str, dict[str, Callable[[Insertion], Insertion]]] = {
    "insert/hash-keys": {
        "given": lambda call: call.but(hash_keys=[1, 2, 3]),
        "too-few": lambda call: call.but(hash_keys=[1]),
        "too-many": lambda call: call.but(hash_keys=range(10)),
    },
    "insert/column-order": {"": lambda call: call.but(fields_data=reversed(columns_of(call)))},
    "insert/field-id-ignored": {"": lambda call: call.but(fields_data=[_numbered(each) for each in columns_of(call)])},
    "insert/type-left-out": {"": lambda call: call.but(fields_data=[_untyped(each) for each in columns_of(call)])},
}


def _numbered(given: m.FieldData) -> m.FieldData:
    changed = m.FieldData(field_id=999)
    changed.MergeFrom(given)
    return changed


def _untyped(given: m.FieldData) -> m.FieldData:
    changed = m.FieldData()
    changed.CopyFrom(given)
    changed.ClearField("type")
    return changed


@each_case(_CHANGES)
def test_what_makes_no_difference(tck: Case, given: Callable[[Insertion], Insertion]) -> None:
    """Hash keys, the order of columns and the ids of fields change nothing: the rows are there."""
    layout = Layout((field("x", DataType.Int64),))
    name, other = layout.ready(tck), layout.ready(tck)

    wanted = {each: each for each in _NUMBERS}
    tck.accepted(
        given(layout.insertion(name, _NUMBERS)),
        effect=lambda _: (
            same(wanted, layout.beside(tck, name), what="rows")
            and same([], layout.found(tck, other), what="keys found in the other collection")
        ),
    )


@pytest.mark.clause("insert/through-alias")
def test_rows_are_inserted_through_an_alias(tck: Case) -> None:
    """An alias stands for its collection."""
    name, other, alias = _PLAIN.ready(tck), _PLAIN.ready(tck), tck.name()
    tck.ok(Call("CreateAlias", m.CreateAliasRequest(collection_name=name, alias=alias)))
    tck.accepted(
        _PLAIN.insertion(alias, _NUMBERS),
        effect=lambda _: same(
            [[1, 2, 3], []],
            [_PLAIN.found(tck, each) for each in (name, other)],
            members=("keys found", "keys found in the other collection"),
        ),
    )
