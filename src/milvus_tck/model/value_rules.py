"""What the values of a field may be, and how they stand in a request: a column in, a value for each row out."""

import json
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.field_rules import INTEGERS, dim_of, params_of
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import SCALAR_SLOT
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.vectors import BITS, FLOAT, PACKED, PAIR, VECTORS

__all__ = ["DENSE", "decode", "has_payload", "read_documents"]

_RPC = "insert"
#: Element types of dense vectors; a bfloat16 by its bits.
DENSE: dict[Kind, np.dtype[Any]] = {DataType.FloatVector: FLOAT, **{kind: each for kind, (_, each) in PACKED.items()}}
_CHECKED = frozenset({DataType.Int8, DataType.Int16, DataType.VarChar, DataType.JSON})
_LAST_INDEX = 2**32 - 2
_REALS = frozenset({DataType.Float, DataType.Double})
_TEXTS = frozenset({DataType.VarChar, DataType.Text})


def has_payload(column: m.FieldData) -> bool:
    """Tell whether a column holds data at all, be it that of no row."""
    part = column.WhichOneof("field")
    return part is not None and getattr(column, part).WhichOneof("data") is not None


def decode(state: ServerState, field: m.FieldSchema, column: m.FieldData) -> Any:  # noqa: ANN401 - an array or a list
    """Return the values of a column: an array of shape (rows, width) for dense vectors, else a list.

    Raises `RefusalError` where they are none that the field takes.
    """
    if not has_payload(column):
        raise state.rules.refusal(f"{_RPC}/no-payload", field.name)
    _check_kind(state, field, column)
    if field.data_type == DataType.SparseFloatVector:
        return _sparse(state, column)
    if field.data_type in VECTORS:
        return _dense(state, field, column)
    if field.data_type == DataType.Array:
        return [_array(state, field, row) for row in column.scalars.array_data.data]
    values = list(getattr(column.scalars, SCALAR_SLOT[field.data_type]).data)
    _check_scalars(state, field, values)
    return values


def _check_kind(state: ServerState, field: m.FieldSchema, column: m.FieldData) -> None:
    """Raise `RefusalError` where a column, or its data, is of another kind than the field."""
    kind = field.data_type
    if kind in VECTORS:
        slot = {DataType.FloatVector: "float_vector", DataType.SparseFloatVector: "sparse_float_vector"}.get(kind)
        if column.vectors.WhichOneof("data") != (slot or PACKED[kind][0]):
            raise state.rules.refusal(f"{_RPC}/vector-kind-other", field.name)
    else:
        slot = "array_data" if kind == DataType.Array else SCALAR_SLOT[kind]
        if column.scalars.WhichOneof("data") != slot:
            rule = "kind-other" if kind in _CHECKED else "kind-other-refused"
            raise state.rules.refusal(f"{_RPC}/{rule}", f"{field.name}: array type mismatch")
    if column.type not in {0, kind}:
        raise state.rules.refusal(f"{_RPC}/kind-other-refused", f"{field.name} is of the type {column.type}")


# --- vectors ---


def _dense(state: ServerState, field: m.FieldSchema, column: m.FieldData) -> NDArray[Any]:
    kind, dim = field.data_type, dim_of(field)
    width = dim // BITS if kind == DataType.BinaryVector else dim
    if kind == DataType.FloatVector:
        flat = np.array(column.vectors.float_vector.data, dtype=FLOAT)
    else:
        raw = getattr(column.vectors, PACKED[kind][0])
        size = DENSE[kind].itemsize
        _check_length(state, kind, len(raw) % (width * size) == 0, field.name)
        flat = np.frombuffer(raw, dtype=DENSE[kind])
    _check_length(state, kind, len(flat) % width == 0, field.name)
    _check_dim(state, column.vectors.dim, dim)
    _check_finite(state, kind, flat, field.name)
    return flat.reshape(-1, width)


def _check_length(state: ServerState, kind: Kind, divides: bool, name: str) -> None:  # noqa: FBT001 - what is checked
    rule = "binary-vector-length" if kind == DataType.BinaryVector else "vector-length"
    if not divides:
        raise state.rules.refusal(f"{_RPC}/{rule}", f"the length of {name} is no multiple of its dimension")


def _check_dim(state: ServerState, declared: int, dim: int) -> None:
    state.rules.demand(declared >= dim, f"{_RPC}/vector-dim-declared", f"{declared} and not {dim}")
    if declared > dim or declared <= 0:
        raise state.rules.refusal(f"{_RPC}/dim-larger-refused", f"{declared} and not {dim}")


