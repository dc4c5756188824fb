"""A small collection of every scalar type, JSON, arrays and dynamic keys, for filters to choose from.

Values repeat, lie beside each other and at the ends of their types; texts hold what has to be escaped; a JSON
key has values of all types, in some rows none.
"""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from milvus_tck.model.filters.fields import DYNAMIC, Column, Columns, FilterSchema
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.schema import collection_schema, field, int64_key, varchar, vector

__all__ = ["ELEMENTS", "TEXTS", "Sample", "sample"]

_LARGE = (1 << 53) + 1
#: Texts that are hard to write.
TEXTS = (
    "", "a", "abc", "abd", "ABC", "a\nb", "a\tb", 'a"b', "a'b", "a\\b", "a\\", "50%", "a_b", "a_b%c", "é漢", " a",
    "a ", "and", "\x01", "\\n", "x" * 40, "🙂", "%", "_",
)  # fmt: skip
_INTEGERS: dict[Kind, tuple[int, ...]] = {
    DataType.Int8: (0, 1, 2, -1, 7, 127, -128),
    DataType.Int16: (0, 1, -1, 300, 32767, -32768),
    DataType.Int32: (0, 1, -1, 70000, 2147483647, -2147483648),
    DataType.Int64: (0, 1, -1, 2, _LARGE, _LARGE + 1, -_LARGE, (1 << 63) - 1, -(1 << 63) + 1),
}
_FLOATS = (0.0, 0.25, -0.25, 0.5, 1.0, 1.5, 2.0, -2.0, 1024.0)
#: What stands under the keys of JSON fields and of `$meta`.
_JSON: tuple[Any, ...] = (
    0, 1, 2, -1, 1.0, 1.5, 0.25, _LARGE, "", "a", "1", "a\nb", 'a"b', "50%", True, False, None, [], {}, [1, 2],
    [1.0, 2.5], ["a", 1, True], [[1], [2, 3]], {"k": 1}, {"k": "a", "l": [1]}, {"k": None},
)  # fmt: skip
#: The Array fields, and the type of what they hold.
ELEMENTS: dict[str, Kind] = {
    "flags": DataType.Bool,
    "bytes": DataType.Int8,
    "longs": DataType.Int64,
    "reals": DataType.Double,
    "words": DataType.VarChar,
}
_SCALARS: dict[str, Kind] = {
    "flag": DataType.Bool,
    "tiny": DataType.Int8,
    "small": DataType.Int16,
    "medium": DataType.Int32,
    "large": DataType.Int64,
    "single": DataType.Float,
    "double": DataType.Double,
    "text": DataType.VarChar,
}


@dataclass(frozen=True)
class Sample:
    """Rows, as they are inserted and as filters see them."""

    fields: tuple[FieldSchema, ...]
    data: tuple[FieldData, ...]
    schema: FilterSchema
    columns: Columns

    @property
    def rows(self) -> int:
        """How many there are; their keys count from 0."""
        return len(self.columns["id"].values)


def sample(random: Random, rows: int = 60, *, arrays: bool = True) -> Sample:
    """Make rows; without arrays they are rows of 2.2."""
    kinds = {"id": DataType.Int64, **_SCALARS, "document": DataType.JSON}
    values: dict[str, list[Any]] = {"id": list(range(rows))}
    values |= {name: [_scalar(random, kind) for _ in range(rows)] for name, kind in _SCALARS.items()}
    values["document"] = [_object(random, ("a", "b", "n")) for _ in range(rows)]
    elements = ELEMENTS if arrays else {}
    lists = {name: [_elements(random, kind) for _ in range(rows)] for name, kind in elements.items()}
    dynamic = [_object(random, ("colour", "size", "more")) for _ in range(rows)]
    fields = (
        int64_key(),
        *(_field(name, kind) for name, kind in list(kinds.items())[1:]),
        *_array_fields(elements),
        vector("vec", 4),
    )
    data = [column(name, kind, _written(kind, values[name])) for name, kind in kinds.items()]
    data += [column(name, DataType.Array, lists[name], element=kind) for name, kind in elements.items()]
    data += [column("vec", DataType.FloatVector, np.zeros((rows, 4), dtype=np.float32))]
    data += [dynamic_column([json.dumps(row).encode() for row in dynamic])]
    columns = {name: Column(found) for name, found in {**values, **lists, DYNAMIC: dynamic}.items()}
    return Sample(fields, tuple(data), FilterSchema.of(collection_schema("", *fields, dynamic=True)), columns)


def _field(name: str, kind: Kind) -> FieldSchema:
    return varchar(name, 64) if kind == DataType.VarChar else field(name, kind)


def _array_fields(elements: dict[str, Kind]) -> list[FieldSchema]:
    params = {"max_capacity": "8"}
    return [
        field(name, DataType.Array, params | ({"max_length": "64"} if kind == DataType.VarChar else {}), element=kind)
        for name, kind in elements.items()
    ]


def _written(kind: Kind, values: list[Any]) -> list[Any]:
    return [json.dumps(value).encode() for value in values] if kind == DataType.JSON else values


def _scalar(random: Random, kind: Kind) -> Any:  # noqa: ANN401 - values of any type
    if kind == DataType.Bool:
        return random.random() < 0.5
    if kind == DataType.VarChar:
        return random.choice(TEXTS)
    return random.choice(_INTEGERS.get(kind, _FLOATS))


def _elements(random: Random, kind: Kind) -> list[Any]:
    return [_scalar(random, kind) for _ in range(random.choice((0, 1, 2, 3, 5)))]


def _object(random: Random, keys: tuple[str, ...]) -> dict[str, Any]:
    """Make an object that has some of the keys."""
    return {key: random.choice(_JSON) for key in keys if random.random() < 0.8}
