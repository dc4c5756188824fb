"""Segments and compactions: what is told of them."""

import pytest
from milvus_tck.fixtures.actions import flush, load
from milvus_tck.fixtures.flushed import filled
from milvus_tck.fixtures.partitioned import found, parted

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

#: The id of a compaction that nobody asked for.
_NOBODY = 1


def _told(tck: Case, name: str) -> tuple[int, bool]:
    """Return how many rows the segments of a collection hold, and whether each is its own."""
    infos = tck.ok(calls.get_persistent_segment_info(name)).infos
    own = tck.ok(calls.describe_collection(name)).collectionID
    return sum(each.num_rows for each in infos), {each.collectionID for each in infos} == {own}


@pytest.mark.clause("get-persistent-segment-info/after-flush")
def test_segments_are_told(tck: Case) -> None:
    """Each collection has segments of its own, and no row is lost or told twice."""
    rows = (3, 5)
    names = [filled(tck, count)[0] for count in rows]
    for name in names:
        flush(tck, name)
    tck.expect(
        [(3, True), (5, True)],
        [_told(tck, name) for name in names],
        members=("rows of the first, all its own", "rows of the second, all its own"),
    )


@pytest.mark.clause("get-persistent-segment-info/collection-unknown")
def test_segments_of_nothing(tck: Case) -> None:
    """A collection that does not exist is not found."""
    name, unknown = filled(tck, 1)[0], tck.name()
    tck.refused(
        calls.get_persistent_segment_info(unknown),
        neighbour=calls.get_persistent_segment_info(name),
        untouched=lambda: [tck.look.listing(each) for each in (unknown, name)],
    )


@pytest.mark.clause("manual-compaction/rows")
def test_rows_after_a_compaction(tck: Case) -> None:
    """A compaction is no change that anybody who searches could see."""
    stage = parted(tck)
    flush(tck, stage.name)
    load(tck, stage.name)
    number = tck.ok(calls.describe_collection(stage.name)).collectionID

    def is_whole(answer: m.ManualCompactionResponse) -> Equality:
        told = met(answer.compactionID != 0, "an id", answer.compactionID, what="compactionID")
        if not told:
            return told
        tck.until(
            calls.get_compaction_state(answer.compactionID),
            lambda state: state.state == m.CompactionState.Completed,
            what="compacted",
        )
        return same(stage.of(), found(tck, stage.name), what="rows found")

    tck.accepted(calls.manual_compaction(number), effect=is_whole)


@pytest.mark.clause("get-compaction-state/unknown")
def test_a_compaction_of_nobody(tck: Case) -> None:
    """There is nothing to wait for."""
    told = tck.ok(calls.get_compaction_state(_NOBODY))
    tck.expect(
        [m.CompactionState.Completed, 0, 0],
        [told.state, told.executingPlanNo, told.completedPlanNo],
        members=("state", "plans being carried out", "plans carried out"),
    )


@pytest.mark.clause("get-compaction-state-with-plans/unknown")
def test_the_plans_of_nobody(tck: Case) -> None:
    """There is nothing to wait for, and no plan."""
    told = tck.ok(calls.get_compaction_state_with_plans(_NOBODY))
    tck.expect([m.CompactionState.Completed, 0], [told.state, len(told.mergeInfos)], members=("state", "plans"))
