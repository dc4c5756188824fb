"""DescribeIndex: what is said of the indexes of a collection."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from milvus_tck.fixtures.indexed import Built
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import FIELDS, SmallCollection
from milvus_tck.suites.indexes._descriptions import indexes, scalar_type

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field


def _indexed(tck: Case, index: str = "one") -> str:
    """Create a collection with an index on its vector."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS, field("x", DataType.Int64)))
    tck.ok(calls.create_index(name, "vec", "IVF_FLAT", "L2", {"nlist": 16}, name=index))
    return name


def _indexed_twice(tck: Case) -> str:
    name = _indexed(tck)
    tck.ok(calls.create_index(name, "x", scalar_type(tck.profile, DataType.Int64), params={}, name="two"))
    return name


@pytest.mark.clause("describe-index/no-index")
def test_a_collection_without_an_index(tck: Case, unindexed: SmallCollection, indexed: Built) -> None:
    """Describing the indexes of a collection that has none fails."""
    tck.refused(
        calls.describe_index(unindexed.name),
        neighbour=calls.describe_index(indexed.name),
        untouched=lambda: tck.look.index(indexed.name),
    )


@pytest.mark.clause("describe-index/index-unknown")
def test_a_name_that_no_index_has(tck: Case, indexed: Built) -> None:
    """Describing an index by a name that none has fails."""
    tck.refused(
        calls.describe_index(indexed.name, name="nosuch"),
        neighbour=calls.describe_index(indexed.name, name=indexed.index),
        untouched=lambda: tck.look.index(indexed.name),
    )


@pytest.mark.clause("describe-index/params")
def test_the_parameters_as_given(tck: Case) -> None:
    """Type, metric and params come back as they were written."""
    name, other = _indexed(tck), tck.name()
    tck.ok(calls.create_collection(other, *FIELDS))
    tck.ok(calls.create_index(other, "vec", "FLAT", "IP", {}))
    told = tck.ok(calls.describe_index(name)).index_descriptions
    found = {pair.key: pair.value for each in told for pair in each.params}
    wanted = {"index_type": "IVF_FLAT", "metric_type": "L2", "params": '{"nlist": 16}'}
    tck.expect(wanted, {key: found.get(key) for key in wanted})


@pytest.mark.clause("describe-index/default-name")
def test_the_name_that_nobody_gave(tck: Case) -> None:
    """An index without a name is called by a rule of the version."""
    name = _indexed(tck, "")
    _indexed(tck, "another")
    fields = {each.name: each.fieldID for each in tck.ok(calls.describe_collection(name)).schema.fields}
    old = {"_default_idx", f"_default_idx_{fields.get('vec')}"}
    found = [each.name for each in indexes(tck, name).values()]
    if tck.profile.name == "2.2":
        tck.judge(len(found) == 1 and found[0] in old, old, found)
    else:
        tck.expect(["vec"], found)


@pytest.mark.clause("describe-index/index-id")
def test_the_id_of_an_index(tck: Case) -> None:
    """Every index has an id of its own, which stays the same."""
    names = [_indexed(tck), _indexed(tck)]
    ids = [[each.id for name in names for each in indexes(tck, name).values()] for _ in range(2)]
    apart = len(set(ids[0])) == len(names) and 0 not in ids[0]
    tck.judge(
        apart and ids[0] == ids[1],
        "two ids that stay",
        ids,
        signature="ids",
        members=("ids", "ids again"),
    )


@pytest.mark.clause("describe-index/several")
def test_every_index_of_a_collection(tck: Case, unindexed: SmallCollection) -> None:
    """Without a name every index of the collection is described with its field, and none of another collection."""
    name = _indexed_twice(tck)
    found = [sorted(each.field_name for each in tck.ok(calls.describe_index(name)).index_descriptions)]
    tck.expect(
        [["vec", "x"], []],
        [*found, list(indexes(tck, unindexed.name))],
        members=("fields with an index", "indexes of the other collection"),
    )


@pytest.mark.clause("describe-index/by-name")
def test_one_of_several_by_its_name(tck: Case) -> None:
    """With a name only the index of that name is described."""
    name = _indexed_twice(tck)
    tck.expect(
        [["vec"], ["x"]],
        [list(indexes(tck, name, index)) for index in ("one", "two")],
        members=("indexes called one", "indexes called two"),
    )


@pytest.mark.clause("describe-index/field-name-ignored")
def test_the_name_of_a_field(tck: Case, unindexed: SmallCollection) -> None:
    """The name of a field selects nothing, be it that of another field or of none."""
    name = _indexed_twice(tck)
    outcomes = [tck.call(calls.describe_index(name, field=given)) for given in ("x", "nosuch")]
    found = [sorted(each.field_name for each in _descriptions(outcome.answer)) for outcome in outcomes]
    tck.expect(
        [["vec", "x"], ["vec", "x"], []],
        [*found, list(indexes(tck, unindexed.name))],
        members=("fields for another field", "fields for none", "indexes of the other collection"),
    )


def _descriptions(answer: m.DescribeIndexResponse | None) -> Iterable[m.IndexDescription]:
    return () if answer is None else answer.index_descriptions


@pytest.mark.clause("describe-index/nothing-flushed")
def test_an_index_over_nothing(tck: Case, unindexed: SmallCollection) -> None:
    """An index over no flushed rows is Finished with no rows."""
    name = _indexed(tck)
    found = [each.progress for each in indexes(tck, name).values()]
    tck.expect(
        ([(m.IndexState.Finished, (0, 0, 0))], []),
        (found, list(indexes(tck, unindexed.name))),
        members=("states and rows", "indexes of the other collection"),
    )


def _rows(tck: Case, name: str) -> list[object]:
    return [each.rows for each in indexes(tck, name).values()]


class _State(NamedTuple):
    state: int
    fail_reason: str


def _states(tck: Case, name: str) -> list[object]:
    return [_State(each.state, each.fail_reason) for each in indexes(tck, name).values()]


_BUILT: dict[str, dict[str, tuple[Callable[[Case, str], list[object]], Callable[[int], object]]]] = {
    "describe-index/rows": {"": (_rows, lambda rows: (rows, rows, 0))},
    "describe-index/state": {"": (_states, lambda _: (m.IndexState.Finished, ""))},
}


@each_case(_BUILT)
def test_an_index_that_is_built(
    tck: Case,
    built: Built,
    unindexed: SmallCollection,
    given: tuple[Callable[[Case, str], list[object]], Callable[[int], object]],
) -> None:
    """A built index is Finished and counts every flushed row as indexed; a collection without one has none."""
    look, wanted = given
    tck.expect(
        [[wanted(built.rows)], []],
        [look(tck, built.name), look(tck, unindexed.name)],
        members=("of the built index", "of the collection without one"),
    )
