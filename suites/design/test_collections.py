"""Collections as the early design has them: who gives ids, what is described and listed, what is counted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import comes_true, shown
from milvus_tck.fixtures.design_collections import FIELDS, created, flush, row_count, rows
from milvus_tck.fixtures.small_collections import DIM

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.columns import column, read_ids
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector


def _without_ids(name: str, count: int) -> Call[m.MutationResult]:
    return calls.insert(name, [column("vec", DataType.FloatVector, np.ones((count, DIM)))], count)


@pytest.mark.clause("create-collection/who-gives-ids")
def test_who_gives_ids(tck: Case) -> None:
    """The server gives ids where that was asked for, and keeps those that it is given elsewhere."""
    automatic, given = tck.name(), tck.name()
    tck.ok(calls.create_collection(automatic, int64_key(auto_id=True), vector("vec", DIM)))
    tck.ok(calls.create_collection(given, *FIELDS))
    made = [key for _ in range(2) for key in read_ids(tck.ok(_without_ids(automatic, 3)).IDs)]
    kept = read_ids(tck.ok(calls.insert(given, rows([30, 10, 20]), 3)).IDs)
    tck.expect(
        [6, 6, [30, 10, 20]],
        [len(made), len(set(made)), kept],
        members=("ids that were made", "different ones", "ids that were given"),
    )


@pytest.mark.clause("create-collection/ids-to-be-given")
def test_ids_have_to_be_given(tck: Case) -> None:
    """Rows without ids are refused where no one else gives them."""
    name = tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", DIM)))
    columns = [each for each in rows([1, 2]) if each.field_name != "number"]
    tck.refused(
        _without_ids(name, 2),
        neighbour=calls.insert(name, columns, 2),
        untouched=lambda: _counted(tck, name),
    )


_DESCRIPTION = "What is described back — naïve, 漢字"
_SCHEMA = (
    field("key", DataType.Int64, primary=True, description="the key"),
    field("flag", DataType.Bool),
    field("tiny", DataType.Int8),
    field("small", DataType.Int16),
    field("medium", DataType.Int32),
    field("single", DataType.Float, description="single precision"),
    field("double", DataType.Double),
    vector("vec", 24),
)
#: What of a schema is compared, by the case that it is.
_PARTS: dict[str, Callable[[m.CollectionSchema], object]] = {
    "description": lambda schema: schema.description,
    "names": lambda schema: [each.name for each in schema.fields],
    "types": lambda schema: [each.data_type for each in schema.fields],
    "type-params": lambda schema: [_pairs(each.type_params) for each in schema.fields],
    "primary-key": lambda schema: [each.is_primary_key for each in schema.fields],
    "field-descriptions": lambda schema: [each.description for each in schema.fields],
}


def _pairs(found: Any) -> dict[str, str]:  # noqa: ANN401 - repeated key-value pairs
    return {pair.key: pair.value for pair in found}


@pytest.mark.clause("describe-collection/same-schema", cases=("name", *_PARTS))
def test_the_schema_is_the_same(tck: Case) -> None:
    """Part by part the schema comes back, and not that of a collection created later."""
    name, later = tck.name(), tck.name()
    tck.ok(calls.create_collection(name, *_SCHEMA, description=_DESCRIPTION))
    tck.ok(calls.create_collection(later, *FIELDS))
    wanted = m.CollectionSchema(name=name, description=_DESCRIPTION, fields=_SCHEMA)
    described = tck.ok(calls.describe_collection(name)).schema
    tck.expect(name, described.name, case="name")
    for case, part in _PARTS.items():
        tck.expect(part(wanted), part(described), case=case)


@pytest.mark.clause("describe-collection/index-params")
def test_the_index_params_are_the_same(tck: Case) -> None:
    """What a field was created with about its index comes back."""
    name, params = tck.name(), {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "64"}
    indexed = vector("vec", DIM)
    indexed.index_params.extend(key_values(params))
    tck.ok(calls.create_collection(name, int64_key(), indexed))
    fields = tck.ok(calls.describe_collection(name)).schema.fields
    tck.expect(
        [{}, params],
        [_pairs(each.index_params) for each in fields],
        members=("index_params of id", "index_params of vec"),
    )


@pytest.mark.clause("show-collections/every-name")
def test_every_collection_is_listed(tck: Case) -> None:
    """Every name is listed once, and that of a dropped collection is not."""
    names = [tck.name() for _ in range(3)]
    for name in names:
        tck.ok(calls.create_collection(name, *FIELDS))
    tck.ok(calls.drop_collection(names[1]))
    listed = list(shown(tck).collection_names)
    tck.expect(
        [1, 0, 1],
        [listed.count(name) for name in names],
        members=("times the first is listed", "times the dropped one is listed", "times the last is listed"),
    )


@pytest.mark.clause("get-collection-statistics/by-key")
def test_the_rows_are_counted_by_key(tck: Case) -> None:
    """The key row_count has the number of rows, in each collection its own."""
    stage, beside = created(tck), _empty(tck)
    flush(tck, stage)
    tck.accepted(
        calls.get_collection_statistics(stage.name),
        effect=lambda answer: same(
            [str(len(stage.of())), "0"],
            [row_count(answer.stats), _counted(tck, beside)],
            members=("row_count", "row_count of the other collection"),
        ),
    )


@pytest.mark.clause("flush/persistent")
def test_flushed_rows_are_counted(tck: Case) -> None:
    """After a flush all rows come to be counted, and those of no other collection."""
    stage, beside = created(tck), _empty(tck)
    wanted = str(len(stage.of()))
    statistics = calls.get_collection_statistics(stage.name)

    def counted(_: m.FlushResponse) -> Equality:
        whole = comes_true(tck, statistics, lambda answer: row_count(answer.stats) == wanted, what="counted")
        return same(True, whole, what="all rows are counted") and same(
            "0", _counted(tck, beside), what="row_count of the other collection"
        )

    tck.accepted(calls.flush(stage.name), effect=counted)


def _empty(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    return name


def _counted(tck: Case, collection: str) -> str | None:
    return row_count(tck.ok(calls.get_collection_statistics(collection)).stats)
