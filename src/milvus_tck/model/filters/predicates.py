"""Conditions over rows: each evaluates itself over columns, and says which places it looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from milvus_tck.model.filters import truth
from milvus_tck.model.filters.cells import MISSING, every_row, missing, present, rows_of, whole_column
from milvus_tck.model.filters.constants import COMPARE
from milvus_tck.model.filters.fields import Columns
from milvus_tck.model.filters.operands import Arithmetic, FieldPath, Value
from milvus_tck.model.filters.row_values import arithmetic, column_arithmetic, equal, of_one_type, ordered
from milvus_tck.model.filters.truth import FALSE, TRUE, UNKNOWN, Truth

__all__ = ["All", "Always", "Any_", "Between", "Compare", "ComparePlaces", "IsIn", "Not", "OfOnePlace", "Predicate"]


class Predicate(Protocol):
    """A condition."""

    def evaluate(self, columns: Columns) -> Truth:
        """Return FALSE, TRUE or UNKNOWN for each row."""

    def places(self) -> Iterator[FieldPath]:
        """List what it looks at."""


@dataclass(frozen=True, slots=True)
class OfOnePlace:
    """What every condition on a single place has."""

    place: FieldPath

    def places(self) -> Iterator[FieldPath]:
        """The one place."""
        yield self.place


@dataclass(frozen=True, slots=True)
class Always:
    """The same for every row; no filter at all is TRUE."""

    value: bool = True

    def evaluate(self, columns: Columns) -> Truth:
        """Return the same for each row."""
        return np.full(rows_of(columns), TRUE if self.value else FALSE)

    def places(self) -> Iterator[FieldPath]:
        """It looks at nothing."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Not:
    """`not a`."""

    inner: Predicate

    def evaluate(self, columns: Columns) -> Truth:
        """Turn it round."""
        return truth.negation(self.inner.evaluate(columns))

    def places(self) -> Iterator[FieldPath]:
        """What is turned round."""
        yield from self.inner.places()


@dataclass(frozen=True, slots=True)
class All:
    """`a and b`."""

    parts: tuple[Predicate, ...]

    def evaluate(self, columns: Columns) -> Truth:
        """Say where all of it is true."""
        return truth.conjunction(part.evaluate(columns) for part in self.parts)

    def places(self) -> Iterator[FieldPath]:
        """Those of its parts."""
        for part in self.parts:
            yield from part.places()


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - the builtin has the name
    """`a or b`."""

    parts: tuple[Predicate, ...]

    def evaluate(self, columns: Columns) -> Truth:
        """Say where any of it is true."""
        return truth.disjunction(part.evaluate(columns) for part in self.parts)

    def places(self) -> Iterator[FieldPath]:
        """Those of its parts."""
        for part in self.parts:
            yield from part.places()


def known(found: Any, place: FieldPath, columns: Columns) -> Truth:  # noqa: ANN401 - booleans of any kind
    """Return what was found for each row, unknown where the field is null."""
    rows = np.asarray(found, dtype=np.uint8)
    valid = present(place, columns)
    return rows if valid is None else np.where(valid, rows, UNKNOWN)


def row_truth(found: bool) -> np.uint8:  # noqa: FBT001 - the value itself
    """Return TRUE or FALSE."""
    return TRUE if found else FALSE


@dataclass(frozen=True, slots=True)
class Compare:
    """`place == 1`, `place + 1 == 2`."""

    operand: FieldPath | Arithmetic
    sign: str
    constant: Value
    missing_is_unknown: bool

    @property
    def _place(self) -> FieldPath:
        return self.operand.place if isinstance(self.operand, Arithmetic) else self.operand

    def evaluate(self, columns: Columns) -> Truth:
        """Compare a whole column at once, elements and JSON row by row."""
        place = self._place
        if place.is_json or place.field.kind != place.kind or place.is_whole_array:
            return every_row(place, columns, self._row)
        values = whole_column(place, columns)
        if isinstance(self.operand, Arithmetic):
            values = column_arithmetic(values, self.operand.operator, self.operand.operand)
        with np.errstate(over="ignore"):
            constant = values.dtype.type(self.constant) if values.dtype.kind == "f" else self.constant
        return known(COMPARE[self.sign](values, constant), place, columns)

    def _row(self, value: Any) -> np.uint8:  # noqa: ANN401 - values of rows
        if value is MISSING or (self._place.is_json and not of_one_type(value, self.constant)):
            return self._nothing()
        if isinstance(self.operand, Arithmetic):
            value = arithmetic(value, self.operand.operator, self.operand.operand)
        if self._place.is_json or isinstance(self.constant, tuple):
            return row_truth(ordered(_listed(value), self.sign, self.constant))
        return row_truth(bool(COMPARE[self.sign](value, self.constant)))

    def _nothing(self) -> np.uint8:
        """Nothing is not equal to anything plain, until it is unknown what it is."""
        unequal = self.sign == "!=" and self._place.is_json and not isinstance(self.constant, tuple)
        return TRUE if unequal and not self.missing_is_unknown else missing(self.missing_is_unknown)

    def places(self) -> Iterator[FieldPath]:
        """The one place."""
        yield self._place


def _listed(value: object) -> object:
    return list(value) if isinstance(value, np.ndarray | tuple) else value


@dataclass(frozen=True, slots=True)
class Between(OfOnePlace):
    """`1 < place <= 2`: the lower bound first, whichever way it was written."""

    low: Value
    low_sign: str
    high: Value
    high_sign: str
    missing_is_unknown: bool

    def evaluate(self, columns: Columns) -> Truth:
        """Say what is above the one bound and below the other."""
        return truth.conjunction(
            Compare(self.place, sign, bound, self.missing_is_unknown).evaluate(columns)
            for sign, bound in ((self.low_sign, self.low), (self.high_sign, self.high))
        )


@dataclass(frozen=True, slots=True)
class ComparePlaces:
    """`a < b`."""

    left: FieldPath
    sign: str
    right: FieldPath

    def evaluate(self, columns: Columns) -> Truth:
        """Compare two columns; one that is null makes it unknown."""
        left, right = whole_column(self.left, columns), whole_column(self.right, columns)
        return known(known(COMPARE[self.sign](left, right), self.left, columns), self.right, columns)

    def places(self) -> Iterator[FieldPath]:
        """Both places."""
        yield self.left
        yield self.right


@dataclass(frozen=True, slots=True)
class IsIn(OfOnePlace):
    """`place in [1, 2]`."""

    values: tuple[Value, ...]
    missing_is_unknown: bool

    def evaluate(self, columns: Columns) -> Truth:
        """Look each value up."""
        if self.place.is_json or self.place.is_element:
            return every_row(self.place, columns, self._row)
        column = whole_column(self.place, columns)
        if column.dtype == object:
            wanted = frozenset(self.values)
            return known([value in wanted for value in column], self.place, columns)
        with np.errstate(over="ignore"):
            return known(np.isin(column, np.array(self.values, dtype=column.dtype)), self.place, columns)

    def _row(self, value: Any) -> np.uint8:  # noqa: ANN401 - values of rows
        if not self.values:
            return FALSE
        if value is MISSING or (self.place.is_json and not any(of_one_type(value, each) for each in self.values)):
            return missing(self.missing_is_unknown)
        if self.place.is_json:
            return row_truth(any(equal(value, each) for each in self.values))
        return row_truth(value in self.values)
