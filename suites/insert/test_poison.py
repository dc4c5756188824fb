"""Insert: data that servers were seen to die of, some of them only when it is stored or read.

After every insertion the collection is searched and flushed, so that a server which dies
late dies here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.steps import comes_true
from milvus_tck.suites.insert.layout import Layout
from milvus_tck.suites.insert.refusals import NUMBERS, instead, without

from milvus_tck.verdict.case import Case
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


@pytest.mark.clause("insert/kind-other", cases=tuple(_KINDS))
def test_data_of_another_kind(tck: Case) -> None:
    """Fields that are looked at take their own kind of data only."""
    _judge_refused(tck, _KINDS)


@pytest.mark.clause("insert/no-payload", cases=tuple(_EMPTY))
def test_columns_without_data(tck: Case) -> None:
    """A column holds data."""
    _judge_refused(tck, _EMPTY)


def _judge_refused(tck: Case, columns: dict[str, FieldData]) -> None:
    """Insert each column in its turn; one collection does for all, as nothing of it stays."""
    name = _CHECKED.ready(tck)
    for case, given in columns.items():
        tck.refused(
            instead(given)(_CHECKED.insertion(name, NUMBERS)),
            neighbour=_CHECKED.insertion(name, _BESIDE),
            untouched=lambda: _CHECKED.found(tck, name),
            case=case,
        )


_UNCHECKED = {
    "int64-for-int32": column("x", DataType.Int64, NUMBERS),
    "text-for-int32": column("x", DataType.VarChar, ["a", "b", "c"]),
    "int64-called-int32": _wrong("x", DataType.Int32, DataType.Int64, [1, 2, 3]),
}


@pytest.mark.clause("insert/kind-other-survived", "insert/kind-other-refused", cases=tuple(_UNCHECKED))
def test_data_of_another_kind_for_a_number(tck: Case) -> None:
    """Numbers of 32 bits are refused data of another kind; whatever comes of it, the server goes on."""
    for case, given in _UNCHECKED.items():
        _judge_number(tck, Layout((field("x", DataType.Int32),)), given, case)


def _judge_number(tck: Case, layout: Layout, given: FieldData, case: str) -> None:
    name = layout.ready(tck)
    tck.ok(layout.insertion(name, _BEFORE))
    tck.refused(
        instead(given)(layout.insertion(name, NUMBERS)),
        neighbour=layout.insertion(name, _BESIDE),
        untouched=lambda: layout.found(tck, name),
        of="insert/kind-other-refused",
        case=case,
    )
    serves = _serves(tck, layout, name)
    tck.judge(serves, "the rows from before", "others", of="insert/kind-other-survived", case=case)


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


@pytest.mark.clause("insert/dim-zero-survived")
def test_vectors_without_a_dimension(tck: Case) -> None:
    """Vectors that declare no dimension do not bring the server down."""
    vectors = column("vec", DataType.FloatVector, Layout().vectors.values(NUMBERS))
    vectors.vectors.dim = 0
    _judge_survived(tck, Layout(), instead(vectors))


@pytest.mark.clause("insert/default-absent-survived")
def test_a_column_with_a_default_that_is_left_out(tck: Case) -> None:
    """Leaving out a column whose field has a default does not bring the server down."""
    schema = field("x", DataType.Int64)
    schema.default_value.long_data = 7
    _judge_survived(tck, Layout((schema,)), without("x"))
