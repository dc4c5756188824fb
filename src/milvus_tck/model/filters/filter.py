"""Filters of Query, Search and Delete: compiled once for a schema and a release, evaluated over columns.

schema = FilterSchema.of(collection_schema)
matches = compile_filter('age > 30 and city in ["Berlin"]', schema, "2.5")
rows = matches.evaluate({"age": Column(ages), "city": Column(cities)}) == TRUE
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milvus_tck.model.filters.compiler import Compiler
from milvus_tck.model.filters.fields import Columns, FilterSchema
from milvus_tck.model.filters.grammar import parse
from milvus_tck.model.filters.predicates import Always, Predicate
from milvus_tck.model.filters.releases import filter_rules
from milvus_tck.model.filters.truth import Truth

__all__ = ["Filter", "compile_filter"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition over rows."""

    text: str
    predicate: Predicate

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it looks at; `$meta` where it looks at a dynamic key."""
        return frozenset(place.field.name for place in self.predicate.places())

    def evaluate(self, columns: Columns) -> Truth:
        """Return FALSE, TRUE or UNKNOWN for each row: uint8 of shape (rows,).

        `columns` has at least one column, and every one of `fields`; all are of as many rows. Found are the rows that
        are TRUE.
        """
        return self.predicate.evaluate(columns)


def compile_filter(
    text: str, schema: FilterSchema, profile: str, parameters: Mapping[str, Any] | None = None
) -> Filter:
    """Read a filter as the releases of a profile do; one that is empty is true of every row.

    `parameters` are the values that a request brings for `{name}`, as JSON has them. Raises `FilterError` for what is
    refused, and `OutOfReachError` for what a release takes and the model does not evaluate.
    """
    if not text.strip():
        return Filter(text, Always())
    rules = filter_rules(profile)
    return Filter(text, Compiler(schema, rules, parameters or {}).condition(parse(text, rules)))
