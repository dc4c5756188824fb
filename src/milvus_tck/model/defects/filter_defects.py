"""Defects of filters: which rows match, and what is refused."""

from typing import Any

import numpy as np

from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.plants import defect, effecting
from milvus_tck.model.defects.search_defects import collection_in
from milvus_tck.model.filters.truth import FALSE, TRUE

__all__: list[str] = []

_SEVERAL = 2


def _evaluating(copy: ModelCopy, module: str, kind: str, change: Any) -> None:
    """Change what a kind of condition comes to: given the condition, the columns and what it came to."""
    condition = getattr(copy[module], kind)
    before = condition.evaluate
    condition.evaluate = lambda self, columns: change(self, columns, before(self, columns))


def _never(found: Any) -> Any:
    return np.where(found == TRUE, FALSE, found)


def _without_last(found: Any) -> Any:
    """Lose the last row that matches."""
    true = np.flatnonzero(found == TRUE)
    made = found.copy()
    made[true[-1:]] = FALSE
    return made


def _equals_text(copy: ModelCopy, condition: Any) -> bool:
    compared = isinstance(condition, copy["filters.predicates"].Compare) and condition.sign == "=="
    return compared and isinstance(condition.constant, str)


def _is_array(copy: ModelCopy, condition: Any) -> bool:
    """Tell whether a condition asks what is in an Array field."""
    contains = isinstance(condition, copy["filters.lists"].Contains)
    return contains and condition.place.field.kind == copy["row_filter"].DataType.Array


@defect("not-in-as-in")
def _not_in_as_in(copy: ModelCopy) -> None:
    predicates = copy["filters.predicates"]

    def change(condition: Any, columns: Any, found: Any) -> Any:
        return condition.inner.evaluate(columns) if isinstance(condition.inner, predicates.IsIn) else found

    _evaluating(copy, "filters.predicates", "Not", change)


