"""Search: the nearest rows that are there and match, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.answers import Handlers, NotYet, RightAnswer, RightAnswers
from milvus_tck.model.hits import earlier_hits, right_hits
from milvus_tck.model.insertion import ids_of
from milvus_tck.model.metrics import LARGER_IS_NEARER, scores
from milvus_tck.model.name_rules import collection_of
from milvus_tck.model.output_fields import column_of, columns_asked_for, keys_asked_for, names_asked_for
from milvus_tck.model.query_vectors import read_queries
from milvus_tck.model.row_filter import matching, partitions_read
from milvus_tck.model.search_options import SearchOptions, read_options
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType, FieldData, SearchResultData

__all__ = ["SEARCHES", "NearestRows", "SearchedRows", "is_strong", "results_of", "rounded", "wait_for"]

_Reading = m.SearchRequest | m.HybridSearchRequest | m.QueryRequest
#: Guarantees that stand for a level: eventually, and bounded.
_LEVELS = 2


@dataclass(frozen=True)
class NearestRows:
    """The hits of one query: places in the table, best first, and their scores."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


def search(state: ServerState, request: m.SearchRequest) -> RightAnswers:
    """Find the nearest rows of each query."""
    collection = collection_of(state, "Search", request)
    partitions = partitions_read(state, collection, request.partition_names)
    options = read_options(state, collection, request)
    output = columns_asked_for(state, collection, request.output_fields)
    queries = read_queries(state, request, options.field, options.index.metric)
    matched = matching(state, collection, request.dsl, request.expr_template_values)
    matched &= np.isin(collection.table.partitions, partitions)
    state.rules.demand(not request.travel_timestamp, "search/travel-timestamp", str(request.travel_timestamp))
    wait_for(state, request)
    searched = SearchedRows(collection, options, matched & collection.table.alive)
    found = [searched.nearest(query) for query in queries]
    named = keys_asked_for(state, collection, request.output_fields)
    results = results_of(collection, request.output_fields, output, found, named)
    response = m.SearchResults(results=results, collection_name=request.collection_name)
    exact = right_hits(response, searched.all_scores, queries, lambda keys: searched.columns(keys, output, named))
    answers = [RightAnswer(response, exact)]
    if not is_strong(collection, request):
        ever = SearchedRows(collection, options, matched)
        answers.append(RightAnswer(response, earlier_hits(ever.all_scores, queries, options.topk)))
    return RightAnswers(tuple(answers))


def is_strong(collection: CollectionState, request: _Reading) -> bool:
    """Tell whether every write that was acknowledged has to be seen; else the answer may be that of an earlier time."""
    level = collection.level if request.use_default_consistency else request.consistency_level
    return level == m.ConsistencyLevel.Strong and request.guarantee_timestamp not in range(1, _LEVELS + 1)


def wait_for(state: ServerState, request: _Reading) -> None:
    """Raise `NotYet` where an answer may not be given before a time that is still to come."""
    levels = {m.ConsistencyLevel.Session, m.ConsistencyLevel.Customized, m.ConsistencyLevel.Strong}
    guarantee = request.guarantee_timestamp
    own = not request.use_default_consistency and request.consistency_level in levels
    if own and guarantee > _LEVELS and guarantee > state.now():
        raise NotYet(guarantee)


