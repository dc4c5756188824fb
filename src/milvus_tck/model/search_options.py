"""The options of a search: how many hits, from where on, under which metric, how the index is looked through."""

import json
from dataclasses import dataclass
from typing import Any

from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import CollectionState, IndexState, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.vectors import VECTORS

__all__ = ["SearchOptions", "decimals_of", "index_of", "read_options", "whole"]

_RPC = "search"


@dataclass(frozen=True)
class SearchOptions:
    """What a search asks for, as far as it makes a difference to exact hits."""

    field: m.FieldSchema
    index: IndexState
    topk: int
    offset: int
    #: Decimals that scores are rounded to; -1: none.
    decimals: int
    #: Bounds of a range search; `None` where there is none.
    radius: float | None
    range_filter: float | None
    #: The field whose values are found once each; empty: none.
    group_by: str


def whole(text: str) -> int | None:
    """Read a whole number; `None` where a text is none."""
    try:
        return int(text)
    except ValueError:
        return None


def read_options(state: ServerState, collection: CollectionState, request: m.SearchRequest) -> SearchOptions:
    """Read the options of a search; raises `RefusalError` where one is wrong."""
    given: dict[str, str] = {}
    for pair in request.search_params:
        given.setdefault(pair.key, pair.value)
    if not given:
        raise RefusalError(f"{_RPC}/params-missing", "search_params is empty")
    field = _field(state, collection, given.get("anns_field", ""))
    index = index_of(collection, field)
    topk, offset = _window(state, given)
    params = _params(state, given.get("params"))
    _check_metric(state, given.get("metric_type", ""), index)
    _check_effort(state, index, params, topk)
    radius, range_filter = _range(state, index, params)
    return SearchOptions(
        field, index, topk, offset, decimals_of(state, given), radius, range_filter, _group(state, collection, given)
    )


def _field(state: ServerState, collection: CollectionState, name: str) -> m.FieldSchema:
    vectors: list[m.FieldSchema] = [each for each in collection.schema.fields if each.data_type in VECTORS]
    if not name:
        state.rules.demand(len(vectors) == 1, f"{_RPC}/field-unset-several", "multiple anns_fields exist")
        return vectors[0]
    found = collection.fields.get(name)
    if found is None:
        raise RefusalError(f"{_RPC}/field-unknown", f"fieldName({name}) not found")
    if found.data_type not in VECTORS:
        raise RefusalError(f"{_RPC}/field-scalar", f"field ({name}) to search is not of vector data type")
    return found


def index_of(collection: CollectionState, field: m.FieldSchema) -> IndexState:
    """Return the index on a field of a collection that is loaded."""
    return next(each for each in collection.indexes.values() if each.field == field.name)


def _window(state: ServerState, given: dict[str, str]) -> tuple[int, int]:
    if "topk" not in given:
        raise RefusalError(f"{_RPC}/topk-missing", "topk not found in search_params")
    topk = whole(given["topk"])
    if topk is None:
        raise RefusalError(f"{_RPC}/topk-not-a-number", f"topk [{given['topk']}] is invalid")
    most = state.bound("window")
    state.rules.demand(1 <= topk <= most, f"{_RPC}/topk-out-of-range", f"topk [{topk}] is invalid")
    offset = whole(given.get("offset") or "0")
    if offset is None or offset < 0:
        raise RefusalError(f"{_RPC}/offset-negative", f"offset [{given['offset']}] is invalid")
    state.rules.demand(topk + offset <= most, f"{_RPC}/offset-window", f"offset+limit [{topk + offset}] is invalid")
    return topk, offset


def decimals_of(state: ServerState, given: dict[str, str]) -> int:
    """Return to how many decimals scores are rounded; -1: to none."""
    found = whole(given.get("round_decimal") or "-1")
    most = state.bound("round-decimal")
    if found is None or not -1 <= found <= most:
        raise RefusalError(f"{_RPC}/round-decimal-out-of-range", f"round_decimal [{given['round_decimal']}] is invalid")
    return found


def _params(state: ServerState, text: str | None) -> dict[str, Any]:
    """Read the options of the index; lines that take missing ones for empty ones do so."""
    if not text and not state.rules.refuses(f"{_RPC}/params-unreadable"):
        return {}
    try:
        found = json.loads(text or "")
    except ValueError as error:
        raise state.rules.refusal(f"{_RPC}/params-unreadable", str(error)) from None
    return found if isinstance(found, dict) else {}


def _check_metric(state: ServerState, given: str, index: IndexState) -> None:
    if not given:
        return
    state.rules.demand(given == given.upper(), f"{_RPC}/metric-lower-case", given)
    right = given.upper() == index.metric
    detail = f"metric type not match: expected={index.metric} actual={given}"
    state.rules.demand(right, f"{_RPC}/metric-other", detail)


def _check_effort(state: ServerState, index: IndexState, params: dict[str, Any], wanted: int) -> None:
    """Hold how widely an index is looked through against what there is to look through: exact hits need none of it."""
    if index.kind.startswith(("IVF", "BIN_IVF", "SCANN")) and "nprobe" in params:
        lists = whole(str(params["nprobe"]))
        right = lists is not None and 1 <= lists <= state.bound("nlist")
        state.rules.demand(right, f"{_RPC}/nprobe-out-of-range", f"nprobe {params['nprobe']}")
    if index.kind.startswith("HNSW") and "ef" in params:
        wide = whole(str(params["ef"]))
        state.rules.demand(wide is not None and wide >= wanted, f"{_RPC}/ef-below-topk", f"ef {params['ef']}")


def _range(state: ServerState, index: IndexState, params: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return the bounds of a range search, in the profiles that have it."""
    if "radius" not in params or state.rules.expectation(f"{_RPC}/range") is None:
        return None, None
    try:
        radius = float(params["radius"])
        inner = float(params["range_filter"]) if "range_filter" in params else None
    except (TypeError, ValueError):
        raise RefusalError("ParameterInvalid", "radius and range_filter are numbers") from None
    larger = index.metric in {"IP", "COSINE", "BM25"}
    empty = inner is not None and (inner <= radius if larger else inner >= radius)
    detail = f"range_filter {inner} and radius {radius} leave nothing between them"
    state.rules.demand(not empty, f"{_RPC}/range-empty", detail)
    return radius, inner


def _group(state: ServerState, collection: CollectionState, given: dict[str, str]) -> str:
    name = given.get("group_by_field", "")
    if not name or not state.rules.refuses(f"{_RPC}/group-by-unknown-field"):
        return ""
    if name not in collection.fields:
        raise RefusalError(f"{_RPC}/group-by-unknown-field", f"groupBy field not found in schema: {name}")
    return name
