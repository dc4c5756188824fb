"""Prerequisites: what has to be undone before a thing can be dropped, where a server refuses otherwise.

Nothing here decides anything: what could not be undone shows when the thing is dropped.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.grpc import Binding
from milvus_tck.verdict.leftovers.objects import Thing
from milvus_tck.wire import messages as m

__all__ = ["STEPS", "answer_of", "undo"]

Answer = TypeVar("Answer", bound=Message)

_DEFAULT_GROUP = "__default_resource_group"
_REVOKE = m.OperatePrivilegeType.Value("Revoke")
_LEAVE = m.OperateUserRoleType.Value("RemoveUserFromRole")
#: Requests, each with its RPC.
_Calls = Iterator[tuple[str, Message]]


def undo(binding: Binding, thing: Thing, steps: tuple[str, ...], seconds: float) -> None:
    """Undo what keeps a thing; one call may take `seconds`."""
    for step in steps:
        for rpc, request in STEPS[step](binding, thing, seconds):
            binding.send(rpc, request.SerializeToString(), seconds)


def answer_of(binding: Binding, rpc: str, request: Message, kind: type[Answer], seconds: float) -> Answer | None:
    """Make a call and return its answer, whatever it says; `None` where none came that can be read."""
    reply = binding.send(rpc, request.SerializeToString(), seconds)
    if reply.payload is None:
        return None
    try:
        return kind.FromString(reply.payload)
    except DecodeError:
        return None


def _aliases(binding: Binding, thing: Thing, seconds: float) -> _Calls:
    """Newer servers keep a collection that has an alias, whoever gave it."""
    request = m.DescribeCollectionRequest(collection_name=thing.name, db_name=thing.database)
    answer = answer_of(binding, "DescribeCollection", request, m.DescribeCollectionResponse, seconds)
    for alias in () if answer is None else answer.aliases:
        yield "DropAlias", m.DropAliasRequest(alias=alias, db_name=thing.database)


def _grants(binding: Binding, thing: Thing, seconds: float) -> _Calls:
    """A role that may do something, or that somebody has, is kept; 2.3 tells of each database by itself."""
    role = m.RoleEntity(name=thing.name)
    shown = answer_of(binding, "ListDatabases", m.ListDatabasesRequest(), m.ListDatabasesResponse, seconds)
    for database in dict.fromkeys(("*", "", *(() if shown is None else shown.db_names))):
        asked = m.SelectGrantRequest(entity=m.GrantEntity(role=role, db_name=database))
        granted = answer_of(binding, "SelectGrant", asked, m.SelectGrantResponse, seconds)
        for each in () if granted is None else granted.entities:
            yield "OperatePrivilege", m.OperatePrivilegeRequest(entity=each, type=_REVOKE)
    members = m.SelectRoleRequest(role=role, include_user_info=True)
    held = answer_of(binding, "SelectRole", members, m.SelectRoleResponse, seconds)
    for user in () if held is None else (user for result in held.results for user in result.users):
        yield "OperateUserRole", m.OperateUserRoleRequest(username=user.name, role_name=thing.name, type=_LEAVE)


def _nodes(binding: Binding, thing: Thing, seconds: float) -> _Calls:
    """A group that has nodes, or asks for some, is kept: what it has goes back to where it came from."""
    asked = m.DescribeResourceGroupRequest(resource_group=thing.name)
    found = answer_of(binding, "DescribeResourceGroup", asked, m.DescribeResourceGroupResponse, seconds)
    if found is None:
        return
    modest = m.UpdateResourceGroupsRequest()
    for limit in (modest.resource_groups[thing.name].requests, modest.resource_groups[thing.name].limits):
        limit.SetInParent()  # no node at all
    yield "UpdateResourceGroups", modest
    nodes = found.resource_group.num_available_node
    if nodes:
        yield (
            "TransferNode",
            m.TransferNodeRequest(
                source_resource_group=thing.name, target_resource_group=_DEFAULT_GROUP, num_node=nodes
            ),
        )


#: What `undo` of proto/kinds.toml names.
STEPS: Mapping[str, Callable[[Binding, Thing, float], _Calls]] = {
    "aliases": _aliases,
    "grants": _grants,
    "nodes": _nodes,
}
