"""Which rows of a collection an operation is about: those in its partitions that match its filter."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.filters.fields import DYNAMIC, Column, FilterSchema
from milvus_tck.model.filters.filter import compile_filter
from milvus_tck.model.filters.refusals import Fault, FilterError
from milvus_tck.model.filters.truth import TRUE
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.spec.profiles import Profile, profiles
from milvus_tck.wire.messages import DataType, TemplateArrayValue, TemplateValue

__all__ = ["line_of_filters", "matching", "partitions_read"]

#: The clause of each kind of fault.
_CLAUSES = {
    Fault.SYNTAX: "search/filter-syntax",
    Fault.FIELD: "search/filter-unknown-field",
    Fault.TYPE: "search/filter-type",
    Fault.NOT_BOOLEAN: "search/filter-not-boolean",
    Fault.EXECUTION: "search/filter-type",
}
_NUMBERS = {
    DataType.Bool: np.bool_,
    DataType.Int8: np.int64,
    DataType.Int16: np.int64,
    DataType.Int32: np.int64,
    DataType.Int64: np.int64,
    DataType.Float: np.float32,
    DataType.Double: np.float64,
}


def matching(
    state: ServerState, collection: CollectionState, text: str, values: Mapping[str, TemplateValue]
) -> NDArray[np.bool_]:
    """Tell for each row whether it matches a filter, `values` being those of its `{name}` marks.

    Raises `RefusalError` where the filter may not be asked, and `OutOfReachError` where the model alone cannot answer.
    """
    schema = FilterSchema.of(collection.schema)
    parameters = {name: _plain(value) for name, value in values.items()}
    try:
        compiled = compile_filter(text, schema, line_of_filters(state.profile), parameters)
        names = compiled.fields or {collection.key.name}
        columns = {name: _column(collection, name) for name in names}
        found: NDArray[np.bool_] = compiled.evaluate(columns) == TRUE
    except FilterError as error:
        raise RefusalError(_CLAUSES[error.fault], error.reason) from None
    return found


def line_of_filters(profile: Profile) -> str:
    """Name the numbered line whose filters a profile has: what has no number is after all that have one."""
    numbered = [each.name for each in profiles() if each.name[0].isdigit()]
    return profile.release if profile.name in numbered else numbered[-1]


def _column(collection: CollectionState, name: str) -> Column:
    values = collection.table.values(name).tolist()
    kind = DataType.JSON if name == DYNAMIC else collection.fields[name].data_type
    present = np.array([value is not None for value in values], np.bool_)
    valid = None if present.all() else present
    if kind == DataType.JSON:
        return Column([_document(value) for value in values], valid)
    if kind in _NUMBERS:
        filled = [0 if value is None else value for value in values]
        return Column(np.array(filled, dtype=_NUMBERS[kind]), valid)
    return Column(values, valid)


def _document(text: bytes | None) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def _plain(value: TemplateValue) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the value of a mark as JSON has it."""
    slot = value.WhichOneof("val")
    if slot is None:
        return None
    return _list(value.array_val) if slot == "array_val" else getattr(value, slot)


def _list(values: TemplateArrayValue) -> list[Any]:
    slot = values.WhichOneof("data")
    if slot is None:
        return []
    if slot == "array_data":
        return [_list(each) for each in values.array_data.data]
    if slot == "json_data":
        return [json.loads(each) for each in values.json_data.data]
    return list(getattr(values, slot).data)


def partitions_read(state: ServerState, collection: CollectionState, names: Sequence[str]) -> list[int]:
    """Return the ids of the partitions that are read; raises `RefusalError` where they cannot be."""
    rules = state.rules
    if not collection.loaded:
        raise RefusalError("search/not-loaded", f"collection not loaded[collection={collection.name}]")
    rules.demand(not (names and collection.spread), "search/partition-key-names", ", ".join(names))
    read = []
    for name in names:
        found = collection.partitions.get(name)
        if found is None:
            raise RefusalError("search/partition-unknown", f"partition name {name} not found")
        if found.id not in collection.loaded:
            was = found.id in collection.released
            rules.demand(not was, "release-partitions/not-searchable", name)
            rules.demand(was, "load-partitions/other-not-searchable", name)
            continue
        read.append(found.id)
    return read if names else sorted(collection.loaded)
