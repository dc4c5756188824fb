"""Insert: what was inserted is what is read back, for every type of field."""

import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._row_layout import Layout
from milvus_tck.suites.insert._values import KEYS, TYPES, VECTORS, Values

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import read_column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, varchar


@each_case({**TYPES, **VECTORS})
def test_values_are_read_back(tck: Case, given: Values) -> None:
    """Every value of every row comes back as it went in."""
    name = given.layout.ready(tck)
    numbers = range(1, 1 + len(given.values))
    insertion = calls.insert(name, given.columns(numbers), len(given.values))
    wanted = dict(zip(given.layout.keys(numbers), given.given(), strict=True))
    tck.accepted(insertion, effect=lambda _: _as_given(wanted, _read(tck, name, given)))


def _read(tck: Case, name: str, given: Values) -> dict[int | str, object]:
    return {key: given.compared(value) for key, value in given.layout.beside(tck, name, given.name).items()}


def _as_given(wanted: dict[int | str, object], found: dict[int | str, object]) -> Equality:
    keys = same(set(wanted), set(found), what="keys", signature="other-rows")
    return keys and same(wanted, found, what="values", signature="other-values")


@each_case(KEYS)
def test_keys_are_read_back(tck: Case, given: Values) -> None:
    """Every key finds its way back, and its row with it."""
    layout = given.layout
    name = layout.ready(tck)
    numbers = range(1, 1 + len(given.values))
    insertion = calls.insert(name, given.columns(numbers), len(given.values))
    wanted = dict(zip(given.values, numbers, strict=True))

    def found(_: object) -> Equality:
        hits = layout.look(tck, name, "x")
        return same(wanted, dict(zip(hits.ids, hits.columns.get("x", ()), strict=False)), what="rows")

    tck.accepted(insertion, effect=found)


#: Fields that every server has had since 2.0, and one of text.
_ALL = Layout((
    field("flag", DataType.Bool),
    field("tiny", DataType.Int8),
    field("small", DataType.Int16),
    field("middle", DataType.Int32),
    field("large", DataType.Int64),
    field("single", DataType.Float),
    field("double", DataType.Double),
    varchar("text", 8),
))  # fmt: skip
_NAMES = tuple(each.name for each in _ALL.fields)


@pytest.mark.clause("insert/read-back-flushed")
def test_flushed_values_are_read_back(tck: Case) -> None:
    """What was flushed before it was loaded comes back the same way, from where it was stored."""
    name = _ALL.created(tck)
    numbers = range(1, 6)
    tck.ok(_ALL.insertion(name, numbers))
    flush(tck, name)
    _ALL.load(tck, name)
    hits = _ALL.look(tck, name, *_NAMES)
    rows = zip(*(hits.columns.get(each, ()) for each in _NAMES), strict=True)
    wanted = {number: (number % 2 == 0, *[number] * 6, str(number)) for number in numbers}
    tck.expect(wanted, dict(zip(hits.ids, rows, strict=False)))


@pytest.mark.clause("insert/read-by-query")
def test_values_are_read_by_a_query(tck: Case) -> None:
    """A query reads what was inserted as a search does, vectors included."""
    name = _ALL.ready(tck)
    numbers = range(1, 6)
    tck.ok(_ALL.insertion(name, numbers))
    answer = tck.ok(_query(name, "id in [2, 4, 9]", *_NAMES, "vec"))
    columns = {each.field_name: read_column(each) for each in answer.fields_data}
    rows = zip(*(columns.get(each, ()) for each in ("id", *_NAMES, "vec")), strict=False)
    vectors = {number: tuple(map(float, _ALL.vectors.values((number,))[0])) for number in numbers}
    wanted = {number: (number % 2 == 0, *[number] * 6, str(number), vectors[number]) for number in (2, 4)}
    tck.expect(wanted, {key: tuple(values) for key, *values in rows})


def _query(name: str, expr: str, *output: str) -> Call[m.QueryResults]:
    request = m.QueryRequest(
        collection_name=name, expr=expr, output_fields=output, consistency_level=m.ConsistencyLevel.Strong
    )
    return Call("Query", request)
