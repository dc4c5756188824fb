"""Insert: data that servers were seen to die of, some of them only when it is stored or read.

After every insertion the collection is searched and flushed, so that a server which dies
late dies here.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from milvus_tck.fixtures.actions import comes_true
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._refusals import NUMBERS, instead, without
from milvus_tck.suites.insert._row_layout import Layout
from milvus_tck.suites.insert._vectors import DIM

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData
from milvus_tck.wire.schema import field, varchar

Insertion = Call[m.MutationResult]

#: Rows that are there before, and rows that are inserted beside.
_BEFORE, _BESIDE = (21, 22), (31, 32)

_CHECKED = Layout((
    field("tiny", DataType.Int8),
    field("small", DataType.Int16),
    varchar("text", 8),
    field("json", DataType.JSON),
))  # fmt: skip


def _wrong(name: str, kind: Kind, sent: Kind, values: list[Any]) -> FieldData:
    """Write data of the kind `sent` in a column that says to be of another."""
    written = column(name, sent, values)
    written.type = kind
    return written


_KINDS = {
    "int8": _wrong("tiny", DataType.Int8, DataType.Int64, [1, 2, 3]),
    "int16": _wrong("small", DataType.Int16, DataType.VarChar, ["1", "2", "3"]),
    "varchar": _wrong("text", DataType.VarChar, DataType.Int64, [1, 2, 3]),
    "json": _wrong("json", DataType.JSON, DataType.VarChar, ["{}", "{}", "{}"]),
}
_EMPTY = {
    "scalar": m.FieldData(field_name="tiny", type=DataType.Int8),
    "vector": m.FieldData(field_name="vec", type=DataType.FloatVector),
}


@each_case({"insert/kind-other": _KINDS, "insert/no-payload": _EMPTY})
def test_columns_of_no_use(tck: Case, given: FieldData) -> None:
    """A column holds data, and data of its own kind."""
    name = _CHECKED.created(tck)
    tck.refused(
        instead(given)(_CHECKED.insertion(name, NUMBERS)),
        neighbour=_CHECKED.insertion(name, _BESIDE),
        untouched=_CHECKED.rows(tck, name),
    )


_NUMBER = Layout((field("x", DataType.Int32),))
_UNCHECKED = {
    "int64-for-int32": column("x", DataType.Int64, NUMBERS),
    "text-for-int32": column("x", DataType.VarChar, ["a", "b", "c"]),
    "int64-called-int32": _wrong("x", DataType.Int32, DataType.Int64, [1, 2, 3]),
}


@each_case({"insert/kind-other-refused": _UNCHECKED})
def test_data_of_another_kind_for_a_number(tck: Case, given: FieldData) -> None:
    """Numbers of 32 bits are refused data of another kind.

    Servers that accept it die when they load it, so that is left until it was refused.
    """
    name = _NUMBER.created(tck)
    looks = _looks(tck, name)
    tck.refused(
        instead(given)(_NUMBER.insertion(name, NUMBERS)),
        neighbour=_NUMBER.insertion(name, _BESIDE),
        untouched=lambda: next(looks),
    )


def _looks(tck: Case, name: str) -> Iterator[list[int | str]]:
    """List the rows of a collection: none as long as it is new, later those that are found in it once it is loaded."""
    yield []
    _NUMBER.load(tck, name)
    yield _NUMBER.found(tck, name)


@each_case({"insert/kind-other-survived": _UNCHECKED})
def test_data_of_another_kind_is_survived(tck: Case, given: FieldData) -> None:
    """Whatever comes of data of another kind, the server goes on."""
    _judge_survived(tck, _NUMBER, instead(given))


def _serves(tck: Case, layout: Layout, name: str) -> bool:
    """Tell whether the rows from before are found and come to be persistent."""
    found = {*layout.found(tck, name)} >= {*layout.keys(_BEFORE)}
    sealed = tck.ok(calls.flush(name))
    state = calls.get_flush_state(name, sealed)
    return found and comes_true(tck, state, lambda answer: answer.flushed, what="flushed")


def _judge_survived(tck: Case, layout: Layout, poison: Callable[[Insertion], Insertion]) -> None:
    name, other = layout.ready(tck), layout.ready(tck)
    tck.ok(layout.insertion(name, _BEFORE))
    tck.ok(layout.insertion(other, _BESIDE))
    tck.call(poison(layout.insertion(name, NUMBERS)))
    apart = layout.found(tck, other) == layout.keys(_BESIDE)
    tck.judge(_serves(tck, layout, name) and apart, "the rows from before", "others", signature="rows-lost")


_DIMENSIONS = {
    "insert/dim-zero-survived": {"": 0},
    "insert/dim-other-survived": {"half": DIM // 2, "twice": 2 * DIM},
}


@each_case(_DIMENSIONS)
def test_vectors_that_declare_another_dimension(tck: Case, given: int) -> None:
    """Vectors that declare no dimension, or another one than they have, do not bring the server down."""
    vectors = column("vec", DataType.FloatVector, Layout().vectors.values(NUMBERS))
    vectors.vectors.dim = given
    _judge_survived(tck, Layout(), instead(vectors))


@pytest.mark.clause("insert/dim-larger-refused")
def test_vectors_that_declare_a_larger_dimension(tck: Case) -> None:
    """Vectors that declare a larger dimension than the field's are refused."""
    name = Layout().created(tck)
    vectors = column("vec", DataType.FloatVector, Layout().vectors.values(NUMBERS))
    vectors.vectors.dim = 2 * DIM
    tck.refused(
        instead(vectors)(Layout().insertion(name, NUMBERS)),
        neighbour=Layout().insertion(name, _BESIDE),
        untouched=Layout().rows(tck, name),
    )


@pytest.mark.clause("insert/default-absent-survived")
def test_a_column_with_a_default_that_is_left_out(tck: Case) -> None:
    """Leaving out a column whose field has a default does not bring the server down."""
    schema = field("x", DataType.Int64)
    schema.default_value.long_data = 7
    _judge_survived(tck, Layout((schema,)), without("x"))
