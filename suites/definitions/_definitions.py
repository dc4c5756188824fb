"""Definitions of collections, right and wrong, by the clause that speaks of them."""

from collections.abc import Mapping
from typing import Any

from milvus_tck.fixtures.definitions import DIM, VALID, Definition, define

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.kinds import NO_KIND, Kind
from milvus_tck.wire.messages import DataType, FieldSchema
from milvus_tck.wire.schema import field, int64_key, varchar, vector

__all__ = ["ACCEPTED", "REFUSED_OR_ACCEPTED"]

#: The cases of a clause; one that is not split has the single case "".
Cases = Mapping[str, Definition]


def extended(*fields: FieldSchema, **options: Any) -> Cases:  # noqa: ANN401 - of create_collection
    """Define the ordinary collection with further fields."""
    return {"": define(int64_key(), vector("vec", DIM), *fields, **options)}


def _each(cases: Mapping[str, FieldSchema]) -> Cases:
    return {case: extended(each)[""] for case, each in cases.items()}


def _dims(kind: Kind, *dims: str) -> Cases:
    """Define a collection for each dim; a single one is the only case of its clause."""
    named = {_word(dim): define(int64_key(), field("vec", kind, {"dim": dim})) for dim in dims}
    return named if len(named) > 1 else {"": next(iter(named.values()))}


def _word(text: str) -> str:
    words = {"": "empty", "8.5": "fraction"}
    return words.get(text, text.replace("-", "minus-"))


def _with_request(definition: Definition, **fields: Any) -> Cases:  # noqa: ANN401 - values of any field
    return {"": lambda name: definition(name).but(**fields)}


def _other_schema_name(name: str) -> Call[m.Status]:
    return VALID(name).but(schema=m.CollectionSchema(name=f"{name}x", fields=_FIELDS).SerializeToString())


def _auto_id_above(name: str) -> Call[m.Status]:
    return VALID(name).but(schema=m.CollectionSchema(name=name, fields=_FIELDS, autoID=True).SerializeToString())


_FIELDS = (int64_key(), vector("vec", DIM))


def _auto_id(schema: FieldSchema) -> FieldSchema:
    changed = FieldSchema()
    changed.CopyFrom(schema)
    changed.autoID = True
    return changed


def _array(element: Kind, capacity: str | None = "4") -> FieldSchema:
    params = {} if capacity is None else {"max_capacity": capacity}
    if element == DataType.VarChar:
        params["max_length"] = "8"
    return field("a", DataType.Array, params, element=element)


def _nullable(schema: FieldSchema) -> FieldSchema:
    schema.nullable = True
    return schema


def _clustering(schema: FieldSchema) -> FieldSchema:
    schema.is_clustering_key = True
    return schema


def _default(schema: FieldSchema, value: m.ValueField) -> FieldSchema:
    schema.default_value.CopyFrom(value)
    return schema


def _text(length: str | None) -> FieldSchema:
    return field("s", DataType.VarChar, {} if length is None else {"max_length": length})


_LONG = "x" * 255
_KEYWORDS = ("and", "or", "not", "in", "like", "exists", "json_contains", "array_contains")
_KEY_TYPES = {
    "int32": field("id", DataType.Int32, primary=True),
    "float": field("id", DataType.Float, primary=True),
    "double": field("id", DataType.Double, primary=True),
    "bool": field("id", DataType.Bool, primary=True),
    "json": field("id", DataType.JSON, primary=True),
    "float-vector": field("id", DataType.FloatVector, {"dim": "4"}, primary=True),
}
_ILL_FORMED_FIELDS = {"empty": "", "digit-first": "1x", "dash": "a-b", "blank": "a b", "256-bytes": f"{_LONG}x"}
_UNKNOWN_TYPE = Kind(77)

#: Definitions that every profile accepts.
ACCEPTED: Mapping[str, Cases] = {
    "create-collection/shards-in-range": {str(count): define(*_FIELDS, shards=count) for count in (1, 2, 16)},
    "create-collection/shards-default": {
        "zero": define(*_FIELDS, shards=0),
        "minus-one": define(*_FIELDS, shards=-1),
    },
    "create-collection/fields-64": extended(*(field(f"f{number}", DataType.Int64) for number in range(62))),
    "create-collection/field-name-255": extended(field(_LONG, DataType.Int64)),
    "create-collection/key-varchar": {"": define(varchar("id", 8, primary=True), vector("vec", DIM))},
    "create-collection/auto-id-schema-level": {"": _auto_id_above},
    "create-collection/type-scalar": _each({
        "bool": field("x", DataType.Bool),
        "int8": field("x", DataType.Int8),
        "int16": field("x", DataType.Int16),
        "int32": field("x", DataType.Int32),
        "int64": field("x", DataType.Int64),
        "float": field("x", DataType.Float),
        "double": field("x", DataType.Double),
        "varchar": varchar("x", 16),
    }),
    "create-collection/type-json": extended(field("x", DataType.JSON)),
    "create-collection/type-binary-vector": _dims(DataType.BinaryVector, "16"),
    "create-collection/type-float16-vector": {
        "float16": define(int64_key(), vector("vec", DIM, DataType.Float16Vector)),
        "bfloat16": define(int64_key(), vector("vec", DIM, DataType.BFloat16Vector)),
    },
    "create-collection/type-sparse-vector": {"": define(int64_key(), field("vec", DataType.SparseFloatVector))},
    "create-collection/type-int8-vector": _dims(DataType.Int8Vector, "16"),
    "create-collection/dim-32768": _dims(DataType.FloatVector, "32768"),
    "create-collection/max-length-in-range": _each({"1": _text("1"), "65535": _text("65535")}),
    "create-collection/partition-key": _each({
        "int64": field("k", DataType.Int64, partition_key=True),
        "varchar": field("k", DataType.VarChar, {"max_length": "8"}, partition_key=True),
    }),
    "create-collection/consistency-level-unknown": _with_request(VALID, consistency_level=9),
}  # fmt: skip

