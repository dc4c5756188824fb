"""Rows, keys, indexes and loads after the server was killed twice."""

import pytest
from milvus_tck.fixtures.actions import comes_true, found_keys, load
from milvus_tck.fixtures.revived import KILLS, Revived
from milvus_tck.fixtures.revived_data import (
    DroppedIndex,
    KeptIndexes,
    KeptLoads,
    KeptRows,
    LastIds,
    RowsUpserted,
    indexes_told,
    rows_found,
    rows_of,
)
from milvus_tck.suites.durability._assertions import seen

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


@pytest.mark.clause("connect/after-kill")
def test_the_server_comes_back(tck: Case, revived: Revived) -> None:
    """However it ended, it starts on the data that it has, and serves."""
    tck.expect(
        [KILLS, True], [revived.back, tck.call(calls.connect()).ok], members=("times that it is back", "it serves")
    )


@pytest.mark.clause("insert/after-kill", cases=tuple(KeptRows.kept))
@pytest.mark.clause("delete/after-kill", cases=tuple(KeptRows.deleted))
def test_the_rows_that_are_there(tck: Case, revived: Revived) -> None:
    """Rows that were acknowledged are there with all their values, and rows that were deleted are not."""
    part = revived.part(KeptRows)

    def looked() -> dict[int, object]:
        load(tck, part.name)
        return dict(rows_found(tck, part.name))

    found = seen(looked)
    for case in part.done:
        keys = KeptRows.kept[case]
        told = found if isinstance(found, str) else {key: found[key] for key in keys if key in found}
        tck.expect(rows_of(keys), told, of="insert/after-kill", case=case)
    for case in part.done & KeptRows.deleted.keys():
        back = found if isinstance(found, str) else [key for key in KeptRows.deleted[case] if key in found]
        tck.expect([], back, of="delete/after-kill", case=case)
    if part.done < KeptRows.kept.keys():
        raise Blocked("after-kill:refused", "what was written after the server came back was not acknowledged")


@pytest.mark.clause("upsert/after-kill")
def test_the_last_values_count(tck: Case, revived: Revived) -> None:
    """Each row is there once, as it was written last."""
    part = revived.part(RowsUpserted)

    def looked() -> object:
        load(tck, part.name)
        return rows_found(tck, part.name)

    tck.expect(part.rows, seen(looked))


@pytest.mark.clause("insert/after-kill-new-keys", "insert/after-kill-time")
def test_keys_and_times_go_on(tck: Case, revived: Revived) -> None:
    """No key is given to a second row, and no time is told again."""
    part = revived.part(LastIds)
    told = seen(lambda: LastIds.inserted(tck, part.name))
    new = told if isinstance(told, str) else len({*told.IDs.int_id.data} - {*part.keys})
    tck.expect(10, new, of="insert/after-kill-new-keys")
    if part.timestamp is None:
        raise Blocked("before-kill:times", "times did not go on before the server was killed, either")
    later = told if isinstance(told, str) else told.timestamp > part.timestamp
    tck.expect(True, later, of="insert/after-kill-time")


@pytest.mark.clause("create-index/after-kill", "create-index/after-kill-under-way")
def test_the_indexes_that_are_there(tck: Case, revived: Revived) -> None:
    """An index is told as before, and a build that was under way comes to its end."""
    part = revived.part(KeptIndexes)
    tck.expect(part.before, seen(lambda: indexes_told(tck, part.name)), of="create-index/after-kill")
    state = calls.get_index_state(part.building, "vec")
    finished = m.IndexState.Finished
    built = seen(lambda: comes_true(tck, state, lambda told: told.state == finished, what="built"))
    tck.expect(True, built, of="create-index/after-kill-under-way")


@pytest.mark.clause("drop-index/after-kill")
def test_an_index_that_was_dropped_stays_away(tck: Case, revived: Revived) -> None:
    """No index is told of its collection, and one of the collection beside it."""
    part = revived.part(DroppedIndex)
    beside, dropped = (seen(lambda name=name: len(indexes_told(tck, name))) for name in (part.beside, part.name))  # type: ignore[misc]
    tck.expect([1, 0], [beside, dropped], members=("beside", "dropped"))


@pytest.mark.clause(
    "load-collection/after-kill", "release-collection/after-kill", "load-collection/after-kill-under-way"
)
def test_what_is_loaded(tck: Case, revived: Revived) -> None:
    """What was loaded is served without being asked for, what was released is not, and what was being loaded comes."""
    part, states = revived.part(KeptLoads), m.LoadState
    tck.expect([*part.keys], seen(lambda: _served(tck, part.loaded)), of="load-collection/after-kill")
    tck.expect(states.LoadStateNotLoad, seen(lambda: tck.look.load(part.released)), of="release-collection/after-kill")
    tck.expect([*part.keys], seen(lambda: _served(tck, part.loading)), of="load-collection/after-kill-under-way")


def _served(tck: Case, name: str) -> list[int]:
    """Return the keys of a collection once it is loaded, which takes its time."""
    tck.look.until_loaded(name)
    return found_keys(tck, name)
