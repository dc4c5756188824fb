"""DescribeIndex, GetIndexState, GetIndexBuildProgress: what they say of an index while it is built."""

from typing import NamedTuple

import numpy as np
import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.search_corpora import rows

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.schema import int64_key, vector

#: Segments that are too large to be searched without an index, each of so many rows.
_SEGMENTS, _ROWS, _DIM = 4, 2000, 32
_ALL = _SEGMENTS * _ROWS
_FINISHED = m.IndexState.Finished


class _Told(NamedTuple):
    """What is told of a build at one time."""

    finished: bool
    indexed: int
    total: int
    pending: int
    state_finished: bool
    progress: tuple[int, int]

    @property
    def trouble(self) -> str:
        """What does not go together, in a word."""
        if self.finished and (self.indexed != self.total or self.pending):
            return "finished-too-early"
        if self.finished != self.state_finished:
            return "other-state"
        return "" if not self.finished or self.progress == (self.total, self.total) else "other-progress"


def _described(tck: Case, name: str) -> m.IndexDescription:
    (index,) = tck.ok(calls.describe_index(name)).index_descriptions
    return index


def _told(tck: Case, name: str) -> _Told | None:
    """Ask all three; `None` where the build went on meanwhile, so that they tell of different times."""
    before = _described(tck, name)
    state = tck.ok(calls.get_index_state(name)).state
    progress = tck.ok(calls.get_index_build_progress(name))
    after = _described(tck, name)
    if after != before:
        return None
    return _Told(
        after.state == _FINISHED,
        after.indexed_rows,
        after.total_rows,
        after.pending_index_rows,
        state == _FINISHED,
        (progress.indexed_rows, progress.total_rows),
    )


@pytest.mark.clause("describe-index/finished-with-all-rows")
def test_an_index_of_several_segments(tck: Case) -> None:
    """A client that waits for Finished may rely on it that all rows are indexed, whomever it asks."""
    name, seeded = tck.name(), np.random.default_rng(tck.random.getrandbits(64))
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", _DIM)))
    for part in np.split(np.arange(_ALL), _SEGMENTS):
        tck.ok(calls.insert(name, rows(part, seeded.normal(size=(_ROWS, _DIM)).astype(np.float32)), _ROWS))
        flush(tck, name)
    tck.ok(calls.create_index(name, "vec", "HNSW", "L2", {"M": 16, "efConstruction": 200}))

    def ended(told: _Told | None) -> bool:
        return told is not None and (bool(told.trouble) or told.finished)

    told = tck.repeat(lambda: _told(tck, name), ended, rpc="DescribeIndex", what="built")
    wanted = _Told(True, _ALL, _ALL, 0, True, (_ALL, _ALL))
    tck.judge(told == wanted, wanted, told, signature=told.trouble if told and told.trouble else "other-rows")
