"""Fields of a collection that is there: one is added, parameters of one are altered."""

from google.protobuf.message import DecodeError

from milvus_tck.model.alteration import altered
from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers
from milvus_tck.model.columns import default_of
from milvus_tck.model.definitions import is_integer
from milvus_tck.model.field_rules import check_field, params_of
from milvus_tck.model.name_rules import collection_of, is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType, FieldSchema
from milvus_tck.wire.vectors import VECTORS

__all__ = ["FIELD_CHANGES"]

_ADD, _ALTER = "add-collection-field", "alter-collection-field"
_RESERVED = frozenset({"RowID", "Timestamp", "$meta"})
#: Parameters that may be set later, and those of them that may be deleted: only while nothing is in memory.
_ALTERABLE = frozenset({"max_length", "max_capacity", "mmap.enabled"})
_DELETABLE = frozenset({"mmap.enabled"})


def add_collection_field(state: ServerState, request: m.AddCollectionFieldRequest) -> RightAnswers:
    """Give a collection one more field: rows that are there have its default, or null."""
    collection = collection_of(state, "AddCollectionField", request)
    try:
        field = FieldSchema.FromString(request.schema)
    except DecodeError as error:
        raise RefusalError(f"{_ADD}/schema-unreadable", str(error)) from None
    _check_place(state, collection, field)
    _check_addition(state, field)
    check_field(state, field)
    if field.data_type in VECTORS:
        raise RefusalError("ParameterInvalid", "vectors that may be null are not modelled")
    field.fieldID = 1 + max(each.fieldID for each in collection.schema.fields)

    def add(_response: object) -> None:
        collection.schema.fields.append(field)
        collection.table.add(field.name, default_of(field) if field.HasField("default_value") else None)

    return RightAnswers((RightAnswer(m.Status(), effect=add),))


def _check_place(state: ServerState, collection: CollectionState, field: FieldSchema) -> None:
    """Raise `RefusalError` where a collection has no place for a field."""
    most = state.bound("fields")
    if len(collection.fields) >= most:
        raise RefusalError(f"{_ADD}/fields-too-many", f"the most are {most}")
    if field.name in collection.fields:
        raise RefusalError(f"{_ADD}/name-taken", f"duplicated field name {field.name}")
    if field.is_clustering_key and any(each.is_clustering_key for each in collection.schema.fields):
        raise RefusalError(f"{_ADD}/clustering-key-second", field.name)


def _check_addition(state: ServerState, field: FieldSchema) -> None:
    """Raise `RefusalError` for what a field may be from the beginning, and not later."""
    wrong = {
        "type-unknown": field.data_type not in DataType.values() or not field.data_type,
        "name-reserved": field.name in _RESERVED,
        "primary-key": field.is_primary_key,
        "auto-id": field.autoID,
        "partition-key": field.is_partition_key,
        "dim-missing": _lacks_dim(field),
        "not-nullable": not field.nullable,
        "name-ill-formed" if field.name else "name-empty": not is_name(state, field.name),
    }
    found = next((rule for rule, holds in wrong.items() if holds), "")
    if found:
        raise RefusalError(f"{_ADD}/{found}", field.name)


def _lacks_dim(field: FieldSchema) -> bool:
    dense = field.data_type in VECTORS and field.data_type != DataType.SparseFloatVector
    return dense and "dim" not in params_of(field)


# --- parameters ---


def alter_collection_field(state: ServerState, request: m.AlterCollectionFieldRequest) -> RightAnswers:
    """Set parameters of a field, or delete some."""
    collection = collection_of(state, "AlterCollectionField", request)
    state.rules.demand(bool(request.properties or request.delete_keys), f"{_ALTER}/nothing")
    field = collection.fields.get(request.field_name)
    for pair in request.properties:
        _check_parameter(state, field, pair)
    changed = {*request.delete_keys, *(pair.key for pair in request.properties)}
    if not changed <= _ALTERABLE or not _DELETABLE.issuperset(request.delete_keys):
        raise RefusalError(f"{_ALTER}/parameter-fixed", "does not allow update in collection field param")
    if changed & _DELETABLE and collection.loaded:
        raise RefusalError(f"{_ALTER}/mmap-loaded", collection.name)
    if field is None and changed:
        raise RefusalError(f"{_ALTER}/field-unknown", request.field_name)

    def alter(_response: object) -> None:
        if field is not None:
            kept = altered(tuple(field.type_params), request)
            del field.type_params[:]
            field.type_params.extend(kept)

    return RightAnswers((RightAnswer(m.Status(), effect=alter),))


def _check_parameter(state: ServerState, field: FieldSchema | None, pair: m.KeyValuePair) -> None:
    """Raise `RefusalError` where a parameter is none of the field, or may not have the value."""
    if pair.key == "max_length":
        if field is None:
            raise RefusalError(f"{_ALTER}/field-unknown", "can not modify the maxlength for non-string types")
        texts = DataType.VarChar in {field.data_type, field.element_type}
        _demand(texts, "max-length-of-no-text", field.name)
        _demand(is_integer(pair.value), "max-length-not-a-number", pair.value)
        _demand(int(pair.value) <= state.bound("max-length"), "max-length-too-large", pair.value)
    if pair.key == "max_capacity":
        _demand(field is not None and field.data_type == DataType.Array, "max-capacity-of-no-array")
        fits = is_integer(pair.value) and 1 <= int(pair.value) <= state.bound("max-capacity")
        _demand(fits, "max-capacity-out-of-range", pair.value)


def _demand(right: bool, rule: str, detail: str = "") -> None:  # noqa: FBT001 - reads like a sentence
    if not right:
        raise RefusalError(f"{_ALTER}/{rule}", detail)


FIELD_CHANGES: Handlers = {"AddCollectionField": add_collection_field, "AlterCollectionField": alter_collection_field}
