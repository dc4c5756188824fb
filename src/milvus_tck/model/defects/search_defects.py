"""Defects of searches and queries: which rows are hits, in which order, with which scores and columns."""

from typing import Any

import numpy as np

from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.model.defects.plants import answering, defect
from milvus_tck.model.filters.fields import DYNAMIC
from milvus_tck.model.state import DEFAULT

__all__ = ["collection_in"]

_FEW = 4
#: What stands for all output fields, and for the number of rows.
_EVERYTHING, _COUNT = "*", "count(*)"


def collection_in(state: Any, request: Any) -> Any:
    """Return the collection that a request names; it is there, for the request was answered."""
    return state.databases[request.db_name or DEFAULT].find(request.collection_name)


def _nearest(copy: ModelCopy, change: Any) -> None:
    """Change the places of hits in the table, best first, of each query that has some."""
    searched, hits = copy["neighbours"].SearchedRows, copy["neighbours"].NearestRows
    before = searched.nearest

    def nearest(self: Any, query: Any) -> Any:
        found = before(self, query)
        kept = change(self, found.rows, found.scores) if len(found.rows) else None
        return found if kept is None else hits(found.rows[kept], found.scores[kept])

    searched.nearest = nearest


@defect("topk-before-repeated-keys")
def _topk_before_repeated_keys(copy: ModelCopy) -> None:
    searched = copy["neighbours"].SearchedRows
    first = searched._first_of_each

    def early(self: Any, order: Any, field: str) -> Any:
        last = self._options.offset + self._options.topk
        return first(self, order[:last] if field == self._collection.key.name else order, field)

    searched._first_of_each = early


@defect("offset-before-repeated-keys")
def _offset_before_repeated_keys(copy: ModelCopy) -> None:
    searched = copy["neighbours"].SearchedRows
    first = searched._first_of_each

    def early(self: Any, order: Any, field: str) -> Any:
        if field != self._collection.key.name:
            return first(self, order, field)
        offset = self._options.offset
        return np.concatenate([order[:offset], first(self, order[offset:], field)])

    searched._first_of_each = early


@defect("range-search-of-lists-incomplete")
def _range_search_of_lists_incomplete(copy: ModelCopy) -> None:
    def change(searched: Any, rows: Any, _scores: Any) -> Any:
        options = searched._options
        some = options.radius is not None and options.index.kind == "IVF_FLAT" and len(rows) > _FEW
        return np.flatnonzero(rows % 2 == rows[0] % 2) if some else None

    _nearest(copy, change)


@defect("range-search-loses-nearest")
def _range_search_loses_nearest(copy: ModelCopy) -> None:
    def change(searched: Any, rows: Any, _scores: Any) -> Any:
        options = searched._options
        lost = options.radius is not None and options.index.metric == "COSINE"
        return np.arange(1, len(rows)) if lost else None

    _nearest(copy, change)


@defect("radius-of-products-as-distance")
def _radius_of_products_as_distance(copy: ModelCopy) -> None:
    searched = copy["neighbours"].SearchedRows
    before = searched._within

    def within(self: Any, found: Any) -> Any:
        options = self._options
        if options.radius is None or options.index.metric != "IP":
            return before(self, found)
        return np.flatnonzero(np.isfinite(found) & (found < options.radius))

    searched._within = within


@defect("range-bounds-of-cosines-as-distances")
def _range_bounds_of_cosines_as_distances(copy: ModelCopy) -> None:
    before, refusal = copy["search_options"]._range, copy["rules"].RefusalError

    def bounds(state: Any, index: Any, params: Any) -> Any:
        radius, inner = before(state, index, params)
        if index.metric == "COSINE" and inner is not None and inner > radius:
            raise refusal("search/range-empty", "range_filter is larger than radius")
        return radius, inner

    copy.replace("search_options", "_range", bounds)


@defect("hits-of-segments-unmerged")
def _hits_of_segments_unmerged(copy: ModelCopy) -> None:
    def change(searched: Any, rows: Any, _scores: Any) -> Any:
        came = searched._collection.table._came.values[rows]
        return np.argsort(came, kind="stable") if searched._options.index.metric == "COSINE" else None

    _nearest(copy, change)


@defect("no-hit-no-columns")
def _no_hit_no_columns(copy: ModelCopy) -> None:
    def change(_state: Any, _request: Any, response: Any) -> None:
        if not response.results.scores:
            del response.results.fields_data[:]

    answering(copy, "Search", change)


@defect("filtered-cosines-as-distances")
def _filtered_cosines_as_distances(copy: ModelCopy) -> None:
    def change(state: Any, request: Any, response: Any) -> None:
        metrics = {each.metric for each in collection_in(state, request).indexes.values()}
        if request.dsl and "COSINE" in metrics:
            response.results.scores[:] = [1 - each for each in response.results.scores]

    answering(copy, "Search", change)


@defect("dynamic-key-brings-all")
def _dynamic_key_brings_all(copy: ModelCopy) -> None:
    copy.replace("output_fields", "keys_asked_for", lambda _state, _collection, _asked: None)


