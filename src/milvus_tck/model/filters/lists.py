"""Conditions over lists and documents: what is in them, how long they are, what exists, what is null."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from milvus_tck.model.filters.cells import MISSING, every_row, missing, present, rows_of
from milvus_tck.model.filters.constants import COMPARE
from milvus_tck.model.filters.fields import Columns
from milvus_tck.model.filters.operands import Value
from milvus_tck.model.filters.predicates import OfOnePlace, known, row_truth
from milvus_tck.model.filters.row_values import equal
from milvus_tck.model.filters.truth import FALSE, TRUE, Truth

__all__ = ["Contains", "Existing", "IsNull", "LengthComparison", "Matches"]


@dataclass(frozen=True, slots=True)
class Contains(OfOnePlace):
    """`json_contains(place, 1)`, and whether all or any of several values are there."""

    values: tuple[Value, ...]
    #: `all` or `any`, as the builtins are.
    how: Callable[[Iterator[bool]], bool]
    missing_is_unknown: bool

    def evaluate(self, columns: Columns) -> Truth:
        """Look into each list."""
        return every_row(self.place, columns, self._row)

    def _row(self, value: Any) -> np.uint8:  # noqa: ANN401 - values of rows
        if self.place.is_json and not isinstance(value, list):
            return missing(self.missing_is_unknown)
        elements = [each.item() if isinstance(each, np.generic) else each for each in value]
        return row_truth(self.how(any(equal(each, wanted) for each in elements) for wanted in self.values))


@dataclass(frozen=True, slots=True)
class LengthComparison(OfOnePlace):
    """`array_length(place) == 2`; what is no list has the length 0 until it is unknown."""

    sign: str
    constant: int
    missing_is_unknown: bool

    def evaluate(self, columns: Columns) -> Truth:
        """Count what is in each list."""
        return every_row(self.place, columns, self._row)

    def _row(self, value: Any) -> np.uint8:  # noqa: ANN401 - values of rows
        if self.place.is_json and not isinstance(value, list):
            if self.missing_is_unknown:
                return missing(self.missing_is_unknown)
            value = ()
        return row_truth(COMPARE[self.sign](len(value), self.constant))


@dataclass(frozen=True, slots=True)
class Existing(OfOnePlace):
    """`exists place`."""

    null_is_absent: bool
    empty_is_absent: bool

    def evaluate(self, columns: Columns) -> Truth:
        """Look for something at each place; in a document that is null there is nothing."""
        found = every_row(self.place, columns, self._row)
        valid = present(self.place, columns)
        return found if valid is None else np.where(valid, found, FALSE)

    def _row(self, value: Any) -> np.uint8:  # noqa: ANN401 - values of rows
        if value is MISSING or (value is None and self.null_is_absent):
            return FALSE
        return row_truth(not (self.empty_is_absent and _empty(value)))


def _empty(value: object) -> bool:
    """Tell whether there is nothing in a value: null, or lists and objects of nothing."""
    if isinstance(value, dict):
        return all(map(_empty, value.values()))
    return value is None or (isinstance(value, list) and all(map(_empty, value)))


@dataclass(frozen=True, slots=True)
class IsNull(OfOnePlace):
    """`place is null` of a field."""

    def evaluate(self, columns: Columns) -> Truth:
        """It is never unknown whether something is null."""
        valid = present(self.place, columns)
        return np.full(rows_of(columns), FALSE) if valid is None else np.where(valid, FALSE, TRUE)


@dataclass(frozen=True, slots=True)
class Matches(OfOnePlace):
    """`place like pattern`, and whatever else is asked of one text."""

    test: Callable[[str], bool]
    missing_is_unknown: bool

    def evaluate(self, columns: Columns) -> Truth:
        """Match each text."""
        if self.place.is_json or self.place.is_element:
            return every_row(self.place, columns, self._row)
        values = columns[self.place.field.name].values
        return known([value is not None and self.test(value) for value in values], self.place, columns)

    def _row(self, value: Any) -> np.uint8:  # noqa: ANN401 - values of rows
        return row_truth(self.test(value)) if isinstance(value, str) else missing(self.missing_is_unknown)
