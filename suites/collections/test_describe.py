"""DescribeCollection: what was created is described back, field by field."""

from typing import Any

import pytest
from milvus_tck.fixtures.definitions import VALID
from milvus_tck.fixtures.marks import each_case

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.kinds import Consistency
from milvus_tck.wire.messages import DataType, FieldSchema
from milvus_tck.wire.schema import field, int64_key, varchar, vector

_LOGICAL_BITS = 18
_FIRST_FIELD = 100
_DESCRIPTION = "What is described back — naïve, 漢字"

_FIELDS = (
    field("key", DataType.VarChar, {"max_length": "40"}, primary=True, description="the key"),
    field("flag", DataType.Bool),
    field("tiny", DataType.Int8),
    field("small", DataType.Int16),
    field("medium", DataType.Int32),
    field("tenant", DataType.Int64, partition_key=True),
    field("single", DataType.Float, description="single precision"),
    field("double", DataType.Double),
    varchar("text", 77),
    field("document", DataType.JSON),
    vector("vec", 24),
)


def _describe(tck: Case, name: str) -> m.DescribeCollectionResponse:
    return tck.ok(calls.describe_collection(name))


def _each(fields: Any, *names: str) -> list[dict[str, Any]]:  # noqa: ANN401 - repeated fields
    return [{name: getattr(each, name) for name in names} for each in fields]


def _params(fields: Any) -> list[dict[str, str]]:  # noqa: ANN401 - repeated fields
    return [{pair.key: pair.value for pair in each.type_params} for each in fields]


def _create_beside(tck: Case, name: str, *fields: FieldSchema, **options: Any) -> None:  # noqa: ANN401
    """Create a collection, and an ordinary one after it: an answer about the last one is a wrong answer."""
    tck.ok(calls.create_collection(name, *fields, **options))
    tck.ok(VALID(tck.name()))


@pytest.mark.clause(
    "describe-collection/name",
    "describe-collection/fields",
    "describe-collection/type-params",
    "describe-collection/primary-key",
    "describe-collection/partition-key",
    "describe-collection/no-system-fields",
    "describe-collection/field-ids",
)
def test_the_fields_are_described(tck: Case) -> None:
    """Every field comes back in its order, with its name, type, parameters and marks."""
    name = tck.name()
    _create_beside(tck, name, *_FIELDS, dynamic=True)
    answer = _describe(tck, name)
    fields = answer.schema.fields
    tck.expect(
        [name, name],
        [answer.collection_name, answer.schema.name],
        of="describe-collection/name",
        members=("collection_name", "schema.name"),
    )
    known = [each for each in fields if each.name in {one.name for one in _FIELDS}]
    tck.expect(_each(_FIELDS, "name", "data_type"), _each(known, "name", "data_type"), of="describe-collection/fields")
    tck.expect(_params(_FIELDS), _params(known), of="describe-collection/type-params")
    tck.expect(
        _each(_FIELDS, "name", "is_primary_key"),
        _each(known, "name", "is_primary_key"),
        of="describe-collection/primary-key",
    )
    tck.expect(
        _each(_FIELDS, "name", "is_partition_key"),
        _each(known, "name", "is_partition_key"),
        of="describe-collection/partition-key",
    )
    tck.expect(len(_FIELDS), len(fields), of="describe-collection/no-system-fields")
    ids = list(range(_FIRST_FIELD, _FIRST_FIELD + len(known)))
    tck.expect(ids, [each.fieldID for each in known], of="describe-collection/field-ids")


@pytest.mark.clause("describe-collection/descriptions")
def test_descriptions_are_kept(tck: Case) -> None:
    """The descriptions of the collection and of its fields come back."""
    name = tck.name()
    _create_beside(tck, name, *_FIELDS, description=_DESCRIPTION)
    schema = _describe(tck, name).schema
    expected = [_DESCRIPTION, *(each.description for each in _FIELDS)]
    tck.expect(
        expected,
        [schema.description, *(each.description for each in schema.fields)],
        members=("description", *(f"{each.name}.description" for each in _FIELDS)),
    )


@pytest.mark.clause("describe-collection/auto-id")
def test_auto_id_is_described(tck: Case) -> None:
    """AutoID is on the primary key that has it."""
    with_it, without = tck.name(), tck.name()
    tck.ok(calls.create_collection(with_it, int64_key(auto_id=True), vector("vec", 8)))
    tck.ok(calls.create_collection(without, int64_key(), vector("vec", 8)))
    described = [[each.autoID for each in _describe(tck, name).schema.fields] for name in (with_it, without)]
    tck.expect(
        [[True, False], [False, False]],
        described,
        members=("autoID of the fields with it", "autoID of the fields without it"),
    )


@pytest.mark.clause("describe-collection/element-type")
def test_the_element_type_is_described(tck: Case) -> None:
    """An Array says what it holds."""
    name = tck.name()
    array = field("numbers", DataType.Array, {"max_capacity": "5"}, element=DataType.Int32)
    _create_beside(tck, name, int64_key(), vector("vec", 8), array)
    tck.expect(
        [0, 0, DataType.Int32],
        [each.element_type for each in _describe(tck, name).schema.fields],
        members=("id.element_type", "vec.element_type", "numbers.element_type"),
    )