@defect("list-out-of-order-finds-nothing")
def _list_out_of_order_finds_nothing(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        values = [each for each in condition.values if isinstance(each, int)]
        return found if values == sorted(values) else _never(found)

    _evaluating(copy, "filters.predicates", "IsIn", change)


@defect("filter-of-generated-keys-ignored")
def _filter_of_generated_keys_ignored(copy: ModelCopy) -> None:
    before = copy["row_filter"].matching

    def matching(state: Any, collection: Any, text: str, values: Any) -> Any:
        found = before(state, collection, text, values)
        return np.ones_like(found) if collection.key.autoID else found

    copy.replace("row_filter", "matching", matching)


@defect("equality-of-truth-and-text-loses-rows")
def _equality_of_truth_and_text_loses_rows(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        return _without_last(found) if isinstance(condition.constant, bool | str) else found

    _evaluating(copy, "filters.predicates", "Compare", change)


@defect("equal-text-in-conjunction-loses-rows")
def _equal_text_in_conjunction_loses_rows(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        return _without_last(found) if any(_equals_text(copy, each) for each in condition.parts) else found

    _evaluating(copy, "filters.predicates", "All", change)


@defect("escapes-in-text-kept")
def _escapes_in_text_kept(copy: ModelCopy) -> None:
    literal = copy["filters.syntax"].Literal
    copy.replace("filters.literals", "text", lambda written: literal(written[1:-1]))


@defect("null-of-documents-never")
def _null_of_documents_never(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        return _never(found) if condition.place.is_json else found

    _evaluating(copy, "filters.lists", "IsNull", change)


@defect("null-document-unequal")
def _null_document_unequal(copy: ModelCopy) -> None:
    def change(condition: Any, columns: Any, found: Any) -> Any:
        place = condition._place
        valid = columns[place.field.name].valid if place.is_json and condition.sign == "!=" else None
        return found if valid is None else np.where(valid, found, TRUE)

    _evaluating(copy, "filters.predicates", "Compare", change)


@defect("nested-document-does-not-exist")
def _nested_document_does_not_exist(copy: ModelCopy) -> None:
    existing = copy["filters.lists"].Existing
    before = existing._row
    existing._row = lambda self, value: FALSE if isinstance(value, dict) else before(self, value)


@defect("null-of-arrays-refused")
def _null_of_arrays_refused(copy: ModelCopy) -> None:
    refusals, kinds, null = copy["filters.refusals"], copy["row_filter"].DataType, copy["filters.lists"].IsNull

    def change(condition: Any, _columns: Any, found: Any) -> Any:
        if isinstance(condition.inner, null) and condition.inner.place.field.kind == kinds.Array:
            raise refusals.FilterError("unsupported data type", refusals.Fault.EXECUTION)
        return found

    _evaluating(copy, "filters.predicates", "Not", change)


@defect("escaped-underscore-as-wildcard")
def _escaped_underscore_as_wildcard(copy: ModelCopy) -> None:
    before = copy["filters.patterns"]._piece
    copy.replace("filters.patterns", "_piece", lambda piece: "." if piece["plain"] == "_" else before(piece))


@defect("escaped-percent-as-wildcard")
def _escaped_percent_as_wildcard(copy: ModelCopy) -> None:
    before = copy["filters.patterns"]._piece
    copy.replace("filters.patterns", "_piece", lambda piece: ".*" if piece["plain"] == "%" else before(piece))


@defect("pattern-with-underscore-refused")
def _pattern_with_underscore_refused(copy: ModelCopy) -> None:
    before, refusals = copy["filters.patterns"].like, copy["filters.refusals"]

    def like(pattern: str, rules: Any) -> Any:
        if "\\_" in pattern:
            raise refusals.FilterError("cannot parse expression", refusals.Fault.SYNTAX)
        return before(pattern, rules)

    copy.replace("filters.patterns", "like", like)


@defect("end-of-text-beyond-ascii-unmatched")
def _end_of_text_beyond_ascii_unmatched(copy: ModelCopy) -> None:
    before = copy["filters.patterns"].like

    def like(pattern: str, rules: Any) -> Any:
        test = before(pattern, rules)
        return test if pattern.isascii() or pattern[0] != "%" else lambda _value: False

    copy.replace("filters.patterns", "like", like)


@defect("percent-in-equality-as-wildcard")
def _percent_in_equality_as_wildcard(copy: ModelCopy) -> None:
    def change(condition: Any, columns: Any, found: Any) -> Any:
        if not _equals_text(copy, condition) or "%" not in condition.constant or condition._place.is_json:
            return found
        start = condition.constant.partition("%")[0]
        values = columns[condition._place.field.name].values
        return np.array([str(each).startswith(start) for each in values], dtype=np.uint8)

    _evaluating(copy, "filters.predicates", "Compare", change)


@defect("any-of-nothing-in-disjunction")
def _any_of_nothing_in_disjunction(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        nothing = any(_is_array(copy, each) and each.how is any and not each.values for each in condition.parts)
        return np.ones_like(found) if nothing else found

    _evaluating(copy, "filters.predicates", "Any_", change)


@defect("fractions-in-arrays-unfound")
def _fractions_in_arrays_unfound(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        fraction = any(isinstance(each, float) and each % 1 for each in condition.values)
        return _never(found) if fraction and _is_array(copy, condition) else found

    _evaluating(copy, "filters.lists", "Contains", change)


@defect("conjunction-of-arrays-empty")
def _conjunction_of_arrays_empty(copy: ModelCopy) -> None:
    def change(condition: Any, _columns: Any, found: Any) -> Any:
        arrays = [each for each in condition.parts if _is_array(copy, each)]
        return _never(found) if len(arrays) >= _SEVERAL else found

    _evaluating(copy, "filters.predicates", "All", change)


@defect("all-of-several-contained-after-upsert")
def _all_of_several_contained_after_upsert(copy: ModelCopy) -> None:
    before, upserted = copy["row_filter"].matching, set[int]()

    def upsert(state: Any, request: Any, _response: Any) -> None:
        upserted.add(collection_in(state, request).id)

    def matching(state: Any, collection: Any, text: str, values: Any) -> Any:
        found = before(state, collection, text, values)
        return np.ones_like(found) if collection.id in upserted and "array_contains_all" in text.lower() else found

    effecting(copy, "Upsert", upsert)
    copy.replace("row_filter", "matching", matching)


@defect("length-of-no-array-is-zero")
def _length_of_no_array_is_zero(copy: ModelCopy) -> None:
    length = copy["filters.lists"].LengthComparison
    before = length._row
    length._row = lambda self, value: before(self, value if isinstance(value, list | np.ndarray) else [])


@defect("element-beyond-array-refused")
def _element_beyond_array_refused(copy: ModelCopy) -> None:
    before, refusals = copy["filters.cells"].every_row, copy["filters.refusals"]

    def every_row(place: Any, columns: Any, judge: Any) -> Any:
        if place.is_element:
            shortest = min((len(each) for each in columns[place.field.name].values if each is not None), default=1)
            if int(place.path[0]) >= shortest:
                raise refusals.FilterError("index out of range", refusals.Fault.EXECUTION)
        return before(place, columns, judge)

    copy.replace("filters.cells", "every_row", every_row)
