"""Users, roles, and what these may do."""

import base64
from collections.abc import Sequence

from milvus_tck.gateway.v2.operation import Handler, Plain, RouteRequest
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS"]


def _secret(text: str) -> str:
    """Write a password as servers read it."""
    return base64.b64encode(text.encode()).decode()


async def _users(ask: RouteRequest) -> Plain:
    found = await ask.call("ListCredUsers", m.ListCredUsersRequest(), m.ListCredUsersResponse)
    return {"data": list(found.usernames)}


async def _describe_user(ask: RouteRequest) -> Plain:
    request = m.SelectUserRequest(user=m.UserEntity(name=ask.text("userName")), include_role_info=True)
    found = await ask.call("SelectUser", request, m.SelectUserResponse)
    return {"data": [role.name for each in found.results for role in each.roles]}


async def _create_user(ask: RouteRequest) -> Plain:
    secret = _secret(ask.text("password"))
    request = m.CreateCredentialRequest(username=ask.text("userName"), password=secret)
    _describe(ask, request)
    await ask.do("CreateCredential", request)
    return {"data": {}}


def _describe(ask: RouteRequest, request: m.CreateCredentialRequest | m.UpdateCredentialRequest) -> None:
    """Write what a user is, where that is told: an empty text is told, too."""
    if "description" in ask.body:
        request.description = ask.text("description")


async def _update_password(ask: RouteRequest) -> Plain:
    request = m.UpdateCredentialRequest(
        username=ask.text("userName"), oldPassword=_secret(ask.text("password")),
        newPassword=_secret(ask.text("newPassword")),
    )  # fmt: skip
    _describe(ask, request)
    await ask.do("UpdateCredential", request)
    return {"data": {}}


async def _drop_user(ask: RouteRequest) -> Plain:
    await ask.do("DeleteCredential", m.DeleteCredentialRequest(username=ask.text("userName")))
    return {"data": {}}


def _role_of_user(kind: "m.OperateUserRoleType.ValueType") -> Handler:
    async def handle(ask: RouteRequest) -> Plain:
        request = m.OperateUserRoleRequest(username=ask.text("userName"), role_name=ask.text("roleName"), type=kind)
        await ask.do("OperateUserRole", request)
        return {"data": {}}

    return handle


async def _roles(ask: RouteRequest) -> Plain:
    found = await ask.call("SelectRole", m.SelectRoleRequest(), m.SelectRoleResponse)
    return {"data": [each.role.name for each in found.results]}


async def _describe_role(ask: RouteRequest) -> Plain:
    entity = m.GrantEntity(role=m.RoleEntity(name=ask.text("roleName")), db_name=ask.text("dbName"))
    found = await ask.call("SelectGrant", m.SelectGrantRequest(entity=entity), m.SelectGrantResponse)
    return {"data": [
        {
            "objectType": each.object.name,
            "objectName": each.object_name,
            "privilege": each.grantor.privilege.name,
            "dbName": each.db_name,
            "grantor": each.grantor.user.name,
        }
        for each in found.entities
    ]}  # fmt: skip


async def _create_role(ask: RouteRequest) -> Plain:
    entity = m.RoleEntity(name=ask.text("roleName"), description=ask.text("description"))
    await ask.do("CreateRole", m.CreateRoleRequest(entity=entity))
    return {"data": {}}


async def _alter_role(ask: RouteRequest) -> Plain:
    request = m.AlterRoleRequest(role_name=ask.text("roleName"), description=ask.text("description"))
    await ask.do("AlterRole", request)
    return {"data": {}}


async def _drop_role(ask: RouteRequest) -> Plain:
    await ask.do("DropRole", m.DropRoleRequest(role_name=ask.text("roleName")))
    return {"data": {}}