class SearchedRows:
    """The rows that a search looks at, and how."""

    def __init__(self, collection: CollectionState, options: SearchOptions, mask: NDArray[np.bool_]) -> None:
        self._collection, self._options = collection, options
        self._candidates = candidates = np.flatnonzero(mask)
        vectors = collection.table.values(options.field.name)
        self._vectors = vectors if len(candidates) == len(mask) else vectors[candidates]
        keys = collection.table.values(collection.key.name)[candidates]
        self._repeated = len(set(keys.tolist())) < len(keys)
        self._sign = -1 if options.index.metric in LARGER_IS_NEARER else 1

    def all_scores(self, query: Any) -> tuple[NDArray[Any], NDArray[np.float32]]:  # noqa: ANN401 - of any kind
        """Return the keys and the scores of all rows that are a hit for a query, rounded as asked for."""
        found = self._scores(query)
        kept = self._within(found)
        keys = self._collection.table.values(self._collection.key.name)[self._candidates[kept]]
        return keys, self._rounded(found[kept])

    def columns(
        self, keys: Sequence[int | str], output: Sequence[str], named: frozenset[str] | None
    ) -> list[FieldData]:
        """Write columns of the rows of some keys; nothing where a key may mean several rows."""
        if self._repeated:
            return []
        table, name = self._collection.table, self._collection.key.name
        places = dict(zip(table.values(name)[self._candidates].tolist(), self._candidates.tolist(), strict=True))
        rows = np.array([places[key] for key in keys], dtype=np.int64)
        return [column_of(self._collection, each, rows, named) for each in output]

    def _scores(self, query: Any) -> NDArray[np.float32]:  # noqa: ANN401 - of any kind
        options = self._options
        if not len(self._candidates):
            return np.empty(0, np.float32)
        return scores(options.index.metric, options.field.data_type, query, self._vectors)

    def _within(self, found: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the places of scores that are a hit: all of them, or those in the range."""
        options, sign = self._options, self._sign
        mask = np.isfinite(found)
        if options.radius is not None:
            mask &= sign * found < sign * options.radius
        if options.range_filter is not None:
            mask &= sign * found >= sign * options.range_filter
        return np.flatnonzero(mask)

    def nearest(self, query: Any) -> NearestRows:  # noqa: ANN401 - of any kind
        """Return the best hits of a query, after the offset."""
        found = self._scores(query)
        kept = self._within(found)
        last = self._options.offset + self._options.topk
        ranked = self._ranked(self._sign * found[kept], last)
        order = kept[ranked]
        if self._options.group_by:
            order = self._first_of_each(order, self._options.group_by)
        if self._repeated:
            order = self._first_of_each(order, self._collection.key.name)
        order = order[self._options.offset : last]
        return NearestRows(self._candidates[order], self._rounded(found[order]))

    def _ranked(self, distances: NDArray[np.float32], wanted: int) -> NDArray[np.int64]:
        """Return the places of the smallest numbers in order: all of them where hits may still be left out."""
        if self._repeated or self._options.group_by or wanted >= len(distances):
            return np.argsort(distances, kind="stable")
        best = np.argpartition(distances, wanted)[:wanted]
        return best[np.argsort(distances[best], kind="stable")]

    def _first_of_each(self, order: NDArray[np.int64], field: str) -> NDArray[np.int64]:
        """Keep the best hit of each value of a field."""
        values = self._collection.table.values(field)[self._candidates[order]]
        seen: dict[object, int] = {}
        for place, value in zip(order.tolist(), values.tolist(), strict=True):
            seen.setdefault(value, place)
        return np.array(list(seen.values()), dtype=np.int64)

    def _rounded(self, found: NDArray[np.float32]) -> NDArray[np.float32]:
        return rounded(found, self._options.decimals)


def rounded(found: NDArray[np.float32], decimals: int) -> NDArray[np.float32]:
    """Round scores to so many decimals; -1 leaves them as they are."""
    if decimals < 0:
        return found
    scale = 10.0**decimals
    return (np.floor(found.astype(np.float64) * scale + 0.5) / scale).astype(np.float32)


def results_of(
    collection: CollectionState,
    asked: Sequence[str],
    output: list[str],
    found: Sequence[NearestRows],
    named: frozenset[str] | None,
) -> SearchResultData:
    """Write hits as they travel, with the columns that `asked` stands for."""
    rows = np.concatenate([each.rows for each in found])
    key = collection.key
    keys = collection.table.values(key.name)[rows].tolist()
    ids = ids_of(keys)
    if not keys:
        (ids.str_id if key.data_type == DataType.VarChar else ids.int_id).SetInParent()
    return SearchResultData(
        num_queries=len(found),
        top_k=max((len(each.rows) for each in found), default=0),
        fields_data=[column_of(collection, name, rows, named) for name in output],
        scores=np.concatenate([each.scores for each in found]).tolist(),
        ids=ids,
        topks=[len(each.rows) for each in found],
        output_fields=names_asked_for(asked, output),
        primary_field_name=key.name,
    )


SEARCHES: Handlers = {"Search": search}
