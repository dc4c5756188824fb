"""Privilege groups: those that are always there, and others, with the privileges that are in them."""

import re

from milvus_tck.model.answers import Handlers, Predicate, RightAnswer, RightAnswers, succeeds
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.spec.privilege_groups import level_of, privilege_groups
from milvus_tck.wire import messages as m

__all__ = ["PRIVILEGE_GROUPS", "is_privilege"]

_PREFIX, _GROUP = "Privilege", "PrivilegeGroup"
_FIRST, _REST = re.compile(r"[A-Za-z_]"), re.compile(r"[A-Za-z0-9_]*")


def is_privilege(name: str) -> bool:
    """Tell whether a name is that of a privilege, or of a group that is always there."""
    known = m.ObjectPrivilege.keys()
    return f"{_PREFIX}{name}" in known or f"{_GROUP}{name}" in known


def create_privilege_group(state: ServerState, request: m.CreatePrivilegeGroupRequest) -> RightAnswers:
    """Create a group without privileges."""
    name = request.group_name
    wrong = _why_no_name(state, name)
    if wrong:
        raise RefusalError(f"create-privilege-group/{wrong}", name)
    if name in state.privilege_groups:
        raise RefusalError("create-privilege-group/exists", f"privilege group name [{name}]")
    if is_privilege(name):
        raise RefusalError("create-privilege-group/built-in", f"privilege group name [{name}]")

    def create(_response: object) -> None:
        state.privilege_groups[name] = {}

    return RightAnswers((RightAnswer(m.Status(), effect=create),))


def _why_no_name(state: ServerState, name: str) -> str:
    longest = state.limit("name-bytes")
    if not name:
        return "name-empty"
    if longest is not None and len(name.encode()) > longest:
        return "name-too-long"
    if not _FIRST.match(name):
        return "name-ill-formed"
    return "" if _REST.fullmatch(name) else "name-character"


def drop_privilege_group(state: ServerState, request: m.DropPrivilegeGroupRequest) -> RightAnswers:
    """Drop a group; what is not there, or always is, may be dropped as well, and nothing comes of it."""
    _demand_name(request.group_name)

    def drop(_response: object) -> None:
        state.privilege_groups.pop(request.group_name, None)

    return RightAnswers((RightAnswer(m.Status(), effect=drop),))


def list_privilege_groups(state: ServerState, _request: m.ListPrivilegeGroupsRequest) -> RightAnswers:
    """List all groups."""
    own = {name: (*held,) for name, held in state.privilege_groups.items()}
    shipped = {each.name: each.privileges for each in privilege_groups().values()}
    found = m.ListPrivilegeGroupsResponse(
        privilege_groups=[
            m.PrivilegeGroupInfo(group_name=name, privileges=[m.PrivilegeEntity(name=each) for each in held])
            for name, held in {**own, **shipped}.items()
        ]
    )
    return RightAnswers((RightAnswer(found, _lists(own, shipped)),))


def _lists(own: dict[str, tuple[str, ...]], shipped: dict[str, tuple[str, ...]]) -> Predicate:
    """Return the predicate that a list has these groups; a server may put more into those that are always there."""

    def why_wrong(response: m.ListPrivilegeGroupsResponse) -> str:
        failed = succeeds(response)
        if failed:
            return failed
        told = {each.group_name: sorted(one.name for one in each.privileges) for each in response.privilege_groups}
        if len(told) != len(response.privilege_groups) or told.keys() != {*own, *shipped}:
            return f"the groups are {sorted(told)} and not {sorted({*own, *shipped})}"
        other = [name for name, held in own.items() if told[name] != sorted(held)]
        less = [name for name, held in shipped.items() if set(held) - set(told[name])]
        return f"the privileges are others: {[*other, *less]}" if other or less else ""

    return why_wrong


def operate_privilege_group(state: ServerState, request: m.OperatePrivilegeGroupRequest) -> RightAnswers:
    """Put privileges into a group, or take them out."""
    _demand_name(request.group_name)
    group = state.privilege_groups.get(request.group_name)
    if group is None:
        wrong = "built-in" if request.group_name in privilege_groups() else "group-unknown"
        raise RefusalError(f"operate-privilege-group/{wrong}", f"name [{request.group_name}]")
    named = [each.name for each in request.privileges]
    state.rules.demand(bool(named), "operate-privilege-group/privileges-none")
    for name in named:
        if not is_privilege(name) and name not in state.privilege_groups:
            raise RefusalError("operate-privilege-group/privilege-unknown", f"privilege name [{name}]")
    adds = request.type == m.OperatePrivilegeGroupType.AddPrivilegesToGroup
    if adds and len({level_of(each) for each in (*group, *named)}) > 1:
        raise RefusalError("operate-privilege-group/levels", "privileges are not the same privilege level")

    def operate(_response: object) -> None:
        for name in named:
            if adds:
                group[name] = None
            else:
                group.pop(name, None)

    return RightAnswers((RightAnswer(m.Status(), effect=operate),))


def _demand_name(name: str) -> None:
    if not name:
        raise RefusalError("PrivilegeGroupInvalidName", "privilege group name should not be empty")


PRIVILEGE_GROUPS: Handlers = {
    "CreatePrivilegeGroup": create_privilege_group,
    "DropPrivilegeGroup": drop_privilege_group,
    "ListPrivilegeGroups": list_privilege_groups,
    "OperatePrivilegeGroup": operate_privilege_group,
}
