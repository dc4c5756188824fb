"""Resource groups: they come, are told of, and go."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.marks import each_case

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls

_DEFAULT = "__default_resource_group"


def _group(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_resource_group(name))
    return name


def _there(tck: Case, *names: str) -> list[int]:
    """Tell how often each of these groups is listed."""
    listed = list(tck.ok(calls.list_resource_groups()).resource_groups)
    return [listed.count(each) for each in names]


def _told(tck: Case, name: str) -> tuple[str, int, int]:
    """Return the name of a group, its nodes and its loaded replicas, as they are told."""
    group = tck.ok(calls.describe_resource_group(name)).resource_group
    return group.name, group.num_available_node, sum(group.num_loaded_replica.values())


@pytest.mark.clause("create-resource-group/valid")
def test_a_group_is_created(tck: Case) -> None:
    """It is listed beside the default one, and none of another name came with it."""
    name = tck.name()
    tck.accepted(
        calls.create_resource_group(name),
        effect=lambda _: same(
            [1, 1, 0], _there(tck, name, _DEFAULT, tck.name()), members=("listed", "the default one", "another name")
        ),
    )


@pytest.mark.clause("create-resource-group/exists")
def test_a_group_that_exists(tck: Case) -> None:
    """There is one of a name, whatever becomes of the request."""
    name = _group(tck)
    tck.answers(
        calls.create_resource_group(name),
        effect=lambda _: same([1, 1], _there(tck, name, _DEFAULT), members=("listed", "the default one")),
        neighbour=calls.create_resource_group(tck.name()),
        untouched=lambda: _there(tck, name, _DEFAULT),
    )


_NAMES: dict[str, dict[str, Callable[[Case], str]]] = {
    "create-resource-group/name-empty": {"": lambda _: ""},
    "create-resource-group/name-ill-formed": {
        "digit-first": lambda tck: tck.name(before="1"),
        "dash": lambda tck: tck.name(after="-x"),
    },
}


@each_case(_NAMES)
def test_a_name_that_is_none(tck: Case, given: Callable[[Case], str]) -> None:
    """A group's name is of letters, digits and underscores."""
    name = given(tck)
    tck.refused(
        calls.create_resource_group(name),
        neighbour=calls.create_resource_group(tck.name()),
        untouched=lambda: _there(tck, name, _DEFAULT),
    )


@pytest.mark.clause("drop-resource-group/valid")
def test_a_group_is_dropped(tck: Case) -> None:
    """One goes, another one and the default one stay."""
    name, other = _group(tck), _group(tck)
    tck.accepted(
        calls.drop_resource_group(name),
        effect=lambda _: same(
            [0, 1, 1], _there(tck, name, other, _DEFAULT), members=("listed", "another one", "the default one")
        ),
    )


@each_case({"drop-resource-group/unknown": {"never": False, "dropped": True}})
def test_no_group_is_dropped(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """What is not there may be dropped; what is there stays."""
    other = _group(tck)
    gone = _group(tck) if given else tck.name()
    if given:
        tck.ok(calls.drop_resource_group(gone))
    tck.accepted(
        calls.drop_resource_group(gone),
        effect=lambda _: same([0, 1], _there(tck, gone, other), members=("listed", "another one")),
    )


@pytest.mark.clause("drop-resource-group/default")
def test_the_default_group_stays(tck: Case) -> None:
    """Loaded collections are held there."""
    other = _group(tck)
    tck.refused(
        calls.drop_resource_group(_DEFAULT),
        neighbour=calls.drop_resource_group(_group(tck)),
        untouched=lambda: _there(tck, _DEFAULT, other),
    )


@pytest.mark.clause("list-resource-groups/all")
def test_every_group_is_listed(tck: Case) -> None:
    """Those that are there, once each, and none that is gone."""
    first, gone, second = (_group(tck) for _ in range(3))
    tck.ok(calls.drop_resource_group(gone))
    tck.expect(
        [1, 1, 1, 0],
        _there(tck, _DEFAULT, first, second, gone),
        members=("the default one", "the first", "the second", "the one that was dropped"),
    )


@pytest.mark.clause("describe-resource-group/valid")
def test_a_group_is_described(tck: Case) -> None:
    """A new group has its name and nothing in it; the default one has the nodes."""
    first, second = _group(tck), _group(tck)
    name, nodes, _ = _told(tck, _DEFAULT)
    tck.expect(
        [(first, 0, 0), (second, 0, 0), _DEFAULT, True],
        [_told(tck, first), _told(tck, second), name, nodes > 0],
        members=("the first", "the second", "the default one", "its nodes"),
    )


@pytest.mark.clause("describe-resource-group/unknown")
def test_no_group_is_described(tck: Case) -> None:
    """There is nothing to tell of what is not there."""
    name, unknown = _group(tck), tck.name()
    tck.refused(
        calls.describe_resource_group(unknown),
        neighbour=calls.describe_resource_group(name),
        untouched=lambda: _there(tck, unknown, name),
    )
