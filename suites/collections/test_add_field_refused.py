"""AddCollectionField: what no collection gets later."""

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import parted
from milvus_tck.fixtures.small_collections import DIM, FIELDS
from milvus_tck.suites.collections._fields import added, fields_of

from milvus_tck.spec.limits import limit
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldSchema
from milvus_tck.wire.schema import field, vector

_UNKNOWN_TYPE = Kind(77)


def _clustering(name: str) -> FieldSchema:
    made = added(name)
    made.is_clustering_key = True
    return made


_REFUSED: dict[str, dict[str, FieldSchema]] = {
    "add-collection-field/not-nullable": {"scalar": field("later", DataType.Int64), "vector": vector("later", DIM)},
    "add-collection-field/name-taken": {"key": added("id"), "vector": added("vec")},
    "add-collection-field/name-empty": {"": added("")},
    "add-collection-field/name-ill-formed": {
        "digit-first": added("1x"),
        "dash": added("a-b"),
        "256-bytes": added("x" * 256),
    },
    "add-collection-field/name-reserved": {"row-id": added("RowID"), "timestamp": added("Timestamp")},
    "add-collection-field/primary-key": {"": added("later", primary=True)},
    "add-collection-field/auto-id": {"": added("later", auto_id=True)},
    "add-collection-field/partition-key": {"": added("later", partition_key=True)},
    "add-collection-field/type-unknown": {
        "none": added("later", Kind(0)),
        "77": added("later", _UNKNOWN_TYPE),
    },
    "add-collection-field/dim-missing": {"": added("later", DataType.FloatVector)},
}


@each_case(_REFUSED)
def test_what_is_not_added(tck: Case, given: FieldSchema) -> None:
    """A field that a collection may not get changes none of its fields."""
    stage, other = parted(tck, filled=False), parted(tck, filled=False)
    tck.refused(
        calls.add_collection_field(stage.name, given),
        neighbour=calls.add_collection_field(other.name, added("later")),
        untouched=lambda: [str(each) for each in fields_of(tck, stage.name)],
    )


@each_case({"add-collection-field/name-taken": {"added": ""}})
def test_the_name_of_an_added_field(tck: Case, given: str) -> None:  # noqa: ARG001 - the one case
    """A field that was added has its name, as any other."""
    stage = parted(tck, filled=False)
    tck.ok(calls.add_collection_field(stage.name, added("later")))
    tck.refused(
        calls.add_collection_field(stage.name, added("later")),
        neighbour=calls.add_collection_field(stage.name, added("another")),
        untouched=lambda: [str(each) for each in fields_of(tck, stage.name) if each.name != "another"],
    )


@pytest.mark.clause("add-collection-field/clustering-key-second")
def test_a_second_clustering_key(tck: Case) -> None:
    """Rows lie in one order."""
    name, first = tck.name(), field("lies", DataType.Int64)
    first.is_clustering_key = True
    tck.ok(calls.create_collection(name, *FIELDS, first))
    tck.refused(
        calls.add_collection_field(name, _clustering("later")),
        neighbour=calls.add_collection_field(parted(tck, filled=False).name, added("later")),
        untouched=lambda: [str(each) for each in fields_of(tck, name)],
    )


@pytest.mark.clause("add-collection-field/fields-too-many")
def test_one_field_too_many(tck: Case) -> None:
    """A collection that is full is full."""
    name, most = tck.name(), limit("fields", tck.profile) or 0
    more = [field(f"f{number}", DataType.Int64) for number in range(most - len(FIELDS))]
    tck.ok(calls.create_collection(name, *FIELDS, *more))
    tck.refused(
        calls.add_collection_field(name, added("later")),
        neighbour=calls.add_collection_field(parted(tck, filled=False).name, added("later")),
        untouched=lambda: len(fields_of(tck, name)),
    )


@pytest.mark.clause("add-collection-field/schema-unreadable")
def test_bytes_that_are_no_field(tck: Case) -> None:
    """What cannot be read adds nothing."""
    stage, other = parted(tck, filled=False), parted(tck, filled=False)
    tck.refused(
        calls.add_collection_field(stage.name, added("later")).but(schema=b"\xff\xff\xff"),
        neighbour=calls.add_collection_field(other.name, added("later")),
        untouched=lambda: [str(each) for each in fields_of(tck, stage.name)],
    )


@pytest.mark.clause("add-collection-field/collection-unknown")
def test_a_collection_that_does_not_exist(tck: Case) -> None:
    """A collection does not come into being by its fields."""
    unknown, other = tck.name(), parted(tck, filled=False)
    tck.refused(
        calls.add_collection_field(unknown, added("later")),
        neighbour=calls.add_collection_field(other.name, added("later")),
        untouched=lambda: tck.look.listing(unknown),
    )
