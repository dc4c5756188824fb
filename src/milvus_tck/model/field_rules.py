"""What a field of a collection may be: types, their parameters, defaults."""

import re

from milvus_tck.model.name_rules import is_name
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.vectors import BITS, VECTORS

__all__ = ["INTEGERS", "KEYWORDS", "check_field", "dim_of", "params_of"]

_RPC = "create-collection"
#: Whole numbers that travel as int32, with the bits that they have.
INTEGERS = {DataType.Int8: 8, DataType.Int16: 16, DataType.Int32: 32}
#: Words of the filter language.
KEYWORDS = frozenset({
    "and", "or", "not", "in", "like", "exists", "json_contains", "json_contains_all", "json_contains_any",
    "array_contains", "array_contains_all", "array_contains_any", "array_length", "text_match", "phrase_match",
    "is", "null", "true", "false",
})  # fmt: skip
#: A whole number as servers read it: without blanks around it.
_WHOLE = re.compile(r"[+-]?[0-9]+")
_SYSTEM = frozenset({"RowID", "Timestamp"})
_SCALARS = frozenset({
    DataType.Bool, DataType.Int8, DataType.Int16, DataType.Int32, DataType.Int64, DataType.Float, DataType.Double,
    DataType.VarChar,
})  # fmt: skip
#: The clause whose profiles have a type, where not all have it.
_SINCE = {
    DataType.Array: "create-collection/type-array",
    DataType.Float16Vector: "create-collection/type-float16-vector",
    DataType.BFloat16Vector: "create-collection/type-float16-vector",
    DataType.SparseFloatVector: "create-collection/type-sparse-vector",
    DataType.Int8Vector: "create-collection/type-int8-vector",
    DataType.Geometry: "insert/geometry",
    DataType.Timestamptz: "insert/timestamptz",
    DataType.Text: "create-collection/text-max-length-missing",
}
_ALWAYS = frozenset({*_SCALARS, DataType.JSON, DataType.FloatVector, DataType.BinaryVector})
#: Where the value of a default stands.
_DEFAULTS = {
    "bool_data": {DataType.Bool}, "int_data": {DataType.Int8, DataType.Int16, DataType.Int32},
    "long_data": {DataType.Int64, DataType.Timestamptz}, "float_data": {DataType.Float},
    "double_data": {DataType.Double},
    "string_data": {DataType.VarChar, DataType.Text, DataType.Geometry, DataType.Timestamptz},
    "bytes_data": {DataType.JSON}, "timestamptz_data": {DataType.Timestamptz},
}  # fmt: skip


def params_of(field: m.FieldSchema) -> dict[str, str]:
    """Return the type parameters of a field."""
    return {pair.key: pair.value for pair in field.type_params}


def dim_of(field: m.FieldSchema) -> int:
    """Return the dimension of a vector field; 0 where it has none."""
    return int(params_of(field).get("dim", "0"))


def check_field(state: ServerState, field: m.FieldSchema) -> None:
    """Raise `RefusalError` where a field is none that a collection may have."""
    _check_name(state, field.name)
    _check_type(state, field)
    if field.data_type in VECTORS:
        _check_dim(state, field)
    if field.data_type in {DataType.VarChar, DataType.Text}:
        _check_length(state, field)
    if field.data_type == DataType.Array:
        _check_array(state, field)
    if field.HasField("default_value"):
        _check_default(state, field)


def _check_name(state: ServerState, name: str) -> None:
    demand = state.rules.demand
    demand(name != "$meta", f"{_RPC}/field-name-meta", name)
    demand(is_name(state, name), f"{_RPC}/field-name-ill-formed", f"field name[{name}]")
    demand(name not in _SYSTEM, f"{_RPC}/field-name-reserved", name)
    demand(name.lower() not in KEYWORDS, f"{_RPC}/field-name-keyword", name)


