"""Calls about searches and queries."""

from collections.abc import Iterable, Sequence
from typing import Any

from numpy.typing import NDArray

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values
from milvus_tck.wire.kinds import Consistency
from milvus_tck.wire.requests.options import as_json
from milvus_tck.wire.search import placeholder_group

__all__ = ["calc_distance", "hybrid_search", "query", "search"]


def search(  # noqa: PLR0913 - what a search is made of
    collection: str,
    queries: NDArray[Any],
    *,
    field: str = "vec",
    topk: int = 10,
    metric: str | None = "L2",
    expr: str = "",
    output: Iterable[str] = (),
    partitions: Iterable[str] = (),
    level: Consistency = m.ConsistencyLevel.Strong,
    **params: object,
) -> Call[m.SearchResults]:
    """Search the nearest neighbours of the rows of `queries`.

    Further keywords go into `params`, the options of the index (`nprobe=8`, `radius=1.5`).
    """
    options = {
        "anns_field": field,
        "topk": str(topk),
        "metric_type": metric,
        "params": as_json(params),
        "round_decimal": "-1",
    }
    request = m.SearchRequest(
        collection_name=collection,
        partition_names=partitions,
        dsl=expr,
        dsl_type=m.DslType.BoolExprV1,
        placeholder_group=placeholder_group(queries),
        nq=len(queries),
        output_fields=output,
        search_params=key_values({key: value for key, value in options.items() if value is not None}),
        consistency_level=level,
    )
    return Call("Search", request)


def hybrid_search(
    collection: str,
    *searches: Call[m.SearchResults],
    limit: int = 10,
    output: Iterable[str] = (),
    partitions: Iterable[str] = (),
    level: Consistency = m.ConsistencyLevel.Strong,
    strategy: str | None = "rrf",
    **params: object,
) -> Call[m.SearchResults]:
    """Put the hits of several searches in one order.

    Further keywords go into `params`, the options of the strategy (`k=60`, `weights=[0.5, 1]`); without a
    strategy there are none.
    """
    options = {"limit": str(limit), "strategy": strategy, "params": as_json(params) if strategy else None}
    request = m.HybridSearchRequest(
        collection_name=collection,
        partition_names=partitions,
        requests=[each.request for each in searches],  # type: ignore[misc] # a call does not say which request it has
        rank_params=key_values({key: value for key, value in options.items() if value is not None}),
        output_fields=output,
        consistency_level=level,
    )
    return Call("HybridSearch", request)


def query(
    collection: str,
    expr: str,
    *,
    output: Iterable[str] = (),
    partitions: Iterable[str] = (),
    level: Consistency = m.ConsistencyLevel.Strong,
    **params: object,
) -> Call[m.QueryResults]:
    """Ask for the rows that match an expression; further keywords are its options (`limit=10`, `offset=20`)."""
    request = m.QueryRequest(
        collection_name=collection,
        expr=expr,
        output_fields=output,
        partition_names=partitions,
        query_params=key_values({key: str(value) for key, value in params.items()}),
        consistency_level=level,
    )
    return Call("Query", request)


def calc_distance(left: Sequence[float], right: Sequence[float]) -> Call[m.CalcDistanceResults]:
    """Ask how far two vectors are from each other by L2."""
    one, other = (
        m.VectorsArray(data_array=m.VectorField(dim=len(each), float_vector=m.FloatArray(data=each)))
        for each in (left, right)
    )
    request = m.CalcDistanceRequest(op_left=one, op_right=other, params=key_values({"metric": "L2"}))
    return Call("CalcDistance", request)
