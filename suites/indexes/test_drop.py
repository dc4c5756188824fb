"""DropIndex: what is gone afterwards, and what stays."""

import pytest
from milvus_tck.fixtures.small_collections import FIELDS, SmallCollection
from milvus_tck.suites.indexes._descriptions import indexes, release_if_loaded, scalar_type

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field


def _indexed(tck: Case, *, twice: bool = False) -> str:
    """Create a collection that is not loaded, with an index on its vector, and another on its number if wanted."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, field("x", DataType.Int64)))
    tck.ok(calls.create_index(name, "vec", "FLAT", "L2", {}, name="one"))
    if twice:
        tck.ok(calls.create_index(name, "x", scalar_type(tck.profile, DataType.Int64), params={}, name="two"))
    release_if_loaded(tck, name)
    return name


def _gone(tck: Case, name: str, other: str) -> Equality:
    """Tell whether one collection has no index, and the other one its own."""
    left = same({}, indexes(tck, name), what="indexes")
    return left and same(["vec"], list(indexes(tck, other)), what="fields of the other with an index")


@pytest.mark.clause("drop-index/valid")
def test_an_index_is_dropped(tck: Case) -> None:
    """A dropped index is gone, and the index of another collection stays."""
    name = _indexed(tck)
    _judge_dropped(tck, name, _name(tck, name))


@pytest.mark.clause("drop-index/no-name")
def test_the_only_index_is_dropped(tck: Case) -> None:
    """Without a name the only index of a collection is dropped, and that of another collection stays."""
    _judge_dropped(tck, _indexed(tck), "")


def _name(tck: Case, collection: str) -> str:
    """Return what the only index of a collection is called, as the server says."""
    return next((each.name for each in indexes(tck, collection).values()), "")


def _judge_dropped(tck: Case, name: str, index: str) -> None:
    other = _indexed(tck)
    before = indexes(tck, other)
    tck.accepted(
        calls.drop_index(name, "vec", index),
        effect=lambda _: (
            same({}, indexes(tck, name), what="indexes")
            and same(["vec"], list(before), what="fields with an index before")
            and same(before, indexes(tck, other), what="indexes of the other collection")
        ),
    )


@pytest.mark.clause("drop-index/by-name")
def test_one_of_several_is_dropped(tck: Case) -> None:
    """Among several indexes the one that was named is dropped, whichever was created last."""
    first, second = _indexed(tck, twice=True), _indexed(tck, twice=True)

    def dropped(_: object) -> Equality:
        tck.ok(calls.drop_index(second, "x", "two"))
        return same(
            [["x"], ["vec"]],
            [list(indexes(tck, name)) for name in (first, second)],
            members=("fields with an index", "fields of the other with an index"),
        )

    tck.accepted(calls.drop_index(first, "vec", "one"), effect=dropped)


@pytest.mark.clause("drop-index/repeat")
def test_an_index_is_dropped_again(tck: Case) -> None:
    """Dropping an index again succeeds, and touches no other."""
    name, other = _indexed(tck), _indexed(tck)
    again = calls.drop_index(name, "vec", _name(tck, name))
    tck.ok(again)
    tck.accepted(again, effect=lambda _: _gone(tck, name, other))


@pytest.mark.clause("drop-index/no-index")
def test_the_index_of_a_collection_that_has_none(tck: Case) -> None:
    """Dropping the index of a collection that has none succeeds, and touches no other."""
    name, other = tck.name(), _indexed(tck)
    tck.ok(calls.create_collection(name, *FIELDS))
    tck.accepted(calls.drop_index(name, "vec"), effect=lambda _: _gone(tck, name, other))


@pytest.mark.clause("drop-index/index-unknown")
def test_a_name_that_no_index_has(tck: Case, unindexed: SmallCollection) -> None:
    """Dropping an index by a name that none has succeeds, and drops nothing."""
    name = _indexed(tck)
    before = indexes(tck, name)
    tck.accepted(
        calls.drop_index(name, "vec", "nosuch"),
        effect=lambda _: (
            same(["vec"], list(before), what="fields with an index before")
            and same(before, indexes(tck, name), what="indexes")
            and same({}, indexes(tck, unindexed.name), what="indexes of the other collection")
        ),
    )


@pytest.mark.clause("drop-index/no-name-several")
def test_several_indexes_and_no_name(tck: Case) -> None:
    """Without a name there has to be just one index, whatever field is named."""
    name = _indexed(tck, twice=True)
    tck.refused(
        calls.drop_index(name, "vec"),
        neighbour=calls.drop_index(name, "vec", "one"),
        untouched=lambda: tck.look.index(name),
    )


@pytest.mark.clause("drop-index/field-name-ignored")
def test_the_name_of_another_field(tck: Case) -> None:
    """The name of a field selects nothing: the index of the name that was given is dropped."""
    name = _indexed(tck, twice=True)
    tck.accepted(
        calls.drop_index(name, "x", "one"),
        effect=lambda _: same(["x"], list(indexes(tck, name)), what="fields with an index"),
    )


@pytest.mark.clause("drop-index/then-another")
def test_another_index_in_the_place_of_a_dropped_one(tck: Case, unindexed: SmallCollection) -> None:
    """Once its index is dropped, a field can have another one."""
    name = _indexed(tck)
    tck.ok(calls.drop_index(name, "vec", _name(tck, name)))
    wanted = {"index_type": "IVF_FLAT", "metric_type": "IP", "nlist": "16"}

    def is_there(_: object) -> Equality:
        found = [dict(each.parameters) for each in indexes(tck, name).values()]
        return (
            same(1, len(found), what="number of indexes")
            and same(wanted, {key: found[0].get(key) for key in wanted}, what="params")
            and same({}, indexes(tck, unindexed.name), what="indexes of the other collection")
        )

    tck.accepted(calls.create_index(name, "vec", "IVF_FLAT", "IP", {"nlist": 16}), effect=is_there)
