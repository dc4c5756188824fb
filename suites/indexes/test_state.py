"""GetIndexState and GetIndexBuildProgress: how far the build of an index has come."""

from typing import NamedTuple

import pytest
from milvus_tck.fixtures.indexed import Built
from milvus_tck.fixtures.small_collections import FIELDS, SmallCollection
from milvus_tck.suites.indexes._descriptions import scalar_type

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field

_FINISHED = m.IndexState.Finished


def _indexed(tck: Case, *, twice: bool = False) -> str:
    """Create a collection of no rows with an index on its vector, and another on its number if wanted."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, field("x", DataType.Int64)))
    tck.ok(calls.create_index(name, "vec", "FLAT", "L2", {}, name="one"))
    if twice:
        tck.ok(calls.create_index(name, "x", scalar_type(tck.profile, DataType.Int64), params={}, name="two"))
    return name


def _state(tck: Case, collection: str, name: str = "") -> int:
    return tck.ok(calls.get_index_state(collection, name=name)).state


def _no_state(tck: Case, collection: str, name: str = "") -> bool:
    """Tell whether no state is claimed: a refusal will do, as the versions differ."""
    outcome = tck.call(calls.get_index_state(collection, name=name))
    refused = outcome.status is not None and not outcome.status.ok
    return refused or (outcome.answer is not None and outcome.answer.state == m.IndexState.IndexStateNone)


@pytest.mark.clause("get-index-state/finished")
def test_the_state_of_an_index_that_is_built(tck: Case, built: Built, unindexed: SmallCollection) -> None:
    """An index that is built is Finished, and one that does not exist is not."""
    answer = tck.ok(calls.get_index_state(built.name))
    found = (answer.state, answer.fail_reason, _no_state(tck, unindexed.name))
    tck.expect((_FINISHED, "", True), found, members=("state", "fail_reason", "no state where there is no index"))


@pytest.mark.clause("get-index-state/nothing-flushed")
def test_the_state_of_an_index_over_nothing(tck: Case, unindexed: SmallCollection) -> None:
    """An index over no flushed rows is Finished: there is nothing to build."""
    tck.expect(
        (_FINISHED, True),
        (_state(tck, _indexed(tck)), _no_state(tck, unindexed.name)),
        members=("state", "no state where there is no index"),
    )


@pytest.mark.clause("get-index-state/by-name")
def test_the_state_by_name(tck: Case) -> None:
    """With a name the state is that of the index of that name, also among several."""
    name = _indexed(tck, twice=True)
    found = ([_state(tck, name, each) for each in ("one", "two")], _no_state(tck, name, "nosuch"))
    tck.expect(([_FINISHED, _FINISHED], True), found, members=("states of the two", "no state of another name"))


@pytest.mark.clause("get-index-state/index-unknown", cases=("no-index", "no-such-name"))
def test_the_state_of_what_does_not_exist(tck: Case, indexed: Built, unindexed: SmallCollection) -> None:
    """The state of an index that does not exist is not found, from 2.4 on."""
    wrong = {
        "no-index": calls.get_index_state(unindexed.name),
        "no-such-name": calls.get_index_state(indexed.name, name="nosuch"),
    }
    for case, call in wrong.items():
        tck.refused(
            call,
            neighbour=calls.get_index_state(indexed.name),
            untouched=lambda: tck.look.index(indexed.name),
            case=case,
        )


@pytest.mark.clause("get-index-state/none-claimed", cases=("no-index", "no-such-name"))
def test_no_state_is_claimed(tck: Case, indexed: Built, unindexed: SmallCollection) -> None:
    """No state is claimed for an index that does not exist, while that of another index is known."""
    for case, collection, name in (("no-index", unindexed.name, ""), ("no-such-name", indexed.name, "nosuch")):
        found = (_no_state(tck, collection, name), _state(tck, indexed.name))
        tck.expect((True, _FINISHED), found, case=case, members=("no state", "state of the other index"))


@pytest.mark.clause("get-index-state/several")
def test_the_state_of_several_without_a_name(tck: Case) -> None:
    """Without a name there has to be just one index, from 2.4 on."""
    name = _indexed(tck, twice=True)
    tck.refused(
        calls.get_index_state(name),
        neighbour=calls.get_index_state(name, name="one"),
        untouched=lambda: tck.look.index(name),
    )


@pytest.mark.clause("get-index-build-progress/several")
def test_the_progress_of_several_without_a_name(tck: Case) -> None:
    """Without a name there has to be just one index."""
    name = _indexed(tck, twice=True)
    tck.refused(
        calls.get_index_build_progress(name),
        neighbour=calls.get_index_build_progress(name, name="one"),
        untouched=lambda: tck.look.index(name),
    )


class _Progress(NamedTuple):
    indexed_rows: int
    total_rows: int


def _progress(tck: Case, collection: str, name: str = "") -> _Progress:
    answer = tck.ok(calls.get_index_build_progress(collection, name=name))
    return _Progress(answer.indexed_rows, answer.total_rows)


@pytest.mark.clause("get-index-build-progress/rows")
def test_the_progress_of_an_index_that_is_built(tck: Case, built: Built) -> None:
    """The progress of a finished index counts all flushed rows as indexed, and those of no other collection."""
    empty = _indexed(tck)
    tck.expect(
        [(built.rows, built.rows), (0, 0)],
        [_progress(tck, name) for name in (built.name, empty)],
        members=("progress", "progress of the other collection"),
    )


@pytest.mark.clause("get-index-build-progress/nothing-flushed")
def test_the_progress_of_an_index_over_nothing(tck: Case, built: Built) -> None:
    """The progress of an index over no flushed rows counts no rows, while that of another counts its own."""
    empty = _indexed(tck)
    tck.expect(
        [(0, 0), True],
        [_progress(tck, empty), _progress(tck, built.name)[1] > 0],
        members=("progress", "rows of the other collection are counted"),
    )


@pytest.mark.clause("get-index-build-progress/by-name")
def test_the_progress_by_name(tck: Case, built: Built) -> None:
    """With a name the progress is that of the index of that name, also among several."""
    name = _indexed(tck, twice=True)
    found = [*(_progress(tck, name, each) for each in ("one", "two")), _progress(tck, built.name, built.index)]
    tck.expect(
        [(0, 0), (0, 0), (built.rows, built.rows)],
        found,
        members=("progress of one", "progress of two", "progress in the other collection"),
    )


@pytest.mark.clause("get-index-build-progress/no-index")
def test_the_progress_where_there_is_no_index(tck: Case, indexed: Built, unindexed: SmallCollection) -> None:
    """The progress of an index fails where the collection has none."""
    tck.refused(
        calls.get_index_build_progress(unindexed.name),
        neighbour=calls.get_index_build_progress(indexed.name),
        untouched=lambda: tck.look.index(indexed.name),
    )


@pytest.mark.clause("get-index-build-progress/index-unknown")
def test_the_progress_of_a_name_that_no_index_has(tck: Case, indexed: Built) -> None:
    """The progress of an index by a name that none has fails."""
    tck.refused(
        calls.get_index_build_progress(indexed.name, name="nosuch"),
        neighbour=calls.get_index_build_progress(indexed.name, name=indexed.index),
        untouched=lambda: tck.look.index(indexed.name),
    )