def _privilege(kind: "m.OperatePrivilegeType.ValueType") -> Handler:
    async def handle(ask: RouteRequest) -> Plain:
        entity = m.GrantEntity(
            role=m.RoleEntity(name=ask.text("roleName")),
            object=m.ObjectEntity(name=ask.text("objectType")),
            object_name=ask.text("objectName"),
            db_name=ask.text("dbName"),
            grantor=m.GrantorEntity(privilege=m.PrivilegeEntity(name=ask.text("privilege"))),
        )
        await ask.do("OperatePrivilege", m.OperatePrivilegeRequest(entity=entity, type=kind))
        return {"data": {}}

    return handle


def _privilege_v2(kind: "m.OperatePrivilegeType.ValueType") -> Handler:
    async def handle(ask: RouteRequest) -> Plain:
        request = m.OperatePrivilegeV2Request(
            role=m.RoleEntity(name=ask.text("roleName")),
            grantor=m.GrantorEntity(privilege=m.PrivilegeEntity(name=ask.text("privilege"))),
            collection_name=ask.text("collectionName"),
            type=kind,
        )
        await ask.do("OperatePrivilegeV2", request)
        return {"data": {}}

    return handle


async def _groups(ask: RouteRequest) -> Plain:
    found = await ask.call("ListPrivilegeGroups", m.ListPrivilegeGroupsRequest(), m.ListPrivilegeGroupsResponse)
    return {"data": {"privilegeGroups": [
        {"privilegeGroupName": each.group_name, "privileges": ",".join(_names(each.privileges))}
        for each in found.privilege_groups
    ]}}  # fmt: skip


def _names(privileges: Sequence[m.PrivilegeEntity]) -> list[str]:
    return [each.name for each in privileges]


async def _create_group(ask: RouteRequest) -> Plain:
    await ask.do("CreatePrivilegeGroup", m.CreatePrivilegeGroupRequest(group_name=ask.text("privilegeGroupName")))
    return {"data": {}}


async def _drop_group(ask: RouteRequest) -> Plain:
    await ask.do("DropPrivilegeGroup", m.DropPrivilegeGroupRequest(group_name=ask.text("privilegeGroupName")))
    return {"data": {}}


def _group(kind: "m.OperatePrivilegeGroupType.ValueType") -> Handler:
    async def handle(ask: RouteRequest) -> Plain:
        privileges = [m.PrivilegeEntity(name=each) for each in ask.texts("privileges")]
        request = m.OperatePrivilegeGroupRequest(
            group_name=ask.text("privilegeGroupName"), privileges=privileges, type=kind
        )
        await ask.do("OperatePrivilegeGroup", request)
        return {"data": {}}

    return handle


_GRANT, _REVOKE = m.OperatePrivilegeType.Grant, m.OperatePrivilegeType.Revoke

HANDLERS: dict[str, Handler] = {
    "/users/list": _users,
    "/users/describe": _describe_user,
    "/users/create": _create_user,
    "/users/update_password": _update_password,
    "/users/drop": _drop_user,
    "/users/grant_role": _role_of_user(m.OperateUserRoleType.AddUserToRole),
    "/users/revoke_role": _role_of_user(m.OperateUserRoleType.RemoveUserFromRole),
    "/roles/list": _roles,
    "/roles/describe": _describe_role,
    "/roles/create": _create_role,
    "/roles/alter": _alter_role,
    "/roles/drop": _drop_role,
    "/roles/grant_privilege": _privilege(_GRANT),
    "/roles/revoke_privilege": _privilege(_REVOKE),
    "/roles/grant_privilege_v2": _privilege_v2(_GRANT),
    "/roles/revoke_privilege_v2": _privilege_v2(_REVOKE),
    "/privilege_groups/list": _groups,
    "/privilege_groups/create": _create_group,
    "/privilege_groups/drop": _drop_group,
    "/privilege_groups/add_privileges_to_group": _group(m.OperatePrivilegeGroupType.AddPrivilegesToGroup),
    "/privilege_groups/remove_privileges_from_group": _group(m.OperatePrivilegeGroupType.RemovePrivilegesFromGroup),
}