def _check_finite(state: ServerState, kind: Kind, flat: NDArray[Any], name: str) -> None:
    if kind == DataType.BFloat16Vector:
        flat = (flat.astype(np.uint32) << 16).view(np.float32)
    if flat.dtype.kind == "f" and not np.isfinite(flat).all():
        rule = "vector-not-a-number" if kind == DataType.FloatVector else "half-vector-not-a-number"
        raise state.rules.refusal(f"{_RPC}/{rule}", name)


def _sparse(state: ServerState, column: m.FieldData) -> list[bytes]:
    rows = list(column.vectors.sparse_float_vector.contents)
    for row in rows:
        if len(row) % PAIR.itemsize:
            raise state.rules.refusal(f"{_RPC}/sparse-length", f"{len(row)} bytes")
        pairs = np.frombuffer(row, dtype=PAIR)
        index, value = pairs["index"].astype(np.int64), pairs["value"]
        ascend = bool((np.diff(index) > 0).all()) and (not len(index) or index[-1] <= _LAST_INDEX)
        if not ascend or not np.isfinite(value).all() or (value < 0).any():
            raise state.rules.refusal(f"{_RPC}/sparse-ill-formed", "indices ascend, values are finite and at least 0")
    return rows


# --- scalars ---


def _check_scalars(state: ServerState, field: m.FieldSchema, values: list[Any]) -> None:
    kind = field.data_type
    if kind in INTEGERS:
        _check_integers(state, kind, values, f"{_RPC}/integer-out-of-range")
    if kind in _REALS:
        finite = bool(np.isfinite(np.array(values, dtype=np.float64)).all())
        state.rules.demand(finite, f"{_RPC}/number-not-a-number", field.name)
    if kind in _TEXTS:
        _check_texts(state, field, values, f"{_RPC}/varchar-too-long")
    if kind == DataType.JSON:
        longest = max(map(len, values), default=0)
        state.rules.demand(longest <= state.bound("json-bytes"), f"{_RPC}/json-too-long", field.name)
    if kind == DataType.Timestamptz and not all(map(_is_moment, values)):
        raise RefusalError("ParameterInvalid", f"{field.name} is a time by ISO 8601")


def _check_integers(state: ServerState, kind: Kind, values: list[Any], rule: str) -> None:
    most = 1 << (INTEGERS[kind] - 1)
    wrong = next((each for each in values if not -most <= each < most), None)
    state.rules.demand(wrong is None, rule, f"{wrong} is out of range")


def _check_texts(state: ServerState, field: m.FieldSchema, values: list[Any], rule: str) -> None:
    given = params_of(field).get("max_length")
    longest = max((len(each.encode()) for each in values), default=0)
    state.rules.demand(given is None or longest <= int(given), rule, f"{longest} bytes in {field.name}")


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _array(state: ServerState, field: m.FieldSchema, row: m.ScalarField) -> list[Any]:
    slot = SCALAR_SLOT[field.element_type]
    if row.WhichOneof("data") not in {None, slot}:
        raise state.rules.refusal(f"{_RPC}/array-element-kind", field.name)
    values = list(getattr(row, slot).data)
    capacity = int(params_of(field)["max_capacity"])
    state.rules.demand(len(values) <= capacity, f"{_RPC}/array-too-long", f"{len(values)} elements in {field.name}")
    rule = f"{_RPC}/array-element-out-of-range"
    if field.element_type in INTEGERS:
        _check_integers(state, field.element_type, values, rule)
    if field.element_type == DataType.VarChar:
        _check_texts(state, field, values, rule)
    return values


# --- dynamic fields ---


def read_documents(state: ServerState, column: m.FieldData, fields: frozenset[str]) -> list[bytes]:
    """Return the dynamic fields of each row, as they were given; raises `RefusalError` where they may not be."""
    demand, rows = state.rules.demand, list(column.scalars.json_data.data)
    for row in rows:
        found = _object(row)
        if found is None:
            raise state.rules.refusal(f"{_RPC}/dynamic-not-json", repr(row[:40]))
        demand("$meta" not in found, f"{_RPC}/dynamic-key-meta", "cannot set json key to: $meta")
        taken = sorted(fields & found.keys())
        demand(not taken, f"{_RPC}/dynamic-key-of-field-refused", ", ".join(taken))
        demand(len(row) <= state.bound("json-bytes"), f"{_RPC}/dynamic-too-long", f"{len(row)} bytes")
    return rows


def _object(row: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(row)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
