"""Insert: keys that the server gives, fields that no schema has, values that are left out."""

import json
from itertools import pairwise

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._row_layout import Layout

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, dynamic_column, read_dynamic
from milvus_tck.wire.messages import DataType, FieldSchema
from milvus_tck.wire.schema import field, int64_key, varchar

_NUMBERS = (1, 2, 3)


def _auto_text() -> FieldSchema:
    key = varchar("id", 32, primary=True)
    key.autoID = True
    return key


_AUTO_ID = {
    "insert/auto-id": {"": Layout(key=int64_key(auto_id=True))},
    "insert/auto-id-varchar": {"": Layout(key=_auto_text())},
}


@each_case(_AUTO_ID)
def test_keys_that_the_server_gives(tck: Case, given: Layout) -> None:
    """Without a key column every row gets a key that no other row has, and is found by it."""
    name, other = given.ready(tck), given.ready(tck)
    answers = [tck.ok(given.insertion(each, _NUMBERS)) for each in (name, name, other)]
    told = [[*answer.IDs.int_id.data, *answer.IDs.str_id.data] for answer in answers]
    keys = [*told[0], *told[1]]
    unique = len(set(keys)) == len(keys) == 2 * len(_NUMBERS)
    found = [given.found(tck, each) for each in (name, other)]
    tck.expect(
        (True, [sorted(keys, key=str), sorted(told[2], key=str)]),
        (unique, found),
        members=("every key is of one row", "keys in each collection"),
    )


@pytest.mark.clause("insert/auto-id-ascending")
def test_numbers_that_the_server_gives(tck: Case) -> None:
    """Numbers that the server gives as keys ascend from row to row, and from insertion to insertion."""
    layout = Layout(key=int64_key(auto_id=True))
    name = layout.created(tck)
    keys = [key for _ in range(2) for key in tck.ok(layout.insertion(name, _NUMBERS)).IDs.int_id.data]
    ascend = all(one < next_one for one, next_one in pairwise(keys)) and len(keys) == 2 * len(_NUMBERS)
    tck.judge(ascend, "ascending keys", keys, signature="order")


@pytest.mark.clause("insert/auto-id-decimal")
def test_texts_that_the_server_gives(tck: Case) -> None:
    """Texts that the server gives as keys are numbers in decimal digits."""
    layout = Layout(key=_auto_text())
    keys = list(tck.ok(layout.insertion(layout.created(tck), _NUMBERS)).IDs.str_id.data)
    decimal = all(key.isdecimal() and key.isascii() for key in keys) and len(keys) == len(_NUMBERS)
    tck.judge(decimal, "decimal digits", keys, signature="digits")


@pytest.mark.clause("insert/key-with-auto-id-allowed")
def test_keys_that_are_given_all_the_same(tck: Case) -> None:
    """Where the collection allows it, keys that are given count in spite of autoID."""
    layout = Layout(key=int64_key(auto_id=True), properties={"allow_insert_auto_id": "true"})
    name, other = layout.ready(tck), layout.ready(tck)
    given = [*layout.columns((1, 2)), column("id", DataType.Int64, (1, 2))]
    tck.accepted(
        calls.insert(name, given, 2),
        effect=lambda _: same(
            [[1, 2], []],
            [layout.found(tck, each) for each in (name, other)],
            members=("keys found", "keys found in the other collection"),
        ),
    )


_DYNAMIC = Layout(dynamic=True)
_DOCUMENTS = (b'{"a": 1, "b": ["x", 2.5]}', b"{}", '{"a": "日本語", "n": 9007199254740993}'.encode())


def _with_documents(name: str, column_name: str, first: int = 1) -> Call[m.MutationResult]:
    """Insert rows with fields that the schema does not have."""
    numbers = range(first, first + len(_DOCUMENTS))
    documents = dynamic_column(_DOCUMENTS)
    documents.field_name = column_name
    return calls.insert(name, [*_DYNAMIC.columns(numbers), documents], len(numbers))


def _documents(tck: Case, name: str) -> dict[int | str, object]:
    """Read the dynamic fields of every row."""
    rows = _DYNAMIC.beside(tck, name, "$meta")
    return {key: read_dynamic(text) if isinstance(text, bytes) else text for key, text in rows.items()}


@each_case({"insert/dynamic": {"no-name": "", "meta": "$meta"}})
def test_fields_that_no_schema_has(tck: Case, given: str) -> None:
    """Where a collection has dynamic fields, what the schema does not have comes back too."""
    name = _DYNAMIC.ready(tck)
    wanted = dict(enumerate(map(json.loads, _DOCUMENTS), 1))
    tck.accepted(
        _with_documents(name, given), effect=lambda _: same(wanted, _documents(tck, name), what="dynamic fields")
    )