@pytest.mark.clause("describe-collection/dynamic-field")
def test_the_dynamic_field_is_described(tck: Case) -> None:
    """A collection says whether it takes dynamic fields."""
    name = tck.name()
    _create_beside(tck, name, int64_key(), vector("vec", 8), dynamic=True)
    other = tck.name()
    tck.ok(VALID(other))
    described = [_describe(tck, each).schema.enable_dynamic_field for each in (name, other)]
    tck.expect(
        [True, False],
        described,
        members=("enable_dynamic_field where it was asked for", "enable_dynamic_field where it was not"),
    )


@pytest.mark.clause("describe-collection/shards")
def test_the_shards_are_described(tck: Case) -> None:
    """There is one virtual channel for each shard, and no two are the same."""
    name, shards = tck.name(), 3
    _create_beside(tck, name, int64_key(), vector("vec", 8), shards=shards)
    answer = _describe(tck, name)
    tck.expect(
        [shards, shards],
        [answer.shards_num, len(set(answer.virtual_channel_names))],
        members=("shards_num", "different virtual_channel_names"),
    )


_LEVELS = {
    "session": m.ConsistencyLevel.Session,
    "bounded": m.ConsistencyLevel.Bounded,
    "eventually": m.ConsistencyLevel.Eventually,
    "strong": m.ConsistencyLevel.Strong,
}


@each_case({"describe-collection/consistency-level": _LEVELS})
def test_the_consistency_level_is_described(tck: Case, given: Consistency) -> None:
    """Every consistency level comes back."""
    name, other = tck.name(), tck.name()
    last = next(level for level in _LEVELS.values() if level != given)
    for each, level in ((name, given), (other, last)):
        tck.ok(calls.create_collection(each, int64_key(), vector("vec", 8), level=level))
    tck.expect(
        [given, last],
        [_describe(tck, each).consistency_level for each in (name, other)],
        members=("consistency_level", "consistency_level of the other collection"),
    )


@pytest.mark.clause("describe-collection/properties")
def test_the_properties_are_described(tck: Case) -> None:
    """Properties come back as they were given."""
    name = tck.name()
    properties = {"collection.ttl.seconds": "86400"}
    _create_beside(tck, name, int64_key(), vector("vec", 8), properties=properties)
    described = {pair.key: pair.value for pair in _describe(tck, name).properties}
    given = {key: value for key, value in described.items() if key in properties}
    tck.expect(properties, given)


@pytest.mark.clause("describe-collection/id")
def test_the_id_is_described(tck: Case) -> None:
    """A collection has a positive id of its own, which does not change."""
    first, second = tck.name(), tck.name()
    tck.ok(VALID(first))
    tck.ok(VALID(second))
    early, late, again = (_describe(tck, name).collectionID for name in (first, second, first))
    tck.expect(
        [True, True, True],
        [early > 0, early != late, early == again],
        members=("collectionID is positive", "collectionID is no other's", "collectionID stays"),
    )


@pytest.mark.clause("describe-collection/created")
def test_the_creation_is_described(tck: Case) -> None:
    """Creation timestamps move forward."""
    first, second = tck.name(), tck.name()
    tck.ok(VALID(first))
    tck.ok(VALID(second))
    early, late = (_describe(tck, name).created_timestamp for name in (first, second))
    tck.judge(
        0 < early < late, "a later timestamp for the later collection", f"{early}, then {late}", signature="order"
    )


@pytest.mark.clause("describe-collection/created-utc")
def test_the_time_of_creation_is_described(tck: Case) -> None:
    """The physical part of a timestamp is a time in UTC milliseconds."""
    name = tck.name()
    _create_beside(tck, name, *_FIELDS)
    answer = _describe(tck, name)
    physical = answer.created_timestamp >> _LOGICAL_BITS
    tck.judge(
        physical == answer.created_utc_timestamp,
        f"{physical} ms",
        f"{answer.created_utc_timestamp} ms",
        signature="other",
    )


@pytest.mark.clause("describe-collection/by-id")
def test_by_id(tck: Case) -> None:
    """An id alone is enough to describe a collection."""
    name = tck.name()
    _create_beside(tck, name, int64_key("key"), field("number", DataType.Int64), vector("vec", 24))
    known = _describe(tck, name)
    call = calls.describe_collection("").but(collectionID=known.collectionID)
    tck.accepted(call, effect=lambda answer: same(known.schema, answer.schema, what="schema"))


@pytest.mark.clause("describe-collection/unknown-id")
def test_by_an_unknown_id(tck: Case) -> None:
    """An id that no collection has is not found."""
    name = tck.name()
    tck.ok(VALID(name))
    known = _describe(tck, name).collectionID
    by_id = calls.describe_collection("")
    tck.refused(
        by_id.but(collectionID=1),
        neighbour=by_id.but(collectionID=known),
        untouched=lambda: _describe(tck, name),
    )
