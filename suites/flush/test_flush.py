"""Flush: rows become persistent, and are counted."""

from collections.abc import Mapping

import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.flushed import Flushed, filled, insert_rows, row_count
from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m

#: Seconds that a clock in whole seconds may seem to go back.
_TOLERANCE = 1
#: Seconds within which a flush that was asked for begins.
_PATIENCE = 60
#: Rows of collections, so many as no other test inserts at once: a count cannot be that of another collection.
_FEW, _MORE, _MOST = 31, 37, 41


def _come_to_count(tck: Case, name: str, count: int) -> Equality:
    """Wait until a collection counts its rows: persistence takes its time."""
    return tck.look.comes_to_count(name, count)


def _all_come_to_count(tck: Case, names: Mapping[str, int]) -> Equality:
    for name, count in names.items():
        counted = _come_to_count(tck, name, count)
        if not counted:
            return counted
    return same(names, names)


def _others(tck: Case) -> Mapping[str, int]:
    """Fill two other collections, to see by them that the server does what it says."""
    return {filled(tck, count)[0]: count for count in (_FEW, _MORE)}


def _can_be_flushed(tck: Case, names: Mapping[str, int]) -> Equality:
    tck.ok(calls.flush(*names))
    return _all_come_to_count(tck, names)


@pytest.mark.clause("flush/valid")
def test_rows_are_flushed(tck: Case) -> None:
    """Rows that are flushed come to be counted, in their own collection."""
    (first, _), (second, _) = filled(tck, _FEW), filled(tck, _MORE)

    def counted(_: m.FlushResponse) -> Equality:
        tck.ok(calls.flush(second))
        return _come_to_count(tck, first, _FEW) and _come_to_count(tck, second, _MORE)

    tck.accepted(calls.flush(first), effect=counted)


@pytest.mark.clause("flush/several")
def test_several_collections_are_flushed(tck: Case) -> None:
    """One request flushes all collections that it names."""
    names = {filled(tck, count)[0]: count for count in (_FEW, _MORE, _MOST)}
    tck.accepted(calls.flush(*names), effect=lambda _: _all_come_to_count(tck, names))


@pytest.mark.clause("flush/no-names")
def test_no_collection_is_named(tck: Case) -> None:
    """Flushing nothing succeeds, and the answer names no collection."""
    others = _others(tck)
    tck.accepted(
        calls.flush(),
        effect=lambda answer: (
            same({}, dict(answer.coll_segIDs), what="coll_segIDs")
            and same({}, dict(answer.flush_coll_segIDs), what="flush_coll_segIDs")
            and _can_be_flushed(tck, others)
        ),
    )


@pytest.mark.clause("flush/empty-collection")
def test_a_collection_without_rows(tck: Case) -> None:
    """There is nothing to seal in a collection without rows."""
    name, others = tck.name(), _others(tck)
    tck.ok(calls.create_collection(name, *FIELDS))
    tck.accepted(
        calls.flush(name),
        effect=lambda answer: (
            same([], _sealed(answer, name), what="coll_segIDs")
            and same(0, row_count(tck, name), what="row_count")
            and _can_be_flushed(tck, others)
        ),
    )


def _sealed(answer: m.FlushResponse, name: str) -> list[int]:
    return list(answer.coll_segIDs[name].data) if name in answer.coll_segIDs else []


@pytest.mark.clause("flush/repeat")
def test_nothing_new_to_flush(tck: Case) -> None:
    """Flushing again lists no segment and loses no row; from 2.4 on it may be put off."""
    (name, _), (other, _) = filled(tck, 3), filled(tck, 5)
    sealed = tck.ok(calls.flush(name, other))
    tck.look.until_flushed(name, sealed)
    if tck.profile.name in {"2.2", "2.3"}:
        tck.accepted(calls.flush(name), effect=lambda answer: _nothing_new(tck, answer, name, other))
    else:
        outcome = tck.call(calls.flush(name))
        put_off = outcome.status is not None and outcome.status.legacy == m.ErrorCode.RateLimit
        done = outcome.ok and outcome.answer is not None and bool(_nothing_new(tck, outcome.answer, name, other))
        tck.judge(done or put_off, "no segment, or the rate limit", str(outcome), signature="repeat")


