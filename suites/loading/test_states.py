"""GetLoadState and GetLoadingProgress: how far a load is, and of what."""

from dataclasses import dataclass

import pytest
from milvus_tck.fixtures.partitioned import (
    DEFAULT,
    LOADED,
    UNLOADED,
    Parted,
    found,
    load_states,
    parted,
)
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

_LOADING = m.LoadState.LoadStateLoading
_DONE = 100


@pytest.mark.clause("get-load-state/not-loaded")
def test_a_collection_that_was_never_loaded(tck: Case, loaded: SmallCollection) -> None:
    """What was never loaded is told from what is loaded."""
    stage = parted(tck, indexed=False, filled=False)
    tck.expect(
        [UNLOADED, LOADED],
        [load_states(tck, each.name)[0] for each in (stage, loaded)],
        members=("state of what was never loaded", "state of what is loaded"),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What a loading collection says of itself at one moment."""

    state: int
    progress: int


@pytest.mark.clause("get-load-state/loading", "get-loading-progress/loading")
def test_a_collection_while_it_is_loaded(tck: Case) -> None:
    """Loading comes before loaded, and the progress does not fall until it is 100."""
    stage, _beside = parted(tck), parted(tck)
    looks = _watch(tck, stage)
    searchable = found(tck, stage.name) == stage.of()
    states = [each.state for each in looks]
    tck.judge(
        searchable and set(states[:-1]) <= {_LOADING} and states[-1:] == [LOADED],
        "Loading until Loaded, then searchable",
        [*states, searchable],
        of="get-load-state/loading",
        signature="state:order",
        members=(*(f"look {number}" for number in range(len(states))), "searchable"),
    )
    progress = [each.progress for each in looks]
    tck.judge(
        searchable and progress == sorted(progress) and progress[0] >= 0 and progress[-1] == _DONE,
        "rising from 0 to 100, then searchable",
        [*progress, searchable],
        of="get-loading-progress/loading",
        signature="progress:order",
        members=(*(f"look {number}" for number in range(len(progress))), "searchable"),
    )


def _watch(tck: Case, stage: Parted) -> list[_Look]:
    """Load a collection and look at it until it is loaded."""
    looks: list[_Look] = []

    def look(answer: m.GetLoadStateResponse) -> bool:
        progress = tck.ok(calls.get_loading_progress(stage.name)).progress
        looks.append(_Look(answer.state, progress))
        return answer.state == LOADED

    tck.ok(calls.load_collection(stage.name))
    tck.until(calls.get_load_state(stage.name), look, what="loaded")
    return looks


@pytest.mark.clause("get-loading-progress/not-loaded")
def test_the_progress_of_what_was_never_loaded(tck: Case, loaded: SmallCollection) -> None:
    """What was never loaded makes no progress."""
    stage = parted(tck, indexed=False, filled=False)
    _judge_no_progress(tck, stage, loaded)


@pytest.mark.clause("get-loading-progress/released")
def test_the_progress_of_what_was_released(tck: Case, released: Parted, loaded: SmallCollection) -> None:
    """What was released makes no progress any more."""
    _judge_no_progress(tck, released, loaded)


def _judge_no_progress(tck: Case, stage: Parted, loaded: SmallCollection) -> None:
    tck.refused(
        calls.get_loading_progress(stage.name),
        neighbour=calls.get_loading_progress(loaded.name),
        untouched=lambda: load_states(tck, stage.name),
    )


@pytest.mark.clause("get-loading-progress/refresh-progress")
def test_the_progress_of_a_refresh(tck: Case, loaded: SmallCollection) -> None:
    """Where nothing is being refreshed, all of it is."""
    stage = parted(tck, indexed=False, filled=False)
    refreshed = tck.ok(calls.get_loading_progress(loaded.name)).refresh_progress
    tck.expect(
        [_DONE, UNLOADED],
        [refreshed, *load_states(tck, stage.name)],
        members=("refresh_progress", "state of the other collection"),
    )


# -- partitions ----------------------------------------------------------------------------------------


@pytest.mark.clause("get-load-state/some-partitions", "get-loading-progress/some-partitions")
def test_a_collection_that_is_partly_loaded(tck: Case, partly_loaded: Parted) -> None:
    """A collection is loaded where all that was asked for is loaded."""
    name, here = partly_loaded.name, partly_loaded.of("here")
    state, rows = load_states(tck, name)[0], found(tck, name)
    tck.expect([LOADED, here], [state, rows], of="get-load-state/some-partitions", members=("state", "keys"))
    progress = tck.ok(calls.get_loading_progress(name)).progress
    tck.expect([_DONE, here], [progress, rows], of="get-loading-progress/some-partitions", members=("progress", "keys"))


@pytest.mark.clause("get-load-state/other-partition", "get-load-state/several-partitions")
def test_the_partitions_of_a_collection_that_is_partly_loaded(tck: Case, partly_loaded: Parted) -> None:
    """Each partition answers for itself; several are loaded where each of them is."""
    name = partly_loaded.name
    states = load_states(tck, name, "here", "there")
    tck.expect(
        [LOADED, UNLOADED], states, of="get-load-state/other-partition", members=("state of here", "state of there")
    )
    both = tck.ok(calls.get_load_state(name, ["here", "there"])).state
    tck.expect(
        [LOADED, UNLOADED],
        [states[0], both],
        of="get-load-state/several-partitions",
        members=("state of here", "state of both"),
    )


@pytest.mark.clause("get-loading-progress/other-partition")
def test_the_progress_of_a_partition_that_was_not_loaded(tck: Case, partly_loaded: Parted) -> None:
    """A partition that was not loaded makes no progress."""
    tck.refused(
        calls.get_loading_progress(partly_loaded.name, ["there"]),
        neighbour=calls.get_loading_progress(partly_loaded.name, ["here"]),
        untouched=lambda: load_states(tck, partly_loaded.name, "here", "there"),
    )


@pytest.mark.clause("get-load-state/partition-unknown")
def test_the_state_of_an_unknown_partition(tck: Case, loaded: SmallCollection) -> None:
    """What does not exist is not loaded."""
    tck.answers(
        calls.get_load_state(loaded.name, ["nowhere"]),
        effect=lambda answer: same(
            [UNLOADED, LOADED],
            [answer.state, *load_states(tck, loaded.name, DEFAULT)],
            members=("state", "state of a loaded partition"),
        ),
        neighbour=calls.get_load_state(loaded.name, [DEFAULT]),
        untouched=lambda: load_states(tck, loaded.name),
    )


@pytest.mark.clause("get-loading-progress/partition-unknown")
def test_the_progress_of_an_unknown_partition(tck: Case, loaded: SmallCollection) -> None:
    """What does not exist makes no progress."""
    tck.refused(
        calls.get_loading_progress(loaded.name, ["nowhere"]),
        neighbour=calls.get_loading_progress(loaded.name, [DEFAULT]),
        untouched=lambda: load_states(tck, loaded.name),
    )
