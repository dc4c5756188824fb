"""Several searches as one, and collections without their rows, over the second high-level REST."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from milvus_tck.fixtures.actions import load
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.paired_vectors import FIELDS, Pairs, Part, weighted_scores
from milvus_tck.fixtures.partitioned import found, insert_keys, parted
from milvus_tck.suites.http_v2._requests import ask, data_of
from milvus_tck.suites.hybrid._ranking import LIMIT, K, in_order, parts_of, ranks

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import HttpResponse
from milvus_tck.wire.search import Hits

_PATHS = ("hybrid_search", "advanced_search")


def _search(part: Part) -> dict[str, Any]:
    """Write one search of several."""
    return {
        "data": part.queries.tolist(), "annsField": part.field, "limit": part.topk, "filter": part.expr,
        "metricType": str(FIELDS[part.field]),
    }  # fmt: skip


def _hybrid(name: str, parts: Sequence[Part], *, path: str = _PATHS[0], **fields: Any) -> Call[HttpResponse]:  # noqa: ANN401 - JSON
    """Put searches together; under rrf, unless something else is said."""
    usual = {"search": [*map(_search, parts)], "rerank": {"strategy": "rrf", "params": {"k": K}}, "limit": LIMIT}
    return ask(f"/entities/{path}", collectionName=name, **{**usual, **fields})


def _hits(found: object) -> Hits:
    """Read the rows of an answer: what is no number is no score, and no key of any row."""
    rows = [row if isinstance(row, dict) else {} for row in found] if isinstance(found, list) else []
    scores = (row.get("distance") for row in rows)
    keys = (row.get("id") for row in rows)
    return Hits(
        tuple(each if isinstance(each, int) else -1 for each in keys),
        tuple(float(each) if isinstance(each, int | float) else float("nan") for each in scores),
        {"number": tuple(row.get("number") for row in rows)},
    )


def _judge(
    tck: Case,
    call: Call[HttpResponse],
    right: Mapping[int, float],
    *,
    limit: int = LIMIT,
    offset: int = 0,
    case: str | None = None,
) -> None:
    told = in_order(right, _hits(data_of(tck, call)), limit, offset)
    tck.judge(bool(told), told.expected, told.actual, case=case)


@pytest.mark.clause("http-v2/hybrid-search", cases=("hybrid-search", "advanced-search"))
def test_ranks(tck: Case, pairs: Pairs) -> None:
    """Hits come in the order of their ranks in all searches, over either path."""
    parts = parts_of(pairs)
    for path in _PATHS:
        _judge(tck, _hybrid(pairs.name, parts, path=path), ranks(pairs, parts), case=path.replace("_", "-"))


@pytest.mark.clause("http-v2/hybrid-search-weighted")
def test_weights(tck: Case, pairs: Pairs) -> None:
    """Scores are made alike before they are weighed and added."""
    parts, weights = parts_of(pairs), [0.2, 0.9]
    rerank = {"strategy": "weighted", "params": {"weights": weights, "norm_score": True}}
    right = weighted_scores([pairs.hits(each, 0) for each in parts], parts, weights)
    _judge(tck, _hybrid(pairs.name, parts, rerank=rerank, limit=len(right)), right, limit=len(right))


@each_case({"http-v2/hybrid-search-page": {"fewer": (3, 0), "more": (50, 0), "offset": (LIMIT, 4)}})
def test_pages(tck: Case, pairs: Pairs, given: tuple[int, int]) -> None:
    """How many hits come back is said once for all searches, and so is where they begin."""
    parts, (limit, offset) = parts_of(pairs), given
    call = _hybrid(pairs.name, parts, limit=limit, offset=offset)
    _judge(tck, call, ranks(pairs, parts), limit=limit, offset=offset)


@pytest.mark.clause("http-v2/hybrid-search-filter")
def test_filters(tck: Case, pairs: Pairs) -> None:
    """A filter is about the search that it stands in, and not about the others."""
    parts = [
        pairs.part("front", near=(20,), expr="number == 1", chosen=np.flatnonzero(pairs.numbers == 1)),
        pairs.part("back", expr="number > 2", chosen=np.flatnonzero(pairs.numbers > 2)),
    ]
    _judge(tck, _hybrid(pairs.name, parts), ranks(pairs, parts))


@pytest.mark.clause("http-v2/hybrid-search-output-fields")
def test_output_fields(tck: Case, pairs: Pairs) -> None:
    """Values belong to the hits beside which they stand."""
    numbers = dict(zip(pairs.ids.tolist(), pairs.numbers.tolist(), strict=True))
    hits = _hits(data_of(tck, _hybrid(pairs.name, parts_of(pairs), outputFields=["number"])))
    right = [numbers.get(int(key)) for key in hits.ids]
    tck.expect([LIMIT, right], [len(hits.ids), [*hits.columns["number"]]], members=("hits", "numbers"))


@each_case({
    "http-v2/hybrid-search-none": {"": {"search": []}},
    "http-v2/hybrid-search-strategy-unknown": {"": {"rerank": {"strategy": "nosuch", "params": {}}}},
})  # fmt: skip
def test_what_may_not_be_asked(tck: Case, pairs: Pairs, given: dict[str, Any]) -> None:
    """The search is refused, and the same one without the fault is made."""
    parts = parts_of(pairs)
    tck.refused(
        _hybrid(pairs.name, parts, **given),
        neighbour=_hybrid(pairs.name, parts),
        untouched=lambda: tck.look.collection(pairs.name),
    )


@pytest.mark.clause("http-v2/truncate")
def test_a_truncation(tck: Case) -> None:
    """Rows go, and only those of the one collection; later ones are found. What is there is told by gRPC."""
    stage, other = parted(tck, "here", "there"), parted(tck, "here", "there")
    for each in (stage, other):
        load(tck, each.name)
    before = found(tck, stage.name)
    identity = tck.ok(calls.describe_collection(stage.name)).collectionID
    tck.ok(ask("/collections/truncate", collectionName=stage.name))
    after = [found(tck, stage.name), found(tck, other.name)]
    later = [key + 1_000_000 for key in stage.of()]
    insert_keys(tck, stage.name, later)
    same = tck.ok(calls.describe_collection(stage.name)).collectionID == identity
    tck.expect(
        [stage.of(), [], other.of(), later, True],
        [before, *after, found(tck, stage.name), same],
        members=("rows before", "rows after", "rows of the other", "rows inserted later", "the collection stays"),
    )
