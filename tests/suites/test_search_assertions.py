"""What is told of hits that are wrong: the query, what should be there, what is."""

import numpy as np
import pytest
from milvus_tck.fixtures.neighbours import Metric
from milvus_tck.fixtures.search_corpora import Corpus
from milvus_tck.suites.search._assertions import troubles

from milvus_tck.wire.search import Hits

#: Rows on a line, one apart, with keys 10, 11, 12, ...; the query is the first of them.
_LINE = Corpus("line", Metric.L2, np.arange(10, 16), np.arange(6, dtype=np.float32).reshape(6, 1), {})
_QUERIES = np.zeros((2, 1), dtype=np.float32)
_RIGHT = Hits((10, 11, 12), (0.0, 1.0, 4.0), {})


@pytest.mark.parametrize(
    ("hits", "signature", "told"),
    [
        (
            Hits((10, 11, 13), (0.0, 1.0, 9.0), {}),
            "not-nearest",
            "ids for query 1 (not-nearest): expected [10, 11, 12], got [10, 11, 13]",
        ),
        (
            Hits((10, 11), (0.0, 1.0), {}),
            "fewer-hits",
            "ids for query 1 (fewer-hits): expected [10, 11, 12], got [10, 11]",
        ),
        (
            Hits((10, 11, 12), (0.0, 1.0, 2.0), {}),
            "score",
            "scores for query 1: expected [0.0, 1.0, 4.0], got [0.0, 1.0, 2.0]",
        ),
    ],
)
def test_wrong_hits_are_told_beside_the_right_ones(hits: Hits, signature: str, told: str) -> None:
    """The first query that is wrong, with the keys or scores that it should have."""
    found = troubles(_LINE, _QUERIES, 3)([_RIGHT, hits])
    assert not found
    assert found.signature == signature
    assert [str(each) for each in found.differences] == [told]


def test_right_hits_are_no_trouble() -> None:
    """Every query has its nearest rows with their scores."""
    assert troubles(_LINE, _QUERIES, 3)([_RIGHT, _RIGHT])
