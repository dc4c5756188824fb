"""AddCollectionField: what a field is that comes later, to rows before it and after it."""

import json
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import flush, found_keys, load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import LOADED, UNLOADED, Parted, found, load_states, parted
from milvus_tck.fixtures.small_collections import DIM
from milvus_tck.suites.collections._fields import added, beside, fields_of, insert_beside, nullable_column

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.columns import read_json, values_of
from milvus_tck.wire.messages import DataType, FieldSchema

_GROWING_OR_FLUSHED = {"growing": False, "flushed": True}
#: Keys of rows that come after the field.
_LATER = [2_000_001, 2_000_002, 2_000_003]


def _loaded(tck: Case, *partitions: str, flushed: bool = False) -> Parted:
    """Create a collection with rows, loaded."""
    stage = parted(tck, *partitions)
    if flushed:
        flush(tck, stage.name)
    load(tck, stage.name)
    return stage


def _texts(fields: list[FieldSchema]) -> list[str]:
    return [str(each) for each in fields]


def _ids(tck: Case, name: str) -> list[int]:
    return [each.fieldID for each in tck.ok(calls.describe_collection(name)).schema.fields]


@each_case({"add-collection-field/valid": {"not-loaded": False, "loaded": True}})
def test_a_field_is_added(tck: Case, *, given: bool) -> None:
    """The field stands behind those that are there, and nowhere else."""
    stage, other = _loaded(tck) if given else parted(tck), parted(tck)
    before, ids = fields_of(tck, stage.name), _ids(tck, stage.name)
    new = added("later", DataType.VarChar, params={"max_length": "32"}, description="of another day")

    def comes(_: object) -> Equality:
        now = _ids(tck, stage.name)
        return same(
            [_texts([*before, new]), _texts(before), ids, len(before) + 1],
            [_texts(fields_of(tck, stage.name)), _texts(fields_of(tck, other.name)), now[:-1], len(set(now))],
            members=("fields", "fields of another collection", "ids of the fields before", "different ids"),
        )

    tck.accepted(calls.add_collection_field(stage.name, new), effect=comes)


@each_case({"add-collection-field/rows-before": _GROWING_OR_FLUSHED})
def test_rows_before(tck: Case, *, given: bool) -> None:
    """Whether rows were flushed or not, nobody said what they have in a field that was not there."""
    stage = _loaded(tck, flushed=given)
    near = np.full((1, DIM), stage.of()[0], dtype=np.float32)
    search = calls.search(stage.name, near, output=["later"])

    def null(_: object) -> Equality:
        hits = tck.ok(search).results
        return same(
            [dict.fromkeys(stage.of()), stage.of(), [None] * len(stage.of())],
            [beside(tck, stage.name, "later"), found(tck, stage.name), values_of(hits.fields_data, "later")],
            members=("by Query", "keys", "by Search"),
        )

    tck.accepted(calls.add_collection_field(stage.name, added("later")), effect=null)


@pytest.mark.clause("add-collection-field/left-out")
def test_rows_that_leave_it_out(tck: Case) -> None:
    """Whoever does not know of the field can insert as before."""
    stage = _loaded(tck)

    def null(_: object) -> Equality:
        insert_beside(tck, stage.name, _LATER)
        told = beside(tck, stage.name, "later")
        return same(dict.fromkeys(_LATER), {key: told[key] for key in _LATER if key in told}, what="later rows")

    tck.accepted(calls.add_collection_field(stage.name, added("later")), effect=null)


@each_case({"add-collection-field/rows-after": {"loaded-before": True, "loaded-after": False}})
def test_rows_after(tck: Case, *, given: bool) -> None:
    """A field that was added takes values as any other."""
    stage, new = _loaded(tck) if given else parted(tck), added("later")
    tck.ok(calls.add_collection_field(stage.name, new))
    insert_beside(tck, stage.name, _LATER, nullable_column(new, [10, None, 30]))
    if not given:
        load(tck, stage.name)
    wanted = {**dict.fromkeys(stage.of()), **dict(zip(_LATER, [10, None, 30], strict=True))}
    tck.expect(wanted, beside(tck, stage.name, "later"))


_DOCUMENT = json.dumps({"a": 1}).encode()
_TYPES: dict[str, tuple[FieldSchema, Any]] = {
    "bool": (added("later", DataType.Bool), True),
    "int8": (added("later", DataType.Int8), -128),
    "int16": (added("later", DataType.Int16), -32768),
    "int32": (added("later", DataType.Int32), -(2**31)),
    "int64": (added("later", DataType.Int64), 2**53 + 1),
    "float": (added("later", DataType.Float), 0.5),
    "double": (added("later", DataType.Double), 0.1),
    "varchar": (added("later", DataType.VarChar, params={"max_length": "8"}), "Ä漢"),
    "json": (added("later", DataType.JSON), _DOCUMENT),
    "array": (added("later", DataType.Array, params={"max_capacity": "4"}, element=DataType.Int64), [1, 2]),
}


