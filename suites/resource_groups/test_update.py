"""UpdateResourceGroups: what a group may have is told, and what cannot be is refused.

No group asks for a node: a server would move the one that it has, under collections that are loaded.
"""

import pytest

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls

_DEFAULT = "__default_resource_group"


def _group(tck: Case) -> str:
    name = tck.name()
    tck.ok(calls.create_resource_group(name))
    return name


def _told(tck: Case, *names: str) -> list[tuple[int, int, list[str]]]:
    """Tell the requests and the limits of each group, and where its nodes come from."""
    found = [tck.ok(calls.describe_resource_group(each)).resource_group.config for each in names]
    return [
        (each.requests.node_num, each.limits.node_num, [other.resource_group for other in each.transfer_from])
        for each in found
    ]


def _there(tck: Case, *names: str) -> list[int]:
    listed = list(tck.ok(calls.list_resource_groups()).resource_groups)
    return [listed.count(each) for each in names]


@pytest.mark.clause("update-resource-groups/valid", "update-resource-groups/several", "update-resource-groups/nothing")
def test_groups_are_updated(tck: Case) -> None:
    """Each tells what it was given last, and one that is not named what it was created with."""
    first, second, other = _group(tck), _group(tck), _group(tck)
    steps = {
        "valid": (
            calls.update_resource_groups(first, limits=3, transfer_from=(other,)),
            [(0, 3, [other]), (0, 0, []), (0, 0, [])],
        ),
        "several": (calls.update_resource_groups(first, second, limits=2), [(0, 2, []), (0, 2, []), (0, 0, [])]),
        "nothing": (calls.update_resource_groups(), [(0, 2, []), (0, 2, []), (0, 0, [])]),
    }
    for clause, (call, told) in steps.items():
        tck.accepted(
            call,
            effect=lambda _, told=told: same(  # type: ignore[misc]
                told, _told(tck, first, second, other), members=("the first", "the second", "another one")
            ),
            of=f"update-resource-groups/{clause}",
        )
    tck.ok(calls.update_resource_groups(first, second))


@pytest.mark.clause("update-resource-groups/unknown", cases=("alone", "beside"))
@pytest.mark.clause(
    "update-resource-groups/illegal",
    cases=("requests-absent", "limits-absent", "negative", "limits-less", "from-itself", "from-unknown"),
)
def test_groups_that_cannot_be_updated(tck: Case) -> None:
    """What is wrong with one group is done to none."""
    name, unknown = _group(tck), tck.name()
    update = calls.update_resource_groups
    refused = {
        ("unknown", "alone"): update(unknown, limits=2),
        ("unknown", "beside"): update(name, unknown, limits=2),
        ("illegal", "requests-absent"): update(name, requests=None, limits=2),
        ("illegal", "limits-absent"): update(name, limits=None),
        ("illegal", "negative"): update(name, requests=-1, limits=2),
        ("illegal", "limits-less"): update(name, requests=2, limits=1),
        ("illegal", "from-itself"): update(name, limits=2, transfer_from=(name,)),
        ("illegal", "from-unknown"): update(name, limits=2, transfer_from=(unknown,)),
    }
    for (clause, case), call in refused.items():
        tck.refused(
            call,
            neighbour=update(_group(tck)),
            untouched=lambda: [_told(tck, name), _there(tck, name, unknown)],
            of=f"update-resource-groups/{clause}",
            case=case,
        )


@pytest.mark.clause("create-resource-group/other-config", cases=("created", "default"))
@pytest.mark.clause("drop-resource-group/limits")
def test_limits_stay(tck: Case) -> None:
    """A group that may have nodes is neither created otherwise nor dropped."""
    name = tck.name()
    tck.ok(calls.create_resource_group(name, limits=2))
    refused = {
        ("create-resource-group/other-config", "created"): calls.create_resource_group(name, limits=3),
        ("create-resource-group/other-config", "default"): calls.create_resource_group(_DEFAULT),
        ("drop-resource-group/limits", ""): calls.drop_resource_group(name),
    }
    for (clause, case), call in refused.items():
        beside = _group(tck)
        tck.refused(
            call,
            neighbour=calls.drop_resource_group(beside),
            untouched=lambda: [_told(tck, name), _there(tck, name, _DEFAULT)],
            of=clause,
            case=case,
        )
    tck.ok(calls.update_resource_groups(name))
