"""CalcDistance, which is no more."""

import pytest
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


@pytest.mark.clause("calc-distance/gone")
def test_no_distance(tck: Case, unindexed: SmallCollection) -> None:
    """Two vectors that could be compared, and a server that does it no more."""
    tck.refused(
        calls.calc_distance([0.0, 0.0], [3.0, 4.0]),
        neighbour=calls.has_collection(unindexed.name),
        untouched=lambda: tck.look.collection(unindexed.name),
    )
