"""Privilege groups: they come, are filled and emptied, and go."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.marks import each_case

from milvus_tck.spec.privilege_groups import privilege_groups
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls

#: One that is always there.
_SHIPPED = "CollectionReadOnly"


def _group(tck: Case, *privileges: str) -> str:
    """Create a group with these privileges."""
    name = tck.name()
    tck.ok(calls.create_privilege_group(name))
    if privileges:
        tck.ok(calls.operate_privilege_group(name, *privileges))
    return name


def _told(tck: Case, *names: str) -> list[list[list[str]]]:
    """Tell what is in each of these groups, for each time that it is listed."""
    listed = tck.ok(calls.list_privilege_groups()).privilege_groups
    return [
        [sorted(one.name for one in each.privileges) for each in listed if each.group_name == name] for name in names
    ]


@pytest.mark.clause("create-privilege-group/valid")
def test_a_group_is_created(tck: Case) -> None:
    """It is listed beside those that are always there, and no other name is."""
    name = tck.name()
    shipped = _told(tck, _SHIPPED)
    tck.accepted(
        calls.create_privilege_group(name),
        effect=lambda _: same(
            [[[]], [], *shipped],
            _told(tck, name, tck.name(), _SHIPPED),
            members=("the group", "another name", "one that is always there"),
        ),
    )


@pytest.mark.clause("create-privilege-group/exists")
@pytest.mark.clause("create-privilege-group/built-in", cases=("group", "privilege"))
def test_a_name_that_is_taken(tck: Case) -> None:
    """A name is that of one group, and those of privileges are taken."""
    name = _group(tck, "Query", "Search")
    refused = {
        ("create-privilege-group/exists", ""): name,
        ("create-privilege-group/built-in", "group"): _SHIPPED,
        ("create-privilege-group/built-in", "privilege"): "Query",
    }
    for (clause, case), given in refused.items():
        tck.refused(
            calls.create_privilege_group(given),
            neighbour=calls.create_privilege_group(tck.name()),
            untouched=lambda given=given: _told(tck, name, given),  # type: ignore[misc]
            of=clause,
            case=case,
        )


_NAMES: dict[str, dict[str, Callable[[Case], str]]] = {
    "create-privilege-group/name-empty": {"": lambda _: ""},
    "create-privilege-group/name-ill-formed": {
        "digit-first": lambda tck: tck.name(before="1"),
        "dash-first": lambda tck: tck.name(before="-"),
    },
    "create-privilege-group/name-character": {
        "dash": lambda tck: tck.name(after="-x"),
        "dollar": lambda tck: tck.name(after="$"),
    },
    "create-privilege-group/name-too-long": {"": lambda tck: tck.name().ljust(256, "x")},
}


@each_case(_NAMES)
def test_a_name_that_is_none(tck: Case, given: Callable[[Case], str]) -> None:
    """A group's name is of letters, digits and underscores."""
    name, other = given(tck), _group(tck)
    tck.refused(
        calls.create_privilege_group(name),
        neighbour=calls.create_privilege_group(tck.name()),
        untouched=lambda: _told(tck, name, other),
    )


@pytest.mark.clause("drop-privilege-group/valid")
def test_a_group_is_dropped(tck: Case) -> None:
    """One goes, whatever is in it, and another one stays."""
    name, other = _group(tck, "Query"), _group(tck, "Search")
    tck.accepted(
        calls.drop_privilege_group(name),
        effect=lambda _: same([[], [["Search"]]], _told(tck, name, other), members=("listed", "another one")),
    )


