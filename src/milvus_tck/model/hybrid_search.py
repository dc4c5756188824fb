"""Hybrid search: the hits of several searches in one collection, put in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.hits import right_hits
from milvus_tck.model.name_rules import collection_of
from milvus_tck.model.neighbours import NearestRows, SearchedRows, is_strong, results_of, rounded, wait_for
from milvus_tck.model.output_fields import column_of, columns_asked_for, keys_asked_for
from milvus_tck.model.query_vectors import read_queries
from milvus_tck.model.rank_options import RankOptions, read_rank_options
from milvus_tck.model.row_filter import matching, partitions_read
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.search_options import read_options
from milvus_tck.model.state import CollectionState, ServerState
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import FieldData

__all__ = ["HYBRID_SEARCH"]

_RPC = "hybrid-search"
#: Searches of one request at most.
_MOST = 1024


def hybrid_search(state: ServerState, request: m.HybridSearchRequest) -> RightAnswers:
    """Put the hits of several searches in one order."""
    collection = collection_of(state, "HybridSearch", request)
    partitions = partitions_read(state, collection, request.partition_names)
    parts = request.requests
    if not parts:
        raise RefusalError(f"{_RPC}/searches-none", "nq [0] is invalid")
    if len(parts) > _MOST:
        raise RefusalError(f"{_RPC}/searches-1025", f"maximum of ann search requests is {_MOST}")
    options = read_rank_options(state, request.rank_params, len(parts))
    output = columns_asked_for(state, collection, request.output_fields)
    found = [_nearest(state, collection, each, partitions) for each in parts]
    if len({len(each.hits) for each in found}) > 1:
        raise RefusalError(f"{_RPC}/queries-differ", "nq should be the same")
    wait_for(state, request)
    ranked = [_ranked(collection, options, found, number) for number in range(len(found[0].hits))]
    named = keys_asked_for(state, collection, request.output_fields)
    cut = [own.cut(options) for own in ranked]
    results = results_of(collection, request.output_fields, output, cut, named)
    response = m.SearchResults(results=results, collection_name=request.collection_name)
    certain = all(each.certain for each in ranked) and is_strong(collection, request)
    columns = _Columns(collection, output, named, ranked)
    if not certain:
        return RightAnswers((RightAnswer(response, lambda found: _why_impossible(found, len(ranked), options.limit)),))

    def scores(number: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        return ranked[number].scored(collection, options.decimals)

    exact = right_hits(response, scores, range(len(ranked)), columns)
    return RightAnswers((RightAnswer(response, exact),))


@dataclass(frozen=True)
class _Nearest:
    """What one search found."""

    metric: str
    hits: list[NearestRows]


def _nearest(
    state: ServerState, collection: CollectionState, request: m.SearchRequest, partitions: Sequence[int]
) -> _Nearest:
    options = read_options(state, collection, request)
    queries = read_queries(state, request, options.field, options.index.metric)
    matched = matching(state, collection, request.dsl, request.expr_template_values)
    matched &= np.isin(collection.table.partitions, partitions) & collection.table.alive
    searched = SearchedRows(collection, options, matched)
    return _Nearest(options.index.metric, [searched.nearest(query) for query in queries])


@dataclass(frozen=True)
class _Ranked:
    """The rows of one query, best first, each with the sum of what the searches gave it."""

    rows: NDArray[np.int64]
    sums: NDArray[np.float32]
    #: Whether no two hits of a search are equally near: else which comes first is the server's choice.
    certain: bool

    def cut(self, options: RankOptions) -> NearestRows:
        """Return the hits that come back."""
        part = slice(options.offset, options.offset + options.limit)
        return NearestRows(self.rows[part], rounded(self.sums, options.decimals)[part])

    def scored(self, collection: CollectionState, decimals: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """Return the keys and the sums of all rows, rounded as asked for."""
        return collection.table.values(collection.key.name)[self.rows], rounded(self.sums, decimals)


def _ranked(collection: CollectionState, options: RankOptions, found: Sequence[_Nearest], number: int) -> _Ranked:
    keys = collection.table.values(collection.key.name)
    sums: dict[object, float] = {}
    rows: dict[object, int] = {}
    certain = True
    for search, each in enumerate(found):
        hits = each.hits[number]
        certain &= len(set(hits.scores.tolist())) == len(hits.scores)
        for rank, (row, score) in enumerate(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True), start=1):
            key = keys[row]
            rows.setdefault(key, row)
            sums[key] = sums.get(key, 0.0) + options.share(search, rank, score, each.metric)
    order = sorted(sums, key=lambda key: -sums[key])
    return _Ranked(
        np.array([rows[key] for key in order], np.int64), np.array([sums[key] for key in order], np.float32), certain
    )


@dataclass(frozen=True)
class _Columns:
    """Writes the columns of the rows of some keys."""

    collection: CollectionState
    output: list[str]
    named: frozenset[str] | None
    ranked: Sequence[_Ranked]

    def __call__(self, keys: Sequence[int | str]) -> list[FieldData]:
        of_key = self.collection.table.values(self.collection.key.name)
        places = {of_key[row]: row for each in self.ranked for row in each.rows.tolist()}
        rows = np.array([places[key] for key in keys], dtype=np.int64)
        return [column_of(self.collection, name, rows, self.named) for name in self.output]


def _why_impossible(found: m.SearchResults, queries: int, limit: int) -> str:
    """Say why an answer cannot be right, whatever the server chose: it has too many hits, or those of other queries."""
    failed, topks = succeeds(found), list(found.results.topks)
    possible = len(topks) == queries and max(topks, default=0) <= limit
    return failed or ("" if possible else f"topks are {topks[:5]}")


HYBRID_SEARCH: Handlers = {"HybridSearch": hybrid_search}