@defect("dynamic-key-brings-none")
def _dynamic_key_brings_none(copy: ModelCopy) -> None:
    before = copy["output_fields"]._picked
    copy.replace("output_fields", "_picked", lambda document, keys: before(document, keys and frozenset()))


@defect("everything-without-dynamic-fields")
def _everything_without_dynamic_fields(copy: ModelCopy) -> None:
    before = copy["output_fields"].columns_asked_for

    def columns(state: Any, collection: Any, asked: Any) -> Any:
        found = before(state, collection, asked)
        return [each for each in found if each != DYNAMIC or _EVERYTHING not in asked]

    copy.replace("output_fields", "columns_asked_for", columns)


@defect("unknown-output-left-out")
def _unknown_output_left_out(copy: ModelCopy) -> None:
    before = copy["output_fields"].columns_asked_for

    def columns(state: Any, collection: Any, asked: Any) -> Any:
        known = [each for each in asked if each in collection.fields or each.strip() == _EVERYTHING]
        return before(state, collection, asked if collection.schema.enable_dynamic_field else known)

    copy.replace("output_fields", "columns_asked_for", columns)


@defect("vector-and-scalar-bring-all")
def _vector_and_scalar_bring_all(copy: ModelCopy) -> None:
    before, vectors = copy["output_fields"].columns_asked_for, copy["output_fields"].VECTORS

    def columns(state: Any, collection: Any, asked: Any) -> Any:
        kinds = {collection.fields[each].data_type in vectors for each in asked if each in collection.fields}
        return before(state, collection, [*asked, *collection.fields] if len(kinds) > 1 else asked)

    copy.replace("output_fields", "columns_asked_for", columns)


@defect("graph-of-equal-vectors-loses-hits")
def _graph_of_equal_vectors_loses_hits(copy: ModelCopy) -> None:
    def change(searched: Any, rows: Any, scores: Any) -> Any:
        equal = searched._options.index.kind == "HNSW" and len(rows) > _FEW and len(set(scores.tolist())) == 1
        return np.arange(len(rows) // 2) if equal else None

    _nearest(copy, change)


@defect("query-limit-by-shard")
def _query_limit_by_shard(copy: ModelCopy) -> None:
    handlers = copy["model"]._HANDLERS
    before = handlers["Query"]

    def handler(state: Any, request: Any) -> Any:
        changed = type(request).FromString(request.SerializeToString())
        collection = state.databases.get(request.db_name or DEFAULT, state.databases[DEFAULT]).find(
            request.collection_name
        )
        for pair in changed.query_params:
            if pair.key == "limit" and pair.value.isdecimal() and collection is not None and collection.shards > 1:
                pair.value = str(max(int(pair.value) // collection.shards, 1))
        return before(state, changed)

    handlers["Query"] = handler


@defect("query-limit-beyond-rows-loses-some")
def _query_limit_beyond_rows_loses_some(copy: ModelCopy) -> None:
    before = copy["queries"]._window

    def window(state: Any, request: Any) -> Any:
        limit, offset = before(state, request)
        if limit is not None and limit >= len(collection_in(state, request).table):
            limit = max(len(collection_in(state, request).table) // 2, 1)
        return limit, offset

    copy.replace("queries", "_window", window)


@defect("query-window-ignored")
def _query_window_ignored(copy: ModelCopy) -> None:
    before = copy["queries"]._window

    def window(state: Any, request: Any) -> Any:
        limit, _ = before(state, request)
        return None if limit is None else len(collection_in(state, request).table) + 1, 0

    copy.replace("queries", "_window", window)


@defect("query-window-before-repeated-keys")
def _query_window_before_repeated_keys(copy: ModelCopy) -> None:
    windows: list[tuple[int | None, int]] = []
    ask, order = copy["queries"]._window, copy["queries"]._by_key

    def window(state: Any, request: Any) -> Any:
        windows[:] = [ask(state, request)]
        return windows[0]

    def by_key(collection: Any, rows: Any) -> Any:
        limit, offset = windows[0]
        keys = collection.table.values(collection.key.name)[rows]
        raw = rows[np.argsort(keys, kind="stable")] if len(rows) else rows
        last = None if limit is None else limit + offset
        return order(collection, raw[:last])

    copy.replace("queries", "_window", window)
    copy.replace("queries", "_by_key", by_key)


@defect("query-brings-oldest-row-of-key")
def _query_brings_oldest_row_of_key(copy: ModelCopy) -> None:
    before = copy["queries"]._by_key
    copy.replace("queries", "_by_key", lambda collection, rows: before(collection, rows[::-1]))


@defect("count-of-every-version")
def _count_of_every_version(copy: ModelCopy) -> None:
    def change(state: Any, request: Any, response: Any) -> None:
        if [each.field_name for each in response.fields_data] == [_COUNT] and not request.expr:
            collection = collection_in(state, request)
            keys, alive = collection.table.values(collection.key.name), collection.table.alive
            there = set(keys[alive].tolist())
            response.fields_data[0].scalars.long_data.data[:] = [sum(key in there for key in keys.tolist())]

    answering(copy, "Query", change)
