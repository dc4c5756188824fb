"""Output fields: which columns come back, and how their values are written."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.columns import META
from milvus_tck.model.field_rules import dim_of
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.model.value_rules import DENSE
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.vectors import VECTORS

__all__ = ["column_of", "columns_asked_for", "keys_asked_for", "names_asked_for"]

_RPC = "search"
_ALL = "*"


def columns_asked_for(state: ServerState, collection: CollectionState, asked: Sequence[str]) -> list[str]:
    """Return the names of the columns that output fields stand for, each once, `$meta` for dynamic fields.

    Vectors are among all fields in the profiles that promise them. Raises `RefusalError` where a field does not exist.
    """
    found: dict[str, None] = {}
    dynamic = collection.schema.enable_dynamic_field
    vectors = state.rules.expectation(f"{_RPC}/output-vector") is not None
    for name in asked:
        if name.strip() == _ALL:
            every = [each.name for each in collection.schema.fields if vectors or each.data_type not in VECTORS]
            found |= dict.fromkeys([*every, *([META] if dynamic else [])])
        elif name in collection.fields:
            found[name] = None
        elif dynamic:
            found[META] = None
        else:
            raise RefusalError(f"{_RPC}/output-unknown", f"field {name} not exist")
    return list(found)


def keys_asked_for(state: ServerState, collection: CollectionState, asked: Sequence[str]) -> frozenset[str] | None:
    """Return the dynamic keys that output fields name; `None` where all of them come back."""
    named = frozenset(asked) - collection.fields.keys()
    every = not named or not named.isdisjoint({META, _ALL})
    return None if every or not state.rules.accepts(f"{_RPC}/output-dynamic-key") else named


def names_asked_for(asked: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the names that an answer tells: those that were asked for, each once, and every column in place of `*`."""
    return list(dict.fromkeys(name for each in asked for name in (columns if each.strip() == _ALL else [each])))


def column_of(
    collection: CollectionState, name: str, rows: NDArray[np.int64], keys: frozenset[str] | None = None
) -> FieldData:
    """Write a column of the rows at these places of the table; of dynamic fields those of some keys."""
    values = collection.table.values(name)[rows]
    if name == META:
        made = column(META, DataType.JSON, [_picked(value, keys) for value in values])
        made.is_dynamic = True
        return made
    field = collection.fields[name]
    made = _written(field, values)
    made.field_id = field.fieldID
    return made


def _picked(document: bytes, keys: frozenset[str] | None) -> bytes:
    if keys is None:
        return document
    return json.dumps({key: value for key, value in json.loads(document).items() if key in keys}).encode()


def _written(field: FieldSchema, values: NDArray[Any]) -> FieldData:
    if field.data_type in DENSE:
        made = column(field.name, field.data_type, values)
        made.vectors.dim = dim_of(field)
        return made
    present = list(values)
    if not field.nullable:
        return column(field.name, field.data_type, present, element=field.element_type)
    stand_in = _stand_in(field)
    filled = [stand_in if each is None else each for each in present]
    made = column(field.name, field.data_type, filled, element=field.element_type)
    made.valid_data.extend(each is not None for each in present)
    return made


def _stand_in(field: FieldSchema) -> Any:  # noqa: ANN401 - of the type of the field
    """Return what stands in the place of a null."""
    if field.data_type == DataType.Array:
        return []
    if field.data_type == DataType.JSON:
        return b""
    texts = {DataType.VarChar, DataType.Text, DataType.Timestamptz, DataType.Geometry, DataType.String}
    return "" if field.data_type in texts else 0
