"""What filters are about: fields, and columns of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.kinds import NO_KIND, Kind
from milvus_tck.wire.messages import CollectionSchema, DataType

__all__ = ["DYNAMIC", "INTEGERS", "NUMBERS", "TEXTS", "Column", "Columns", "FilterField", "FilterSchema"]

#: The field that holds dynamic keys.
DYNAMIC = "$meta"

INTEGERS = frozenset({DataType.Int8, DataType.Int16, DataType.Int32, DataType.Int64})
NUMBERS = INTEGERS | {DataType.Float, DataType.Double}
TEXTS = frozenset({DataType.VarChar, DataType.String})


@dataclass(frozen=True, slots=True)
class FilterField:
    """One field that a filter may name."""

    name: str
    kind: Kind
    #: The type of the elements of an Array.
    element: Kind = NO_KIND
    nullable: bool = False
    #: Whether `text_match` may look at it.
    text_match: bool = False


@dataclass(frozen=True)
class FilterSchema:
    """The fields of a collection by their names, and whether rows may have others."""

    fields: Mapping[str, FilterField]
    dynamic: bool = False

    @classmethod
    def of(cls, schema: CollectionSchema) -> Self:
        """Read a definition as it goes over the wire."""
        fields = {
            field.name: FilterField(
                field.name,
                field.data_type,
                field.element_type,
                field.nullable,
                any(pair.key == "enable_match" and pair.value == "true" for pair in field.type_params),
            )
            for field in schema.fields
        }
        return cls(fields, schema.enable_dynamic_field)

    def find(self, name: str) -> tuple[FilterField, tuple[str, ...]] | None:
        """Return the field that a name means, and the key in it: a dynamic key is one of `$meta`."""
        if name in self.fields:
            return self.fields[name], ()
        if not self.dynamic:
            return None
        return FilterField(DYNAMIC, DataType.JSON), () if name == DYNAMIC else (name,)


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one field: numbers and booleans in an array, texts, arrays and JSON in a sequence of plain values.

    JSON is what `json.loads` makes of it; dynamic keys are a column of objects under the name `$meta`.
    """

    values: NDArray[Any] | Sequence[Any]
    #: Booleans of shape (rows,), False where the value is null; `None` where none is.
    valid: NDArray[np.bool_] | None = None


#: A column for each field, all of as many rows.
Columns = Mapping[str, Column]
