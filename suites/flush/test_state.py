"""GetFlushState: whether what was flushed is persistent."""

import pytest
from milvus_tck.fixtures.actions import comes_true
from milvus_tck.fixtures.flushed import Flushed, filled, row_count

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

#: A hybrid timestamp that no clock comes to in our time.
_NEVER = 1 << 62
#: A number that no segment has.
_NO_SEGMENT = 1


def _state(segments: tuple[int, ...] = (), timestamp: int = 0, name: str = "") -> Call[m.GetFlushStateResponse]:
    request = m.GetFlushStateRequest(segmentIDs=segments, flush_ts=timestamp, collection_name=name)
    return Call("GetFlushState", request)


def _counted(tck: Case, flushed: Flushed) -> bool:
    """Tell whether the server counts rows as they were flushed: then a state means something."""
    return (row_count(tck, flushed.first), row_count(tck, flushed.second)) == flushed.rows


@pytest.mark.clause("get-flush-state/valid")
def test_the_state_comes_to_be_true(tck: Case) -> None:
    """As soon as the state is true the rows are counted, in each collection its own."""
    names = {filled(tck, count)[0]: count for count in (3, 5)}
    answer = tck.ok(calls.flush(*names))
    found = {name: _when_flushed(tck, name, answer) for name in names}
    tck.expect(names, found)


def _when_flushed(tck: Case, name: str, answer: m.FlushResponse) -> int | None:
    done = comes_true(tck, calls.get_flush_state(name, answer), lambda state: state.flushed, what="flushed")
    return row_count(tck, name) if done else None


@pytest.mark.clause("get-flush-state/segments-alone")
def test_the_state_of_segments_alone(tck: Case) -> None:
    """The segments of a flush tell its state without the collection and the timestamp."""
    names = {filled(tck, count)[0]: count for count in (3, 5)}
    answer = tck.ok(calls.flush(*names))
    segments = tuple(each for name in names if name in answer.coll_segIDs for each in answer.coll_segIDs[name].data)
    done = comes_true(tck, _state(segments), lambda state: state.flushed, what="flushed")
    tck.expect((True, names), (done, {name: row_count(tck, name) for name in names}), members=("flushed", "row counts"))


@pytest.mark.clause("get-flush-state/no-segments")
def test_the_state_of_no_segments(tck: Case, flushed: Flushed) -> None:
    """What is nothing is flushed."""
    tck.expect(
        (True, True), (tck.ok(_state()).flushed, _counted(tck, flushed)), members=("flushed", "the rows are counted")
    )


@pytest.mark.clause("get-flush-state/segment-unknown")
def test_the_state_of_a_segment_that_does_not_exist(tck: Case, flushed: Flushed) -> None:
    """A segment that does not exist is taken for flushed."""
    tck.expect(
        (True, True),
        (tck.ok(_state((_NO_SEGMENT,))).flushed, _counted(tck, flushed)),
        members=("flushed", "the rows are counted"),
    )


@pytest.mark.clause("get-flush-state/later-timestamp")
def test_the_state_of_a_time_to_come(tck: Case, flushed: Flushed) -> None:
    """What is still to come is not flushed, while what was flushed is."""
    states = [tck.ok(_state(timestamp=each, name=flushed.first)).flushed for each in (_NEVER, 0)]
    tck.expect([False, True], states, members=("flushed in the future", "flushed now"))
