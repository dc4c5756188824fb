"""Fields that a collection gets while it is there, and what can be seen of them."""

from typing import Any

import numpy as np
from milvus_tck.fixtures.small_collections import DIM

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.columns import column, values_of
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.schema import field

__all__ = ["added", "beside", "fields_of", "insert_beside", "nullable_column"]


def added(name: str, kind: Kind = DataType.Int64, **options: Any) -> FieldSchema:  # noqa: ANN401 - of a field
    """Describe a field that may be null, as one that is added has to be."""
    made = field(name, kind, **options)
    made.nullable = True
    return made


def fields_of(tck: Case, name: str) -> list[FieldSchema]:
    """Look up the fields of a collection, without their ids and what a server says of their state."""
    found = []
    for told in tck.ok(calls.describe_collection(name)).schema.fields:
        mine = FieldSchema()
        mine.CopyFrom(told)
        for member in ("fieldID", "state"):
            mine.ClearField(member)
        found.append(mine)
    return found


def nullable_column(like: FieldSchema, values: list[Any]) -> FieldData:
    """Write a column of a field that may be null; where a value is `None`, none is sent."""
    present = [each for each in values if each is not None]
    made = column(like.name, like.data_type, present, element=like.element_type or None)
    made.valid_data.extend(each is not None for each in values)
    return made


def insert_beside(tck: Case, collection: str, keys: list[int], *columns: FieldData) -> None:
    """Insert a row for each key into a small collection, with columns beside the key and the vector."""
    vectors = np.repeat(np.array(keys, dtype=np.float32)[:, None], DIM, axis=1)
    own = [column("id", DataType.Int64, keys), column("vec", DataType.FloatVector, vectors)]
    tck.ok(calls.insert(collection, [*own, *columns], len(keys)))


def beside(tck: Case, collection: str, *names: str) -> dict[int, Any]:
    """Query for all rows: by key the value of a field, or those of several; no row where the server refuses."""
    told = tck.told(calls.query(collection, "id >= 0", output=["id", *names]))
    if told is None:
        return {}
    columns = [values_of(told.fields_data, name) for name in names]
    rows = columns[0] if len(names) == 1 else [list(row) for row in zip(*columns, strict=True)]
    return dict(zip(values_of(told.fields_data, "id"), rows, strict=True))
