"""The hits of a hybrid search, held against what its searches give each row."""

from collections.abc import Mapping, Sequence

import numpy as np
from milvus_tck.fixtures.paired_vectors import Pairs, Part, reciprocal_ranks
from milvus_tck.suites.search._assertions import hits_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.search import Hits

__all__ = ["LIMIT", "Hybrid", "K", "call_of", "in_order", "judge", "parts_of", "ranks"]

Hybrid = Call[m.SearchResults]
K = 60.0
LIMIT = 10
#: How much a score may differ from the right one: sums of single precision.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-6


def parts_of(pairs: Pairs, topk: int = 20) -> list[Part]:
    """Return one search for each vector field; some rows are found by both, some by one."""
    return [pairs.part("front", near=(20,), topk=topk), pairs.part("back", topk=topk)]


def call_of(pairs: Pairs, parts: Sequence[Part], *, limit: int = LIMIT, output: Sequence[str] = ()) -> Hybrid:
    """Put searches together under rrf."""
    return calls.hybrid_search(
        pairs.name, *(each.call(pairs.name) for each in parts), limit=limit, output=output, k=K
    )  # fmt: skip


def ranks(pairs: Pairs, parts: Sequence[Part], query: int = 0, k: float = K) -> dict[int, float]:
    """Return what each row scores by its ranks."""
    return reciprocal_ranks([pairs.hits(each, query) for each in parts], k)


def judge(
    tck: Case, call: Hybrid, right: Sequence[Mapping[int, float]], *, limit: int = LIMIT, offset: int = 0
) -> None:
    """Judge that each query gets its right hits: given the right score of every row that may be one."""

    def first_wrong(answer: m.SearchResults) -> Equality:
        found = hits_of(answer, len(right))
        looks = [in_order(each, hits, limit, offset) for each, hits in zip(right, found, strict=True)]
        return next((each for each in looks if not each), looks[0])

    tck.accepted(call, effect=first_wrong, expected="hits by the sum of what each search gives them")


def in_order(right: Mapping[int, float], hits: Hits, limit: int, offset: int) -> Equality:
    """Compare the hits of one query; rows that score the same may come in any order."""
    best = sorted(right.items(), key=lambda each: -each[1])[offset : offset + limit]
    keys = [int(key) for key in hits.ids]
    if len(set(keys)) != len(keys):
        return met(False, "each key once", keys, what="keys")
    own = [right.get(key, float("nan")) for key in keys]
    if _close(hits.scores, own) and _close(hits.scores, [score for _, score in best]):
        return same(len(best), len(keys))
    return same([*map(_shown, best)], [*map(_shown, zip(keys, hits.scores, strict=True))], what="hits")


def _close(found: Sequence[float], right: Sequence[float]) -> bool:
    return len(found) == len(right) and bool(np.allclose(found, right, rtol=_RELATIVE, atol=_ABSOLUTE))


def _shown(hit: tuple[int, float]) -> str:
    return f"{hit[0]} scores {hit[1]:.6f}"
