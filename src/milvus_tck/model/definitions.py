"""What a collection may be defined as: the schema as a whole, and what goes with it."""

from google.protobuf.message import DecodeError

from milvus_tck.model.field_rules import check_field
from milvus_tck.model.name_rules import is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import CollectionSchema, DataType, FunctionType
from milvus_tck.wire.vectors import VECTORS

__all__ = ["FIRST_FIELD", "is_integer", "read_schema", "shards_of", "spread_of"]

_RPC = "create-collection"
#: Id of the first field that a user defines.
FIRST_FIELD = 100
_KEYS = frozenset({DataType.Int64, DataType.VarChar})
_TTL = "collection.ttl.seconds"


def read_schema(state: ServerState, request: m.CreateCollectionRequest) -> CollectionSchema:
    """Return the schema of a definition, with the ids of its fields; raises `RefusalError` where it may not be."""
    _check_collection_name(state, request.collection_name)
    try:
        schema = CollectionSchema.FromString(request.schema)
    except DecodeError as error:
        raise RefusalError(f"{_RPC}/schema-unreadable", str(error)) from None
    demand = state.rules.demand
    demand(schema.name == request.collection_name, f"{_RPC}/schema-name-other", schema.name)
    _check_fields(state, schema)
    _check_primary_key(state, schema)
    _check_other_keys(state, schema)
    _check_functions(state, schema)
    ttl = {pair.key: pair.value for pair in request.properties}.get(_TTL, "0")
    demand(is_integer(ttl), f"{_RPC}/ttl-not-a-number", ttl)
    for number, field in enumerate(schema.fields, FIRST_FIELD):
        field.fieldID = number
    return schema


def _check_collection_name(state: ServerState, name: str) -> None:
    demand = state.rules.demand
    demand(bool(name), f"{_RPC}/name-empty", "collection name should not be empty")
    demand(name == name.strip(), f"{_RPC}/name-with-blanks", name)
    demand(is_name(state, name.strip()), f"{_RPC}/name-ill-formed", f"invalid collection name: {name}")


def _check_fields(state: ServerState, schema: CollectionSchema) -> None:
    demand = state.rules.demand
    demand(len(schema.fields) > 0, f"{_RPC}/no-fields")
    most = state.bound("fields")
    if len(schema.fields) > most:
        raise state.rules.refusal(f"{_RPC}/fields-65", f"{len(schema.fields)} fields, the most are {most}")
    names = [each.name for each in schema.fields]
    demand(len(set(names)) == len(names), f"{_RPC}/field-names-twice")
    vectors = [each for each in schema.fields if each.data_type in VECTORS]
    demand(bool(vectors), f"{_RPC}/vector-fields-none")
    if len(vectors) > state.bound("vector-fields"):
        several = "vector-fields-two" if state.rules.refuses(f"{_RPC}/vector-fields-two") else "vector-fields-too-many"
        raise RefusalError(f"{_RPC}/{several}", f"{len(vectors)} vector fields")
    for each in schema.fields:
        check_field(state, each)


def _check_primary_key(state: ServerState, schema: CollectionSchema) -> None:
    rules = state.rules
    keys = [each for each in schema.fields if each.is_primary_key]
    if not keys:
        raise RefusalError(f"{_RPC}/key-missing")
    rules.demand(len(keys) == 1, f"{_RPC}/keys-two", ", ".join(each.name for each in keys))
    key = keys[0]
    rules.demand(key.data_type in _KEYS, f"{_RPC}/key-type", key.name)
    if key.nullable:
        raise RefusalError("ParameterInvalid", f"the primary key {key.name} cannot be null")
    if key.autoID and key.data_type == DataType.VarChar:
        rules.demand(rules.accepts(f"{_RPC}/auto-id-varchar"), f"{_RPC}/auto-id-varchar", key.name)
    rules.demand(not any(each.autoID for each in schema.fields if each is not key), f"{_RPC}/auto-id-not-key")


def _check_other_keys(state: ServerState, schema: CollectionSchema) -> None:
    demand = state.rules.demand
    keys = [each for each in schema.fields if each.is_partition_key]
    demand(len(keys) < 2, f"{_RPC}/partition-keys-two")  # noqa: PLR2004 - two
    for each in keys:
        demand(not each.is_primary_key, f"{_RPC}/partition-key-is-key", each.name)
        demand(each.data_type in _KEYS, f"{_RPC}/partition-key-type", each.name)
        demand(not each.nullable, f"{_RPC}/partition-key-nullable", each.name)
    clustering = [each for each in schema.fields if each.is_clustering_key]
    demand(len(clustering) < 2, f"{_RPC}/clustering-keys-two")  # noqa: PLR2004 - two
    demand(not any(each.data_type in VECTORS for each in clustering), f"{_RPC}/clustering-key-vector")


def _check_functions(state: ServerState, schema: CollectionSchema) -> None:
    """Hold functions to what they read and write, and mark the fields that they fill."""
    if schema.functions and state.rules.expectation("insert/function-output-absent") is None:
        del schema.functions[:]
    fields = {each.name: each for each in schema.fields}
    for function in schema.functions:
        named = [*function.input_field_names, *function.output_field_names]
        if function.type != FunctionType.BM25 or not all(name in fields for name in named):
            raise RefusalError("ParameterInvalid", f"function {function.name}")
        for name in function.output_field_names:
            fields[name].is_function_output = True


def is_integer(text: str) -> bool:
    """Tell whether a text is a whole number."""
    try:
        int(text)
    except ValueError:
        return False
    return True


def shards_of(state: ServerState, request: m.CreateCollectionRequest) -> int:
    """Return how many shards a definition asks for; raises `RefusalError` for too many."""
    shards = max(request.shards_num, 1)
    state.rules.demand(shards <= state.bound("shards"), f"{_RPC}/shards-too-many", str(shards))
    return shards


def spread_of(state: ServerState, request: m.CreateCollectionRequest, schema: CollectionSchema) -> int:
    """Return over how many partitions a partition key spreads rows; 0 where there is none."""
    asked = request.num_partitions
    if not any(each.is_partition_key for each in schema.fields):
        state.rules.demand(asked == 0, f"{_RPC}/num-partitions-without-key", str(asked))
        return 0
    state.rules.demand(asked <= state.bound("partitions"), f"{_RPC}/num-partitions-too-many", str(asked))
    return asked or state.bound("partition-key-partitions")
