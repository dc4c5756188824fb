"""Query vectors of a search: how many there are, and whether they are of the kind and the dimension of the field."""

from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from milvus_tck.model.bm25 import weights
from milvus_tck.model.field_rules import dim_of
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.model.value_rules import DENSE
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType, PlaceholderGroup, PlaceholderType, PlaceholderValue
from milvus_tck.wire.search import TAG
from milvus_tck.wire.vectors import BITS, PAIR

__all__ = ["read_queries"]

_RPC = "search"
_PLACEHOLDERS = {
    DataType.FloatVector: PlaceholderType.FloatVector,
    DataType.BinaryVector: PlaceholderType.BinaryVector,
    DataType.Float16Vector: PlaceholderType.Float16Vector,
    DataType.BFloat16Vector: PlaceholderType.BFloat16Vector,
    DataType.Int8Vector: PlaceholderType.Int8Vector,
    DataType.SparseFloatVector: PlaceholderType.SparseFloatVector,
}


def read_queries(state: ServerState, request: m.SearchRequest, field: m.FieldSchema, metric: str) -> list[Any]:
    """Return the query vectors of a search; raises `RefusalError` where they are none for the field."""
    try:
        group = PlaceholderGroup.FromString(request.placeholder_group)
    except DecodeError as error:
        raise state.rules.refusal(f"{_RPC}/query-unreadable", str(error)) from None
    holder = group.placeholders[0] if group.placeholders else None
    if holder is None and request.nq > 0:
        raise state.rules.refusal(f"{_RPC}/query-unreadable", "there is no placeholder")
    values = [] if holder is None else list(holder.values)
    _check_number(state, request.nq, len(values))
    assert holder is not None  # noqa: S101 - there are values
    state.rules.demand(holder.tag == TAG, f"{_RPC}/query-tag", holder.tag)
    if metric == "BM25" and holder.type == PlaceholderType.VarChar:
        return [weights(value.decode()) for value in values]
    _check_type(state, field, holder)
    return [_vector(state, field, value) for value in values]


def _check_number(state: ServerState, nq: int, found: int) -> None:
    asked = nq or found
    if asked <= 0:
        raise RefusalError(f"{_RPC}/queries-none", f"nq [{asked}] is invalid, it should be in range [1, 16384]")
    state.rules.demand(asked <= state.bound("queries"), f"{_RPC}/queries-16385", f"nq [{asked}] is invalid")
    if asked != found:
        raise RefusalError(f"{_RPC}/nq-other", f"nq is {nq} for {found} query vectors")


def _check_type(state: ServerState, field: m.FieldSchema, holder: PlaceholderValue) -> None:
    """Up to the line that looks at the type, the number of bytes alone has to be right."""
    if holder.type != _PLACEHOLDERS[field.data_type]:
        state.rules.demand(right=False, clause=f"{_RPC}/query-type-of-same-size", detail=f"type {holder.type}")
        if not all(len(value) == _bytes(field) for value in holder.values):
            raise RefusalError(f"{_RPC}/query-type", f"type {holder.type}")


def _bytes(field: m.FieldSchema) -> int:
    """How many bytes a dense vector of a field has; 0 for a sparse one."""
    if field.data_type not in DENSE:
        return 0
    dim = dim_of(field)
    return dim // BITS if field.data_type == DataType.BinaryVector else dim * DENSE[field.data_type].itemsize


def _vector(state: ServerState, field: m.FieldSchema, value: bytes) -> Any:  # noqa: ANN401 - bytes or an array
    if field.data_type == DataType.SparseFloatVector:
        if len(value) % PAIR.itemsize:
            raise state.rules.refusal(f"{_RPC}/query-dim", f"{len(value)} bytes")
        return value
    if len(value) != _bytes(field):
        raise RefusalError(f"{_RPC}/query-dim", f"{len(value)} bytes and not {_bytes(field)}")
    return np.frombuffer(value, dtype=DENSE[field.data_type])