@each_case({"drop-privilege-group/unknown": {"never": False, "dropped": True}})
def test_no_group_is_dropped(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """What is not there may be dropped; what is there stays."""
    other = _group(tck, "Query")
    gone = _group(tck) if given else tck.name()
    if given:
        tck.ok(calls.drop_privilege_group(gone))
    tck.accepted(
        calls.drop_privilege_group(gone),
        effect=lambda _: same([[], [["Query"]]], _told(tck, gone, other), members=("listed", "another one")),
    )


@pytest.mark.clause("drop-privilege-group/built-in")
def test_a_group_that_is_always_there_stays(tck: Case) -> None:
    """Nothing comes of dropping it."""
    before = _told(tck, _SHIPPED)
    tck.accepted(
        calls.drop_privilege_group(_SHIPPED),
        effect=lambda _: same([True, before], [len(before[0]) == 1, _told(tck, _SHIPPED)], members=("listed", "after")),
    )


@pytest.mark.clause("list-privilege-groups/all")
def test_every_group_is_listed(tck: Case) -> None:
    """Those that are there, once each and with what is in them, and none that is gone."""
    first, gone, second = _group(tck), _group(tck, "Query"), _group(tck, "Search", "Query")
    tck.ok(calls.drop_privilege_group(gone))
    tck.expect(
        [[[]], [["Query", "Search"]], []],
        _told(tck, first, second, gone),
        members=("the first", "the second", "the one that was dropped"),
    )


@pytest.mark.clause("list-privilege-groups/built-in", "list-privilege-groups/built-in-privileges")
def test_groups_that_are_always_there(tck: Case) -> None:
    """They are listed once each, with the privileges that they are shipped with, and those of smaller ones."""
    shipped = privilege_groups()
    found = dict(zip(shipped, _told(tck, *shipped), strict=True))
    tck.expect(
        [1] * len(shipped),
        [len(each) for each in found.values()],
        of="list-privilege-groups/built-in",
        members=tuple(shipped),
    )
    held = {name: {*each[0]} if each else set() for name, each in found.items()}
    missing = [
        sorted(({*group.privileges} | held.get(group.holds, set())) - held[name]) for name, group in shipped.items()
    ]
    tck.expect([[] for _ in shipped], missing, of="list-privilege-groups/built-in-privileges", members=tuple(shipped))


@pytest.mark.clause("operate-privilege-group/add", "operate-privilege-group/add-again")
@pytest.mark.clause("operate-privilege-group/remove", "operate-privilege-group/remove-absent")
def test_privileges_come_and_go(tck: Case) -> None:
    """A group holds each privilege once, and what is done to one group is done to no other."""
    name, other = _group(tck, "Query"), _group(tck, "Insert")
    steps = {
        "add": (calls.operate_privilege_group(name, "IndexDetail", "Load"), ["IndexDetail", "Load", "Query"]),
        "add-again": (calls.operate_privilege_group(name, "IndexDetail"), ["IndexDetail", "Load", "Query"]),
        "remove": (calls.operate_privilege_group(name, "IndexDetail", add=False), ["Load", "Query"]),
        "remove-absent": (calls.operate_privilege_group(name, "Insert", add=False), ["Load", "Query"]),
    }
    for clause, (call, held) in steps.items():
        tck.accepted(
            call,
            effect=lambda _, held=held: same(  # type: ignore[misc]
                [[held], [["Insert"]]], _told(tck, name, other), members=("the group", "another one")
            ),
            of=f"operate-privilege-group/{clause}",
        )


@pytest.mark.clause("operate-privilege-group/group-unknown", cases=("never", "dropped"))
@pytest.mark.clause("operate-privilege-group/built-in", "operate-privilege-group/privilege-unknown")
@pytest.mark.clause("operate-privilege-group/levels", cases=("of-one-request", "of-the-group"))
@pytest.mark.clause("operate-privilege-group/privileges-none")
def test_privileges_that_cannot_be_put_in(tck: Case) -> None:
    """A request names a group that was created, and privileges that go with each other and with those in it."""
    name, gone, unknown = _group(tck, "Query"), _group(tck), tck.name()
    tck.ok(calls.drop_privilege_group(gone))
    refused = {
        ("operate-privilege-group/group-unknown", "never"): calls.operate_privilege_group(unknown, "IndexDetail"),
        ("operate-privilege-group/group-unknown", "dropped"): calls.operate_privilege_group(gone, "IndexDetail"),
        ("operate-privilege-group/built-in", ""): calls.operate_privilege_group(_SHIPPED, "Load"),
        ("operate-privilege-group/privilege-unknown", ""): calls.operate_privilege_group(name, "Burn"),
        ("operate-privilege-group/levels", "of-one-request"): calls.operate_privilege_group(
            _group(tck), "IndexDetail", "ListDatabases"
        ),
        ("operate-privilege-group/levels", "of-the-group"): calls.operate_privilege_group(name, "ShowCollections"),
        ("operate-privilege-group/privileges-none", ""): calls.operate_privilege_group(name),
    }
    for (clause, case), call in refused.items():
        if tck.owes(clause, case):
            tck.refused(
                call,
                neighbour=calls.operate_privilege_group(_group(tck), "IndexDetail"),
                untouched=lambda call=call: _told(tck, name, call.request.group_name),  # type: ignore[misc]
                of=clause,
                case=case,
            )
