"""Calls about users and their roles."""

import base64

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = [
    "create_credential",
    "create_privilege_group",
    "create_role",
    "delete_credential",
    "drop_privilege_group",
    "drop_role",
    "list_cred_users",
    "list_privilege_groups",
    "operate_privilege",
    "operate_privilege_group",
    "operate_user_role",
    "select_grant",
    "select_role",
    "select_user",
    "update_credential",
]


def _as_base64(password: str) -> str:
    return base64.b64encode(password.encode()).decode()


def create_credential(user: str, password: str) -> Call[m.Status]:
    """Create a user; the password is put into base64, as the protocol has it."""
    return Call("CreateCredential", m.CreateCredentialRequest(username=user, password=_as_base64(password)))


def update_credential(user: str, old: str, new: str) -> Call[m.Status]:
    """Give a user another password."""
    request = m.UpdateCredentialRequest(username=user, oldPassword=_as_base64(old), newPassword=_as_base64(new))
    return Call("UpdateCredential", request)


def delete_credential(user: str) -> Call[m.Status]:
    """Delete a user."""
    return Call("DeleteCredential", m.DeleteCredentialRequest(username=user))


def list_cred_users() -> Call[m.ListCredUsersResponse]:
    """List the names of all users."""
    return Call("ListCredUsers", m.ListCredUsersRequest())


def create_role(role: str) -> Call[m.Status]:
    """Create a role."""
    return Call("CreateRole", m.CreateRoleRequest(entity=m.RoleEntity(name=role)))


def drop_role(role: str) -> Call[m.Status]:
    """Drop a role that was granted nothing."""
    return Call("DropRole", m.DropRoleRequest(role_name=role))


def operate_user_role(user: str, role: str, *, add: bool = True) -> Call[m.Status]:
    """Give a user a role, or take it away."""
    kinds = m.OperateUserRoleType
    kind = kinds.AddUserToRole if add else kinds.RemoveUserFromRole
    return Call("OperateUserRole", m.OperateUserRoleRequest(username=user, role_name=role, type=kind))


def select_role(role: str = "") -> Call[m.SelectRoleResponse]:
    """Ask for a role, or for all of them, with the users that have it."""
    entity = m.RoleEntity(name=role) if role else None
    return Call("SelectRole", m.SelectRoleRequest(role=entity, include_user_info=True))


def select_user(user: str = "") -> Call[m.SelectUserResponse]:
    """Ask for a user, or for all of them, with the roles that it has."""
    entity = m.UserEntity(name=user) if user else None
    return Call("SelectUser", m.SelectUserRequest(user=entity, include_role_info=True))


def select_grant(role: str) -> Call[m.SelectGrantResponse]:
    """Ask for the privileges of a role."""
    return Call("SelectGrant", m.SelectGrantRequest(entity=m.GrantEntity(role=m.RoleEntity(name=role))))


def operate_privilege(
    role: str, privilege: str, kind: str = "Global", name: str = "*", *, grant: bool = True
) -> Call[m.Status]:
    """Grant a role a privilege on an object of a kind (Global, Collection or User), or revoke it."""
    entity = m.GrantEntity(
        role=m.RoleEntity(name=role),
        object=m.ObjectEntity(name=kind),
        object_name=name,
        grantor=m.GrantorEntity(privilege=m.PrivilegeEntity(name=privilege)),
    )
    kind_of = m.OperatePrivilegeType.Grant if grant else m.OperatePrivilegeType.Revoke
    return Call("OperatePrivilege", m.OperatePrivilegeRequest(entity=entity, type=kind_of))


def create_privilege_group(name: str) -> Call[m.Status]:
    """Create a group without privileges."""
    return Call("CreatePrivilegeGroup", m.CreatePrivilegeGroupRequest(group_name=name))


def drop_privilege_group(name: str) -> Call[m.Status]:
    """Drop a group that nobody was granted."""
    return Call("DropPrivilegeGroup", m.DropPrivilegeGroupRequest(group_name=name))


def list_privilege_groups() -> Call[m.ListPrivilegeGroupsResponse]:
    """List all privilege groups, with what is in them."""
    return Call("ListPrivilegeGroups", m.ListPrivilegeGroupsRequest())


def operate_privilege_group(name: str, *privileges: str, add: bool = True) -> Call[m.Status]:
    """Put privileges into a group, or take them out."""
    kinds = m.OperatePrivilegeGroupType
    request = m.OperatePrivilegeGroupRequest(
        group_name=name,
        privileges=[m.PrivilegeEntity(name=each) for each in privileges],
        type=kinds.AddPrivilegesToGroup if add else kinds.RemovePrivilegesFromGroup,
    )
    return Call("OperatePrivilegeGroup", request)
