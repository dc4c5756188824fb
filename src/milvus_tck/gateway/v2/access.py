"""Users, roles, and what these may do."""

import base64
from collections.abc import Sequence

from milvus_tck.gateway.v2.asking import Ask, Handler, Plain
from milvus_tck.wire import messages as m

__all__ = ["HANDLERS"]


def _secret(text: str) -> str:
    """Write a password as servers read it."""
    return base64.b64encode(text.encode()).decode()


async def _users(ask: Ask) -> Plain:
    found = await ask.call("ListCredUsers", m.ListCredUsersRequest(), m.ListCredUsersResponse)
    return {"data": list(found.usernames)}


async def _describe_user(ask: Ask) -> Plain:
    request = m.SelectUserRequest(user=m.UserEntity(name=ask.text("userName")), include_role_info=True)
    found = await ask.call("SelectUser", request, m.SelectUserResponse)
    return {"data": [role.name for each in found.results for role in each.roles]}


async def _create_user(ask: Ask) -> Plain:
    secret = _secret(ask.text("password"))
    await ask.do("CreateCredential", m.CreateCredentialRequest(username=ask.text("userName"), password=secret))
    return {"data": {}}


async def _update_password(ask: Ask) -> Plain:
    request = m.UpdateCredentialRequest(
        username=ask.text("userName"), oldPassword=_secret(ask.text("password")),
        newPassword=_secret(ask.text("newPassword")),
    )  # fmt: skip
    await ask.do("UpdateCredential", request)
    return {"data": {}}


async def _drop_user(ask: Ask) -> Plain:
    await ask.do("DeleteCredential", m.DeleteCredentialRequest(username=ask.text("userName")))
    return {"data": {}}


def _role_of_user(kind: "m.OperateUserRoleType.ValueType") -> Handler:
    async def handle(ask: Ask) -> Plain:
        request = m.OperateUserRoleRequest(username=ask.text("userName"), role_name=ask.text("roleName"), type=kind)
        await ask.do("OperateUserRole", request)
        return {"data": {}}

    return handle


async def _roles(ask: Ask) -> Plain:
    found = await ask.call("SelectRole", m.SelectRoleRequest(), m.SelectRoleResponse)
    return {"data": [each.role.name for each in found.results]}


async def _describe_role(ask: Ask) -> Plain:
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


async def _create_role(ask: Ask) -> Plain:
    await ask.do("CreateRole", m.CreateRoleRequest(entity=m.RoleEntity(name=ask.text("roleName"))))
    return {"data": {}}


async def _drop_role(ask: Ask) -> Plain:
    await ask.do("DropRole", m.DropRoleRequest(role_name=ask.text("roleName")))
    return {"data": {}}


def _privilege(kind: "m.OperatePrivilegeType.ValueType") -> Handler:
    async def handle(ask: Ask) -> Plain:
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
    async def handle(ask: Ask) -> Plain:
        request = m.OperatePrivilegeV2Request(
            role=m.RoleEntity(name=ask.text("roleName")),
            grantor=m.GrantorEntity(privilege=m.PrivilegeEntity(name=ask.text("privilege"))),
            collection_name=ask.text("collectionName"),
            type=kind,
        )
        await ask.do("OperatePrivilegeV2", request)
        return {"data": {}}

    return handle


async def _groups(ask: Ask) -> Plain:
    found = await ask.call("ListPrivilegeGroups", m.ListPrivilegeGroupsRequest(), m.ListPrivilegeGroupsResponse)
    return {"data": [
        {"privilegeGroupName": each.group_name, "privileges": ", ".join(_names(each.privileges))}
        for each in found.privilege_groups
    ]}  # fmt: skip


def _names(privileges: Sequence[m.PrivilegeEntity]) -> list[str]:
    return [each.name for each in privileges]


async def _create_group(ask: Ask) -> Plain:
    await ask.do("CreatePrivilegeGroup", m.CreatePrivilegeGroupRequest(group_name=ask.text("privilegeGroupName")))
    return {"data": {}}


async def _drop_group(ask: Ask) -> Plain:
    await ask.do("DropPrivilegeGroup", m.DropPrivilegeGroupRequest(group_name=ask.text("privilegeGroupName")))
    return {"data": {}}


def _group(kind: "m.OperatePrivilegeGroupType.ValueType") -> Handler:
    async def handle(ask: Ask) -> Plain:
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
