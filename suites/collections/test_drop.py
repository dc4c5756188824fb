"""DropCollection: gone, and only what was named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from milvus_tck.fixtures.actions import index_and_load, listed, shown
from milvus_tck.fixtures.definitions import VALID, define
from milvus_tck.fixtures.small_collections import FIELDS, one_row

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.schema import int64_key, vector

_AT_ONCE = 8
_ROUNDS = 12


def _there(tck: Case, *names: str) -> list[bool]:
    return [tck.look.collection(name) for name in names]


@pytest.mark.clause("drop-collection/valid")
def test_a_dropped_collection_is_gone(tck: Case) -> None:
    """What is dropped is gone, its neighbour stays."""
    name, other = _two(tck)
    before = _there(tck, name, other)
    tck.accepted(
        calls.drop_collection(name),
        effect=lambda _: same(
            [True, True, False, True],
            [*before, *_there(tck, name, other)],
            members=("was there", "other was there", "is there", "other is there"),
        ),
    )


@pytest.mark.clause("drop-collection/again")
def test_a_collection_is_dropped_again(tck: Case) -> None:
    """Dropping what is gone changes nothing."""
    name, other = _two(tck)
    drop = calls.drop_collection(name)
    tck.ok(drop)
    tck.accepted(
        drop, effect=lambda _: same([False, True], _there(tck, name, other), members=("is there", "other is there"))
    )


def _two(tck: Case) -> list[str]:
    names = [tck.name(), tck.name()]
    for each in names:
        tck.ok(VALID(each))
    return names


@pytest.mark.clause("drop-collection/loaded")
def test_a_loaded_collection(tck: Case) -> None:
    """A loaded collection can be dropped; it leaves the memory."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    tck.ok(calls.insert(name, one_row(), 1))
    index_and_load(tck, name)
    in_memory = calls.show_collections(m.ShowType.InMemory)
    before = name in shown(tck, in_memory).collection_names
    tck.accepted(
        calls.drop_collection(name),
        effect=lambda _: (
            same(True, before, what="was in memory")
            and same(False, _there(tck, name)[0], what="is there")
            and same(False, name in shown(tck, in_memory).collection_names, what="is in memory")
        ),
        deadline=120,
    )


@pytest.mark.clause("drop-collection/concurrently")
def test_many_drops_at_once(tck: Case) -> None:
    """All of several simultaneous drops succeed; a race is rare, so there are several rounds."""
    other = tck.name()
    tck.ok(VALID(other))
    rounds = [tck.undisturbed(lambda: _drop_at_once(tck, other)) for _ in range(_ROUNDS)]
    tck.expect(
        [[True], [False, True]],
        next((each for each in rounds if not _all_went(each)), rounds[0]),
        members=("answers that succeed", "whether the collection is there, and its neighbour"),
    )


def _drop_at_once(tck: Case, other: str) -> list[list[bool]]:
    """Tell which answers came, and what is there afterwards; how many of each kind came is chance."""
    name = tck.name()
    tck.ok(VALID(name))
    answers = _at_once(lambda: tck.call(calls.drop_collection(name)).ok)
    return [sorted(set(answers)), _there(tck, name, other)]


def _all_went(seen: list[list[bool]]) -> bool:
    return seen == [[True], [False, True]]


@pytest.mark.clause("create-collection/concurrently")
def test_many_creations_at_once(tck: Case) -> None:
    """All of several simultaneous identical creations succeed, and there is one collection."""
    name = tck.name()
    answers = _at_once(lambda: tck.call(VALID(name)).ok)
    names = listed(tck)
    tck.expect(
        [[True] * _AT_ONCE, 1, 0],
        [answers, names.count(name), names.count(tck.name())],
        members=("answers that succeed", "times the name is listed", "times a name of nothing is listed"),
    )


def _at_once(action: Callable[[], bool]) -> list[bool]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [each.result() for each in [pool.submit(action) for _ in range(_AT_ONCE)]]


@pytest.mark.clause("create-collection/after-drop")
def test_a_name_can_be_used_again(tck: Case) -> None:
    """A collection of the same name with another definition is a new collection."""
    name = tck.name()
    tck.ok(VALID(name))
    first = tck.ok(calls.describe_collection(name))
    tck.ok(calls.drop_collection(name))
    again = define(int64_key("other"), vector("vec", 16))

    def is_new(_: m.Status) -> Equality:
        tck.ok(VALID(tck.name()))
        second = tck.ok(calls.describe_collection(name))
        fields = [each.name for each in second.schema.fields]
        new = met(second.collectionID != first.collectionID, "a new one", second.collectionID, what="collectionID")
        return new and same(["other"], fields[:1], what="first field")

    tck.accepted(again(name), effect=is_new)
