"""Loading and releasing as the early design has them: seen by what a search finds."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.early import DEFAULT, Early, comes_to_find, created, found, load

from milvus_tck.verdict.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

#: Servers release one collection after the other: one that waits for its turn is not late.
_RELEASE_SECONDS = 120.0


@pytest.mark.clause("load-collection/for-search")
def test_a_loaded_collection_is_searched(tck: Case) -> None:
    """A search finds all rows of a collection that was loaded."""
    stage, beside = created(tck), created(tck)
    tck.accepted(
        calls.load_collection(stage.name),
        effect=lambda _: comes_to_find(tck, stage) and found(tck, beside.name) == [],
    )


@pytest.mark.clause("release-collection/from-memory")
def test_a_released_collection_is_not_searched(tck: Case, early: Early) -> None:
    """What was found is not found any more; what lies in another collection is."""
    stage = load(tck, created(tck))
    tck.accepted(
        calls.release_collection(stage.name),
        effect=lambda _: [found(tck, each.name) for each in (stage, early)] == [[], early.of()],
        deadline=_RELEASE_SECONDS,
    )


def _parts(tck: Case, stage: Early) -> dict[str, list[int]]:
    return {each: found(tck, stage.name, each) for each in stage.keys}


def _only(stage: Early, *partitions: str) -> dict[str, list[int]]:
    return {each: stage.of(each) if each in partitions else [] for each in stage.keys}


def _loaded(tck: Case, stage: Early, *partitions: str) -> Callable[[m.Status], bool]:
    return lambda _: comes_to_find(tck, stage, *partitions) and _parts(tck, stage) == _only(stage, *partitions)


@pytest.mark.clause("load-partitions/for-search", "release-partitions/from-memory")
def test_partitions_are_loaded_and_released(tck: Case) -> None:
    """Of three partitions two are loaded, and one of them is released again."""
    stage = created(tck, DEFAULT, "here", "there")
    tck.accepted(
        calls.load_partitions(stage.name, "here", "there"),
        effect=_loaded(tck, stage, "here", "there"),
        of="load-partitions/for-search",
    )
    tck.accepted(
        calls.release_partitions(stage.name, "here"),
        effect=lambda _: _parts(tck, stage) == _only(stage, "there"),
        of="release-partitions/from-memory",
        deadline=_RELEASE_SECONDS,
    )