#: Definitions that some profile refuses; some accept a few of them.
REFUSED_OR_ACCEPTED: Mapping[str, Cases] = {
    "create-collection/schema-name-other": {"": _other_schema_name},
    "create-collection/schema-unreadable": _with_request(VALID, schema=b"\xff\xff no schema"),
    "create-collection/shards-too-many": {
        "17": define(*_FIELDS, shards=17),
        "257": define(*_FIELDS, shards=257),
    },
    "create-collection/fields-65": extended(*(field(f"f{number}", DataType.Int64) for number in range(63))),
    "create-collection/text-max-length-missing": extended(field("x", DataType.Text)),
    "create-collection/no-fields": {"": define()},
    "create-collection/vector-fields-two": extended(vector("other", DIM)),
    "create-collection/vector-fields-too-many": {
        "": define(int64_key(), *(vector(f"v{number}", DIM) for number in range(11)))
    },
    "create-collection/vector-fields-none": {"": define(int64_key(), field("x", DataType.Int64))},
    "create-collection/field-names-twice": extended(field("x", DataType.Int64), field("x", DataType.Int64)),
    "create-collection/field-name-ill-formed": _each(
        {case: field(name, DataType.Int64) for case, name in _ILL_FORMED_FIELDS.items()}
    ),
    "create-collection/field-name-reserved": _each({
        "row-id": field("RowID", DataType.Int64),
        "timestamp": field("Timestamp", DataType.Int64),
    }),
    "create-collection/field-name-meta": extended(field("$meta", DataType.JSON)),
    "create-collection/field-name-keyword": _each({word: field(word, DataType.Int64) for word in _KEYWORDS}),
    "create-collection/key-missing": {"": define(field("id", DataType.Int64), vector("vec", DIM))},
    "create-collection/keys-two": extended(int64_key("other")),
    "create-collection/key-type": {
        case: define(key, vector("vec", DIM)) for case, key in _KEY_TYPES.items()
    },
    "create-collection/auto-id-varchar": {
        "": define(_auto_id(varchar("id", 32, primary=True)), vector("vec", DIM))
    },
    "create-collection/auto-id-not-key": extended(_auto_id(field("x", DataType.Int64))),
    "create-collection/type-string": extended(field("s", DataType.String, {"max_length": "8"})),
    "create-collection/type-none": extended(field("x", NO_KIND)),
    "create-collection/type-unknown": extended(field("x", _UNKNOWN_TYPE)),
    "create-collection/type-array": extended(_array(DataType.Int64)),
    "create-collection/array-capacity-missing": extended(_array(DataType.Int64, None)),
    "create-collection/array-capacity-out-of-range": _each({
        "0": _array(DataType.Int64, "0"),
        "4097": _array(DataType.Int64, "4097"),
    }),
    "create-collection/array-element-type": _each({
        "none": _array(NO_KIND),
        "string": _array(DataType.String),
        "array": _array(DataType.Array),
        "json": _array(DataType.JSON),
        "float-vector": _array(DataType.FloatVector),
    }),
    "create-collection/dim-missing": {"": define(int64_key(), field("vec", DataType.FloatVector))},
    "create-collection/dim-out-of-range": _dims(DataType.FloatVector, "0", "-1", "32769"),
    "create-collection/dim-one": _dims(DataType.FloatVector, "1"),
    "create-collection/dim-not-a-number": _dims(DataType.FloatVector, "abc", "8.5", ""),
    "create-collection/binary-dim-not-of-eight": _dims(DataType.BinaryVector, "7", "9"),
    "create-collection/binary-dim-above-32768": _dims(DataType.BinaryVector, "262144"),
    "create-collection/binary-dim-above-262144": _dims(DataType.BinaryVector, "262152"),
    "create-collection/sparse-with-dim": _dims(DataType.SparseFloatVector, "8"),
    "create-collection/max-length-missing": extended(_text(None)),
    "create-collection/max-length-out-of-range": _each(
        {_word(length): _text(length) for length in ("0", "-1", "65536")}
    ),
    "create-collection/max-length-not-a-number": extended(_text("x")),
    "create-collection/partition-keys-two": extended(
        field("a", DataType.Int64, partition_key=True), field("b", DataType.Int64, partition_key=True)
    ),
    "create-collection/partition-key-is-key": {
        "": define(field("id", DataType.Int64, primary=True, partition_key=True), vector("vec", DIM))
    },
    "create-collection/partition-key-type": extended(field("k", DataType.Float, partition_key=True)),
    "create-collection/partition-key-nullable": extended(_nullable(field("k", DataType.Int64, partition_key=True))),
    "create-collection/num-partitions-without-key": _with_request(VALID, num_partitions=3),
    "create-collection/num-partitions-too-many": _with_request(
        define(*_FIELDS, field("k", DataType.Int64, partition_key=True)), num_partitions=4097
    ),
    "create-collection/clustering-key-vector": {"": define(int64_key(), _clustering(vector("vec", DIM)))},
    "create-collection/clustering-keys-two": extended(
        _clustering(field("a", DataType.Int64)), _clustering(field("b", DataType.Int64))
    ),
    "create-collection/default-value-wrong": _each({
        "kind": _default(field("x", DataType.Int64), m.ValueField(string_data="x")),
        "range": _default(field("x", DataType.Int8), m.ValueField(int_data=1000)),
    }),
    "create-collection/ttl-not-a-number": {"": define(*_FIELDS, properties={"collection.ttl.seconds": "abc"})},
}  # fmt: skip
