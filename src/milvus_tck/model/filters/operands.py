"""What conditions are about, once names are resolved: constants, columns, and arithmetic on a column."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from milvus_tck.model.filters.fields import NUMBERS, FilterField
from milvus_tck.model.filters.refusals import FilterError
from milvus_tck.wire.kinds import NO_KIND, Kind
from milvus_tck.wire.messages import DataType

__all__ = ["Arithmetic", "Constant", "FieldPath", "Length", "Value", "cast", "kind_of", "stored"]

#: A value in a filter; a tuple is a list of them.
Value: TypeAlias = "bool | int | float | str | tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Constant:
    """A value, and where it comes from."""

    value: Value
    #: Whether it is what a comparison of constants came to: a condition already, where `true` is a mere value.
    folded: bool = False
    #: Whether it came with the request, in the place of a parameter.
    given: bool = False

    @property
    def kind(self) -> Kind:
        """The type of the value."""
        return kind_of(self.value)

    @property
    def element(self) -> Kind:
        """The type that all values of a list have; none where they differ."""
        kinds = {kind_of(each) for each in self.value} if isinstance(self.value, tuple) else set()
        return kinds.pop() if len(kinds) == 1 else NO_KIND


def kind_of(value: Value) -> Kind:
    """Return the type that a constant has."""
    if isinstance(value, bool):
        return DataType.Bool
    if isinstance(value, int):
        return DataType.Int64
    if isinstance(value, float):
        return DataType.Double
    return DataType.VarChar if isinstance(value, str) else DataType.Array


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A column, or a place in it."""

    field: FilterField
    #: Keys and positions, outermost first.
    path: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The type of what is there: of an element, where an Array has a position."""
        return self.field.element if self.is_element else self.field.kind

    @property
    def is_json(self) -> bool:
        """Whether every row may have a value of another type there."""
        return self.field.kind == DataType.JSON

    @property
    def is_element(self) -> bool:
        """Whether it is one element of an Array."""
        return self.field.kind == DataType.Array and bool(self.path)

    @property
    def is_whole_array(self) -> bool:
        """Whether it is an Array without a position."""
        return self.field.kind == DataType.Array and not self.path

    def __str__(self) -> str:
        return self.field.name + "".join(f"[{key!r}]" for key in self.path)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`place + 2`."""

    place: FieldPath
    operator: str
    operand: int | float
    #: Int64 or Double: what it comes to, and what it is compared with.
    kind: Kind

    def __str__(self) -> str:
        return f"{self.place} {self.operator} {self.operand}"


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a list."""

    place: FieldPath

    @property
    def kind(self) -> Kind:
        """It is an integer."""
        return DataType.Int64

    def __str__(self) -> str:
        return f"array_length({self.place})"


def cast(value: Value, kind: Kind) -> Value:
    """Return a constant as a column of some type takes it: an integer as a float where that is wanted.

    Raises `FilterError` where the column takes no such value.
    """
    own = kind_of(value)
    if kind == DataType.JSON:
        return value
    if kind in {DataType.Float, DataType.Double} and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    same = (
        own == kind
        or (own == DataType.Int64 and kind in NUMBERS)
        or (own == DataType.VarChar and kind == DataType.String)
    )
    if not same:
        raise FilterError(f"cannot cast value to {DataType.Name(kind)}, value: {value!r}")
    return value


def stored(value: Value, place: FieldPath) -> Value:
    """Return a constant as a place holds it: as a float of 32 bits, if that is what its elements are."""
    if place.is_element and place.kind == DataType.Float and isinstance(value, float):
        return float(np.float32(value))
    return value