def _plain(value: Any) -> Any:  # noqa: ANN401 - of any type
    return read_json(value) if isinstance(value, bytes) else value


@each_case({"add-collection-field/types": _TYPES})
def test_a_field_of_each_type(tck: Case, given: tuple[FieldSchema, Any]) -> None:
    """What a field may be from the beginning, it may be later."""
    new, value = given
    stage = _loaded(tck)
    tck.ok(calls.add_collection_field(stage.name, new))
    insert_beside(tck, stage.name, _LATER, nullable_column(new, [value, None, value]))
    wanted = {**dict.fromkeys(stage.of()), **dict(zip(_LATER, [_plain(value), None, _plain(value)], strict=True))}
    told = {key: _plain(each) for key, each in beside(tck, stage.name, "later").items()}
    tck.expect(wanted, told)


@each_case({"add-collection-field/default": _GROWING_OR_FLUSHED})
def test_a_default(tck: Case, *, given: bool) -> None:
    """A default fills what nobody gave, before and after."""
    stage, new = _loaded(tck, flushed=given), added("later")
    new.default_value.long_data = 7
    tck.ok(calls.add_collection_field(stage.name, new))
    insert_beside(tck, stage.name, _LATER[:1], nullable_column(new, [8]))
    insert_beside(tck, stage.name, _LATER[1:])
    wanted = {**dict.fromkeys([*stage.of(), *_LATER[1:]], 7), _LATER[0]: 8}
    tck.expect(wanted, beside(tck, stage.name, "later"))


_FILTERS = {"value": "later >= 20", "null": "later is null", "not-null": "later is not null"}


@each_case({"add-collection-field/filter": _FILTERS})
def test_filters(tck: Case, given: str) -> None:
    """A row that has no value matches no comparison."""
    stage, new = _loaded(tck), added("later")
    tck.ok(calls.add_collection_field(stage.name, new))
    insert_beside(tck, stage.name, _LATER, nullable_column(new, [10, None, 30]))
    wanted = {
        "later >= 20": _LATER[2:],
        "later is null": [*stage.of(), _LATER[1]],
        "later is not null": [_LATER[0], _LATER[2]],
    }
    tck.expect(wanted[given], found_keys(tck, stage.name, given))


def _kept(tck: Case, name: str) -> list[object]:
    told = tck.ok(calls.describe_collection(name))
    indexes = tck.ok(calls.describe_index(name)).index_descriptions
    return [
        told.collectionID,
        _texts(fields_of(tck, name))[:2],
        sorted(each.index_name for each in indexes),
        sorted(tck.ok(calls.show_partitions(name)).partition_names),
        list(told.aliases),
        load_states(tck, name),
    ]


@each_case({"add-collection-field/stays": {"not-loaded": False, "loaded": True}})
def test_all_else_stays(tck: Case, *, given: bool) -> None:
    """One field more is no other collection."""
    stage, alias = _loaded(tck, "here", "there") if given else parted(tck, "here", "there"), tck.name()
    tck.ok(calls.create_alias(stage.name, alias))
    before = _kept(tck, stage.name)
    tck.accepted(
        calls.add_collection_field(stage.name, added("later")),
        effect=lambda _: same(
            [*before[:-1], [LOADED if given else UNLOADED]],
            _kept(tck, stage.name),
            members=("id", "fields", "indexes", "partitions", "aliases", "load state"),
        ),
    )


@pytest.mark.clause("add-collection-field/second")
def test_two_fields(tck: Case) -> None:
    """The second one takes neither the place nor the values of the first."""
    stage, first, second = _loaded(tck), added("first"), added("second")
    for each in (first, second):
        tck.ok(calls.add_collection_field(stage.name, each))
    columns = [nullable_column(first, [1, None, 3]), nullable_column(second, [None, 20, 30])]
    insert_beside(tck, stage.name, _LATER, *columns)
    values = [[1, None], [None, 20], [3, 30]]
    told = [each.name for each in fields_of(tck, stage.name)]
    tck.expect(
        [
            ["id", "vec", "first", "second"],
            4,
            {**{key: [None, None] for key in stage.of()}, **dict(zip(_LATER, values, strict=True))},
        ],
        [told, len(set(_ids(tck, stage.name))), beside(tck, stage.name, "first", "second")],
        members=("fields", "different ids", "rows"),
    )