def _check_type(state: ServerState, field: m.FieldSchema) -> None:
    rules, kind = state.rules, field.data_type
    rules.demand(kind != 0, f"{_RPC}/type-none", field.name)
    rules.demand(kind != DataType.String, f"{_RPC}/type-string", field.name)
    if kind == DataType.Array:
        rules.demand(rules.accepts(_SINCE[kind]), _SINCE[kind], field.name)
        return
    clause = _SINCE.get(kind, "")
    known = kind in _ALWAYS or (bool(clause) and rules.expectation(clause) is not None)
    if not known:
        raise rules.refusal(f"{_RPC}/type-unknown", f"field {field.name} has the type {kind}")


def _number(state: ServerState, text: str, clause: str) -> int:
    """Read a parameter that has to be a whole number."""
    if _WHOLE.fullmatch(text) is None:
        raise state.rules.refusal(clause, f"strconv: parsing {text!r}")
    return int(text)


def _check_dim(state: ServerState, field: m.FieldSchema) -> None:
    demand, given = state.rules.demand, params_of(field).get("dim")
    if field.data_type == DataType.SparseFloatVector:
        demand(given is None, f"{_RPC}/sparse-with-dim", field.name)
        return
    if given is None:
        raise RefusalError(f"{_RPC}/dim-missing", field.name)
    dim = _number(state, given, f"{_RPC}/dim-not-a-number")
    if field.data_type == DataType.BinaryVector:
        demand(dim >= 1, f"{_RPC}/dim-out-of-range", given)
        demand(dim % BITS == 0, f"{_RPC}/binary-dim-not-of-eight", given)
        longest = state.bound("binary-dim")
        above = "binary-dim-above-32768" if longest == state.bound("dim") else "binary-dim-above-262144"
        demand(dim <= longest, f"{_RPC}/{above}", given)
        return
    demand(1 <= dim <= state.bound("dim"), f"{_RPC}/dim-out-of-range", given)
    demand(dim >= state.bound("dim-least"), f"{_RPC}/dim-one", given)


def _check_length(state: ServerState, field: m.FieldSchema) -> None:
    given = params_of(field).get("max_length")
    if field.data_type == DataType.Text:
        state.rules.demand(given is not None, f"{_RPC}/text-max-length-missing", field.name)
        return
    if given is None:
        raise RefusalError(f"{_RPC}/max-length-missing", field.name)
    _check_range(state, given, "max-length")


def _check_range(state: ServerState, given: str, name: str) -> None:
    length = _number(state, given, f"{_RPC}/max-length-not-a-number")
    state.rules.demand(1 <= length <= state.bound(name), f"{_RPC}/{name}-out-of-range", given)


def _check_array(state: ServerState, field: m.FieldSchema) -> None:
    rules, params = state.rules, params_of(field)
    rules.demand(field.element_type in _SCALARS, f"{_RPC}/array-element-type", field.name)
    if "max_capacity" not in params:
        raise RefusalError(f"{_RPC}/array-capacity-missing", field.name)
    rule, given = f"{_RPC}/array-capacity-out-of-range", params["max_capacity"]
    rules.demand(1 <= _number(state, given, rule) <= state.bound("max-capacity"), rule, given)
    if field.element_type == DataType.VarChar:
        if "max_length" not in params:
            raise RefusalError(f"{_RPC}/max-length-missing", field.name)
        _check_range(state, params["max_length"], "max-length")


def _check_default(state: ServerState, field: m.FieldSchema) -> None:
    slot = field.default_value.WhichOneof("data")
    fits = field.data_type in _DEFAULTS.get(slot or "", set())
    if fits and field.data_type in INTEGERS:
        most = 1 << (INTEGERS[field.data_type] - 1)
        fits = -most <= field.default_value.int_data < most
    if fits and field.data_type == DataType.VarChar:
        fits = len(field.default_value.string_data.encode()) <= int(params_of(field)["max_length"])
    state.rules.demand(fits and not field.is_primary_key, f"{_RPC}/default-value-wrong", field.name)