@pytest.mark.clause("insert/dynamic-absent")
def test_no_dynamic_fields(tck: Case) -> None:
    """Rows without a dynamic column have no dynamic fields, beside rows that have some."""
    name = _DYNAMIC.ready(tck)
    tck.ok(_with_documents(name, "", first=11))
    some = dict(enumerate(map(json.loads, _DOCUMENTS), 11))
    tck.accepted(
        _DYNAMIC.insertion(name, (1, 2)),
        effect=lambda _: same({1: {}, 2: {}, **some}, _documents(tck, name), what="dynamic fields"),
        expected="no dynamic fields",
    )


@pytest.mark.clause("insert/dynamic-key-of-field")
def test_a_dynamic_field_of_the_name_of_a_field(tck: Case) -> None:
    """A dynamic field of the name of a field does not take its place."""
    name, other = _DYNAMIC.ready(tck), _DYNAMIC.ready(tck)
    rows = [*_DYNAMIC.columns((1,)), dynamic_column([b'{"id": 5}'])]
    tck.accepted(
        calls.insert(name, rows, 1),
        effect=lambda _: same(
            [[1], []],
            [_DYNAMIC.found(tck, each) for each in (name, other)],
            members=("keys found", "keys found in the other collection"),
        ),
    )


def _with_default() -> Layout:
    schema = field("x", DataType.Int64)
    schema.default_value.long_data = 7
    return Layout((schema,))


def _nullable() -> Layout:
    schema = field("x", DataType.Int64)
    schema.nullable = True
    return Layout((schema,))


def _complete(tck: Case, layout: Layout, name: str) -> Call[m.MutationResult]:
    """Insert a row for each number, all of whose values are there, and are said to be where a line can say so."""
    columns = layout.columns(_NUMBERS)
    for each in columns:
        if each.field_name == "x" and tck.profile.name not in {"2.2", "2.3", "2.4"}:
            each.valid_data.extend([True] * len(_NUMBERS))
    return calls.insert(name, columns, len(_NUMBERS))


@pytest.mark.clause("insert/default-value")
def test_values_that_are_left_out(tck: Case) -> None:
    """Where a field has a default, rows of which no value is given have the default."""
    layout = _with_default()
    name = layout.ready(tck)
    tck.ok(_complete(tck, layout, name))
    rows = [each for each in layout.columns((11, 12)) if each.field_name != "x"]
    empty = [column("x", DataType.Int64, [])] if tck.profile.name == "2.3" else []
    tck.accepted(
        calls.insert(name, [*rows, *empty], 2),
        effect=lambda _: same({1: 1, 2: 2, 3: 3, 11: 7, 12: 7}, layout.beside(tck, name), what="rows"),
        expected="the default",
    )


_HOLES: dict[str, dict[str, tuple[Layout, object]]] = {
    "insert/nullable": {"": (_nullable(), None)},
    "insert/default-by-row": {"": (_with_default(), 7)},
}


@each_case(_HOLES)
def test_values_that_some_rows_lack(tck: Case, given: tuple[Layout, object]) -> None:
    """Only the values that are there are sent; the others are null, or the default where there is one."""
    layout, hole = given
    name = layout.ready(tck)
    some = column("x", DataType.Int64, [10, 30])
    some.valid_data.extend([True, False, True])
    rows = [each for each in layout.columns(_NUMBERS) if each.field_name != "x"]
    tck.accepted(
        calls.insert(name, [*rows, some], len(_NUMBERS)),
        effect=lambda _: same({1: 10, 2: hole, 3: 30}, layout.beside(tck, name), what="rows"),
        expected="values and holes",
    )


@pytest.mark.clause("insert/nullable-absent")
def test_a_nullable_column_that_is_left_out(tck: Case) -> None:
    """Where a field may be null, its column may be left out, and every row is null."""
    layout = _nullable()
    name = layout.ready(tck)
    tck.ok(_complete(tck, layout, name))
    rows = [each for each in layout.columns((11, 12)) if each.field_name != "x"]
    tck.accepted(
        calls.insert(name, rows, 2),
        effect=lambda _: same({1: 1, 2: 2, 3: 3, 11: None, 12: None}, layout.beside(tck, name), what="rows"),
        expected="nulls",
    )


@pytest.mark.clause("insert/valid-data-absent")
def test_all_values_of_a_nullable_field(tck: Case) -> None:
    """Where a field may be null, values without a valid_data are all there."""
    layout = _nullable()
    name, other = layout.ready(tck), layout.ready(tck)
    tck.answers(
        layout.insertion(name, _NUMBERS),
        effect=lambda _: same(
            [{1: 1, 2: 2, 3: 3}, {}],
            [layout.beside(tck, each) for each in (name, other)],
            members=("rows", "rows of the other collection"),
        ),
        neighbour=_complete(tck, layout, other),
        untouched=lambda: layout.beside(tck, name),
    )
