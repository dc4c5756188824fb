"""Loading and releasing as the early design has them: seen by what a search finds."""

import pytest
from milvus_tck.fixtures.design_collections import Early, comes_to_find, created, flush, found, load
from milvus_tck.fixtures.marks import each_case

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls

#: Servers release one collection after the other: one that waits for its turn is not late.
_RELEASE_SECONDS = 120.0


@pytest.mark.clause("load-collection/for-search")
def test_a_loaded_collection_is_searched(tck: Case) -> None:
    """A search finds all rows of the collection that was loaded, and none of another one."""
    stage, beside = created(tck), created(tck)
    tck.accepted(
        calls.load_collection(stage.name),
        effect=lambda _: (
            comes_to_find(tck, stage)
            and same(set(), {*found(tck, beside.name)} & {*stage.of()}, what="rows found in the other collection")
        ),
    )


@pytest.mark.clause("release-collection/from-memory")
def test_a_released_collection_is_not_searched(tck: Case, early: Early) -> None:
    """What was found is not found any more; what lies in another collection is."""
    stage = load(tck, created(tck))
    tck.accepted(
        calls.release_collection(stage.name),
        effect=lambda _: same(
            [[], early.of()],
            [found(tck, each.name) for each in (stage, early)],
            members=("rows found", "rows found in the other collection"),
        ),
        deadline=_RELEASE_SECONDS,
    )


@pytest.mark.clause("load-partitions/for-search")
def test_loaded_partitions_are_searched(tck: Case) -> None:
    """Of three partitions two are loaded by one request: a search finds the rows of both, and of each its own."""
    stage = created(tck, "here", "elsewhere", "there")
    both = ("here", "there")
    tck.accepted(
        calls.load_partitions(stage.name, *both),
        effect=lambda _: (
            comes_to_find(tck, stage, *both)
            and same({p: stage.of(p) for p in both}, _each(tck, stage, *both), what="rows found")
        ),
    )


def _each(tck: Case, stage: Early, *partitions: str) -> dict[str, list[int]]:
    return {each: found(tck, stage.name, each) for each in partitions}


@each_case({"release-partitions/from-memory": {"flushed": True, "never-flushed": False}})
def test_released_partitions_are_not_searched(tck: Case, given: bool) -> None:  # noqa: FBT001 - the case of a table
    """Of two loaded partitions one is released: its rows are not found any more, those of the other one are."""
    stage = created(tck, "here", "there")
    if given:
        flush(tck, stage)
    tck.ok(calls.load_partitions(stage.name, "here", "there"))
    before = comes_to_find(tck, stage, "here", "there")
    tck.accepted(
        calls.release_partitions(stage.name, "here"),
        effect=lambda _: (
            before
            and same({"here": [], "there": stage.of("there")}, _each(tck, stage, "here", "there"), what="rows found")
        ),
        deadline=_RELEASE_SECONDS,
    )
