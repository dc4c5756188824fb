"""Hits of several searches in one order: whose they are, what they score, which come back."""

import numpy as np
import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.paired_vectors import PARTITIONS, Pairs, weighted_scores
from milvus_tck.suites.hybrid._ranking import LIMIT, call_of, judge, parts_of, ranks
from milvus_tck.suites.search._assertions import hits_of

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


@each_case({"hybrid-search/rrf": {"60": 60.0, "1": 1.0}})
def test_ranks(tck: Case, pairs: Pairs, given: float) -> None:
    """Rows are ranked by the places that the searches gave them."""
    parts = parts_of(pairs)
    call = calls.hybrid_search(pairs.name, *(each.call(pairs.name) for each in parts), k=given)
    judge(tck, call, [ranks(pairs, parts, k=given)])


@pytest.mark.clause("hybrid-search/strategy-unset")
def test_no_strategy(tck: Case, pairs: Pairs) -> None:
    """A strategy may be left out: it is rrf then, with its usual k."""
    parts = parts_of(pairs)
    call = calls.hybrid_search(pairs.name, *(each.call(pairs.name) for each in parts), strategy=None)
    judge(tck, call, [ranks(pairs, parts)])


@each_case({"hybrid-search/weighted": {"both": [0.2, 0.9], "first": [1.0, 0.0], "second": [0.0, 1.0]}})
def test_weights(tck: Case, pairs: Pairs, given: list[float]) -> None:
    """Scores of different metrics are made alike before they are weighed and added."""
    parts = parts_of(pairs)
    right = weighted_scores([pairs.hits(each, 0) for each in parts], parts, given)
    searches = [each.call(pairs.name) for each in parts]
    # A limit that takes in all rows: those of weight 0 score alike, and any of them may be left out.
    call = calls.hybrid_search(
        pairs.name, *searches, strategy="weighted", weights=given, norm_score=True, limit=len(right)
    )  # fmt: skip
    judge(tck, call, [right], limit=len(right))


@pytest.mark.clause("hybrid-search/one")
def test_one_search(tck: Case, pairs: Pairs) -> None:
    """One search alone is ranked, too."""
    parts = parts_of(pairs)[:1]
    judge(tck, call_of(pairs, parts), [ranks(pairs, parts)])


@pytest.mark.clause("hybrid-search/queries-many")
def test_many_queries(tck: Case, pairs: Pairs) -> None:
    """Each query has its own hits of every search."""
    parts = [pairs.part("front", near=(3, 30, 55)), pairs.part("back", near=(1, -2, 4))]
    judge(tck, call_of(pairs, parts), [ranks(pairs, parts, query) for query in range(3)])


@each_case({"hybrid-search/limit": {"fewer": 3, "more": 50}})
def test_the_limit(tck: Case, pairs: Pairs, given: int) -> None:
    """How many hits come back is said once for all searches."""
    parts = parts_of(pairs)
    judge(tck, call_of(pairs, parts, limit=given), [ranks(pairs, parts)], limit=given)


@pytest.mark.clause("hybrid-search/offset")
def test_an_offset(tck: Case, pairs: Pairs) -> None:
    """The offset counts in the one order of all hits."""
    parts = parts_of(pairs)
    call = call_of(pairs, parts).but_params("rank_params", offset="4")
    judge(tck, call, [ranks(pairs, parts)], offset=4)


@pytest.mark.clause("hybrid-search/filter")
def test_filters(tck: Case, pairs: Pairs) -> None:
    """A filter is about the search that it stands in, and not about the others."""
    parts = [
        pairs.part("front", near=(20,), expr="number == 1", chosen=np.flatnonzero(pairs.numbers == 1)),
        pairs.part("back", expr="number > 2", chosen=np.flatnonzero(pairs.numbers > 2)),
    ]
    judge(tck, call_of(pairs, parts), [ranks(pairs, parts)])


@pytest.mark.clause("hybrid-search/partitions")
def test_partitions(tck: Case, parted_pairs: Pairs) -> None:
    """Partitions are said once for all searches."""
    own = np.array([number for number, name in enumerate(parted_pairs.partitions) if name == PARTITIONS[1]])
    parts = [parted_pairs.part("front", near=(20,), chosen=own), parted_pairs.part("back", chosen=own)]
    judge(tck, call_of(parted_pairs, parts).but(partition_names=[PARTITIONS[1]]), [ranks(parted_pairs, parts)])


@pytest.mark.clause("hybrid-search/output-fields")
def test_output_fields(tck: Case, pairs: Pairs) -> None:
    """Values belong to the hits beside which they stand."""
    parts = parts_of(pairs)
    numbers = dict(zip(pairs.ids.tolist(), pairs.numbers.tolist(), strict=True))

    def right(answer: m.SearchResults) -> Equality:
        hits = hits_of(answer, 1)[0]
        return same(LIMIT, len(hits.ids), what="hits") and same(
            [numbers.get(int(key)) for key in hits.ids], list(hits.columns.get("number", ())), what="numbers"
        )

    tck.accepted(call_of(pairs, parts, output=["number"]), effect=right, expected="the number of each hit")
