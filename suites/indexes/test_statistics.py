"""GetIndexStatistics: what is told of an index beside its description."""

import pytest
from milvus_tck.fixtures.indexed import Built
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.messages import DescribeIndexResponse, GetIndexStatisticsResponse

_Told = DescribeIndexResponse | GetIndexStatisticsResponse


def _indexes(answer: _Told) -> list[tuple[str, str, dict[str, str]]]:
    """Return name, field and parameters of each index that is told."""
    return [
        (each.index_name, each.field_name, {pair.key: pair.value for pair in each.params})
        for each in answer.index_descriptions
    ]


@pytest.mark.clause("get-index-statistics/valid")
def test_an_index_is_told(tck: Case, indexed: Built) -> None:
    """Both RPCs speak of one index."""
    described = _indexes(tck.ok(calls.describe_index(indexed.name)))
    told = _indexes(tck.ok(calls.get_index_statistics(indexed.name)))
    tck.expect([described, 1], [told, len(told)], members=("what DescribeIndex tells", "indexes"))


@pytest.mark.clause("get-index-statistics/no-index")
def test_no_index(tck: Case, unindexed: SmallCollection, indexed: Built) -> None:
    """There is nothing to tell of what is not there."""
    tck.refused(
        calls.get_index_statistics(unindexed.name),
        neighbour=calls.get_index_statistics(indexed.name),
        untouched=lambda: tck.look.index(indexed.name),
    )


@pytest.mark.clause("get-index-statistics/collection-unknown")
def test_no_collection(tck: Case, indexed: Built) -> None:
    """A collection that does not exist is not found."""
    unknown = tck.name()
    tck.refused(
        calls.get_index_statistics(unknown),
        neighbour=calls.get_index_statistics(indexed.name),
        untouched=lambda: [tck.look.listing(each) for each in (unknown, indexed.name)],
    )
