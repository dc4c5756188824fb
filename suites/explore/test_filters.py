"""Filters that nobody wrote down, judged by the model."""

import pytest
from milvus_tck.fixtures.explore.filter_generator import kinds_of
from milvus_tck.fixtures.explore.filtered_rows import FilteredRows

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.fingerprint import joined
from milvus_tck.verdict.model.stops import Unreached

_KINDS = [
    pytest.param(each, marks=pytest.mark.clause("explore/filters", case=each.replace("_", "-"))) for each in kinds_of()
]


@pytest.mark.parametrize("kind", _KINDS)
def test_filters_of_a_kind(tck: Case, filtered: FilteredRows, kind: str) -> None:
    """A query finds the rows that its filter is true of, and is refused where the filter is none."""
    found, judged = filtered.wrong(tck, kind)
    if not judged:
        raise Unreached(f"filters of {kind} that the release has")
    for each in found[:1]:
        tck.shows(each.case)
    tck.judge(
        not found,
        tck.clause().sentence(tck.profile),
        "; ".join(map(str, found[:3])),
        signature=joined(each.signature for each in found),
    )
