"""ShowCollections: what is there, and what of it is in memory."""

import pytest
from milvus_tck.fixtures.actions import shown
from milvus_tck.fixtures.definitions import VALID
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

_IN_MEMORY = m.ShowType.InMemory


@pytest.mark.clause("show-collections/all", "show-collections/aligned")
def test_everything_is_listed(tck: Case, unindexed: SmallCollection) -> None:
    """Every collection is listed once, with the id and the times of its description."""
    mine = [tck.name(), tck.name()]
    for name in mine:
        tck.ok(VALID(name))
    answer = shown(tck)
    wanted = [*mine, unindexed.name, tck.name()]
    tck.expect(
        [1, 1, 1, 0],
        [list(answer.collection_names).count(name) for name in wanted],
        of="show-collections/all",
        members=("the first", "the second", "another one", "a name of nothing"),
    )
    described = [_identity(tck, name) for name in mine]
    rows = zip(
        answer.collection_names,
        answer.collection_ids,
        answer.created_timestamps,
        answer.created_utc_timestamps,
        strict=False,
    )
    listed = {name: row for name, *row in rows}
    lists = (answer.collection_names, answer.collection_ids, answer.created_timestamps, answer.created_utc_timestamps)
    tck.expect(
        [described, [len(answer.collection_names)] * len(lists)],
        [[listed.get(name) for name in mine], [len(each) for each in lists]],
        of="show-collections/aligned",
        members=("ids and times", "lengths of the lists"),
    )


def _identity(tck: Case, name: str) -> list[int]:
    answer = tck.ok(calls.describe_collection(name))
    return [answer.collectionID, answer.created_timestamp, answer.created_utc_timestamp]


@pytest.mark.clause("show-collections/dropped")
def test_what_was_dropped_is_not_listed(tck: Case) -> None:
    """A dropped collection leaves the list, its neighbour stays."""
    gone, stays = tck.name(), tck.name()
    for name in (stays, gone):
        tck.ok(VALID(name))
    before = shown(tck).collection_names
    tck.ok(calls.drop_collection(gone))
    after = shown(tck).collection_names
    tck.expect(
        [True, True, False, True],
        [gone in before, stays in before, gone in after, stays in after],
        members=("the dropped one before", "its neighbour before", "the dropped one after", "its neighbour after"),
    )


@pytest.mark.clause("show-collections/in-memory-loaded", "show-collections/in-memory-not-loaded")
def test_what_is_in_memory(tck: Case, loaded: SmallCollection) -> None:
    """A loaded collection is listed at 100 per cent and available, one that is not loaded is left out."""
    name = tck.name()
    tck.ok(VALID(name))
    answer = shown(tck, calls.show_collections(_IN_MEMORY))
    rows = zip(answer.collection_names, answer.inMemory_percentages, answer.query_service_available, strict=False)
    listed = {each: row for each, *row in rows}
    names = answer.collection_names
    lengths = [len(answer.inMemory_percentages), len(answer.query_service_available)]
    tck.expect(
        [[100, True], [len(names)] * 2],
        [listed.get(loaded.name), lengths],
        of="show-collections/in-memory-loaded",
        members=("percentage and availability", "lengths of the lists"),
    )
    tck.expect(
        [True, False],
        [loaded.name in names, name in names],
        of="show-collections/in-memory-not-loaded",
        members=("the loaded one is listed", "the other is listed"),
    )


@pytest.mark.clause("show-collections/in-memory-named")
def test_what_is_asked_for_by_name(tck: Case, loaded: SmallCollection) -> None:
    """With names, only those are listed."""
    tck.ok(VALID(tck.name()))
    call = calls.show_collections(_IN_MEMORY).but(collection_names=[loaded.name])
    tck.expect([loaded.name], list(shown(tck, call).collection_names))


@pytest.mark.clause("show-collections/in-memory-unknown")
def test_an_unknown_name_is_refused(tck: Case, loaded: SmallCollection) -> None:
    """A name that does not exist is not found."""
    call = calls.show_collections(_IN_MEMORY)
    name = tck.name()
    tck.refused(
        call.but(collection_names=[name]),
        neighbour=call.but(collection_names=[loaded.name]),
        untouched=lambda: tck.look.listing(name),
    )


@pytest.mark.clause("show-collections/time-stamp")
def test_the_past_is_listed(tck: Case) -> None:
    """At the timestamp of a collection's creation it is listed, and one that came later is not."""
    first, second = tck.name(), tck.name()
    for name in (first, second):
        tck.ok(VALID(name))
    then = tck.ok(calls.describe_collection(first)).created_timestamp
    past = shown(tck, calls.show_collections().but(time_stamp=then)).collection_names
    now = shown(tck).collection_names
    tck.expect(
        [True, False, True, True],
        [first in past, second in past, first in now, second in now],
        members=("the first, then", "the second, then", "the first, now", "the second, now"),
    )