def _nothing_new(tck: Case, answer: m.FlushResponse, name: str, other: str) -> Equality:
    return (
        same([], _sealed(answer, name), what="coll_segIDs")
        and same(3, row_count(tck, name), what="row_count")
        and _come_to_count(tck, other, 5)
    )


@pytest.mark.clause("flush/rate-limit")
def test_the_rate_of_flushes(tck: Case) -> None:
    """A collection is flushed once in ten seconds at most, where the shipped limits count."""
    (name, _), (other, _) = filled(tck, 3), filled(tck, 5)
    tck.ok(calls.flush(name))
    tck.refused(calls.flush(name), neighbour=calls.flush(other), untouched=lambda: bool(_come_to_count(tck, name, 3)))


@pytest.mark.clause("flush/unknown-among-others")
def test_one_collection_does_not_exist(tck: Case) -> None:
    """Every collection that a request names has to exist; what is flushed of the others is left open."""
    (first, _), (second, _), missing = filled(tck, 3), filled(tck, 4), tck.name()
    tck.refused(
        calls.flush(first, missing, second),
        neighbour=calls.flush(first, second),
        untouched=lambda: tck.look.collection(missing),
    )


@pytest.mark.clause("flush/only-what-was-named")
def test_rows_that_were_not_flushed(tck: Case) -> None:
    """Rows of a collection that was not named do not count, though they were inserted before."""
    (name, _), (other, _) = filled(tck, 3), filled(tck, 5)
    tck.ok(calls.flush(name))
    tck.expect(
        (True, 0),
        (bool(_come_to_count(tck, name, 3)), row_count(tck, other)),
        members=("three rows are counted", "rows of the other collection"),
    )


@pytest.mark.clause("flush/segments-listed")
def test_the_segments_that_are_sealed(tck: Case, flushed: Flushed) -> None:
    """Each collection has sealed segments of its own."""
    first, second = (_sealed(flushed.answer, name) for name in (flushed.first, flushed.second))
    apart = bool(first) and bool(second) and not set(first) & set(second)
    tck.judge(
        apart,
        "segments of each collection",
        (first, second),
        signature="segments",
        members=("of the first collection", "of the second"),
    )


@pytest.mark.clause("flush/segments-before")
def test_the_segments_that_were_sealed_before(tck: Case) -> None:
    """A segment that was flushed before is listed apart from those that are new."""
    name, _ = filled(tck, 3)
    before = _sealed(flush(tck, name), name)
    insert_rows(tck, name, 2, first=3)
    answer = tck.ok(calls.flush(name))
    listed = list(answer.flush_coll_segIDs[name].data) if name in answer.flush_coll_segIDs else []
    apart = bool(before) and not set(before) & set(_sealed(answer, name))
    tck.judge(
        apart and listed == before,
        before,
        (listed, _sealed(answer, name)),
        signature="segments",
        members=("listed", "sealed by this flush"),
    )


@pytest.mark.clause("flush/seal-times")
def test_the_time_of_sealing(tck: Case, flushed: Flushed) -> None:
    """A collection is sealed within seconds after its last row was inserted, by the server's own clock."""
    times = [flushed.answer.coll_seal_times.get(name, 0) for name in (flushed.first, flushed.second)]
    delays = [each - flushed.inserted_at for each in times]
    within = min(times) > 0 and all(-_TOLERANCE <= delay <= _PATIENCE for delay in delays)
    tck.judge(within, "0 seconds and a little more", delays, signature="seal-times")


@pytest.mark.clause("flush/flush-timestamp")
def test_the_timestamp_of_a_flush(tck: Case, flushed: Flushed) -> None:
    """The timestamp of a flush lies after the rows that it covers, and moves forward."""
    first = [flushed.answer.coll_flush_ts.get(name, 0) for name in (flushed.first, flushed.second)]
    name, inserted = filled(tck, 2)
    then = tck.ok(calls.flush(name)).coll_flush_ts.get(name, 0)
    forward = 0 < flushed.inserted < min(first) and max(first) < inserted.timestamp < then
    tck.judge(
        forward,
        "timestamps in order",
        (flushed.inserted, first, inserted.timestamp, then),
        signature="order",
        members=("inserted", "flushed", "inserted later", "flushed later"),
    )


@pytest.mark.clause("flush/db-name")
def test_the_database_of_a_flush(tck: Case, flushed: Flushed) -> None:
    """The answer names the database that nobody named."""
    tck.expect("default", flushed.answer.db_name)
