"""Roles: they come, are given to users, and go. Few at a time: a server has room for ten of them."""

import pytest
from milvus_tck.fixtures.people import new_name, role, role_there, user

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls

_ADMIN, _PUBLIC = "admin", "public"


def _roles(tck: Case, name: str) -> list[list[str]]:
    """Return the roles of a user; a list for each time that the user is told."""
    return [[each.name for each in one.roles] for one in tck.ok(calls.select_user(name)).results]


def _users(tck: Case, name: str) -> list[list[str]]:
    """Return the users of a role; a list for each time that the role is told."""
    return [[each.name for each in one.users] for one in tck.ok(calls.select_role(name)).results]


@pytest.mark.clause("create-role/valid", "drop-role/valid")
def test_a_role_comes_and_goes(tck: Case) -> None:
    """It is told beside those that are always there, and after it is gone those are told as before."""
    name = new_name(tck)

    def told(expected: int) -> Equality:
        found = role_there(tck, name, _ADMIN, _PUBLIC, new_name(tck))
        return same([expected, 1, 1, 0], found, members=("told", _ADMIN, _PUBLIC, "another name"))

    tck.accepted(calls.create_role(name), effect=lambda _: told(1), of="create-role/valid")
    tck.accepted(calls.drop_role(name), effect=lambda _: told(0), of="drop-role/valid")


@pytest.mark.clause("create-role/exists", cases=("created", "always-there"))
@pytest.mark.clause("create-role/name-empty")
@pytest.mark.clause("create-role/name-ill-formed")
def test_a_role_that_cannot_be(tck: Case) -> None:
    """A role is created once, by a name that begins with a letter or an underscore."""
    with role(tck) as name:
        refused = {
            ("create-role/exists", "created"): name,
            ("create-role/exists", "always-there"): _ADMIN,
            ("create-role/name-empty", ""): "",
            ("create-role/name-ill-formed", ""): f"1{new_name(tck)}",
        }
        for (clause, case), given in refused.items():
            beside = new_name(tck)
            tck.refused(
                calls.create_role(given),
                neighbour=calls.create_role(beside),
                untouched=lambda given=given, name=name: role_there(tck, given, name, _ADMIN, _PUBLIC),  # type: ignore[misc]
                of=clause,
                case=case,
            )
            tck.call(calls.drop_role(beside))


@pytest.mark.clause("drop-role/unknown", cases=("never", "dropped"))
@pytest.mark.clause("drop-role/default", cases=(_ADMIN, _PUBLIC))
def test_a_role_that_cannot_go(tck: Case) -> None:
    """What is not there cannot go, and what is always there stays."""
    gone = new_name(tck)
    tck.ok(calls.create_role(gone))
    tck.ok(calls.drop_role(gone))
    refused = {
        ("drop-role/unknown", "never"): new_name(tck),
        ("drop-role/unknown", "dropped"): gone,
        ("drop-role/default", _ADMIN): _ADMIN,
        ("drop-role/default", _PUBLIC): _PUBLIC,
    }
    for (clause, case), given in refused.items():
        with role(tck) as beside:
            tck.refused(
                calls.drop_role(given),
                neighbour=calls.drop_role(beside),
                untouched=lambda given=given: role_there(tck, given, _ADMIN, _PUBLIC),  # type: ignore[misc]
                of=clause,
                case=case,
            )


@pytest.mark.clause("operate-user-role/add", "operate-user-role/remove")
def test_a_role_is_given_and_taken(tck: Case) -> None:
    """Both sides tell of it, and a user to whom nothing was given has nothing."""
    name, other = user(tck), user(tck)
    with role(tck) as given:

        def told(roles: list[str], users: list[str]) -> Equality:
            found = [_roles(tck, name), _users(tck, given), _roles(tck, other)]
            return same([[roles], [users], [[]]], found, members=("roles of the user", "users of the role", "others'"))

        tck.accepted(
            calls.operate_user_role(name, given), effect=lambda _: told([given], [name]), of="operate-user-role/add"
        )
        tck.accepted(
            calls.operate_user_role(name, given, add=False),
            effect=lambda _: told([], []),
            of="operate-user-role/remove",
        )


@pytest.mark.clause("operate-user-role/role-unknown", "operate-user-role/user-unknown")
@pytest.mark.clause("select-role/one", "select-role/unknown", "select-user/one", "select-user/unknown")
@pytest.mark.clause("select-grant/none", "select-grant/role-unknown")
def test_who_has_what(tck: Case) -> None:
    """One is told of by name, with what it has; nobody is told of who is not there."""
    name, nobody, nothing = user(tck), new_name(tck), new_name(tck)
    with role(tck) as given:
        tck.ok(calls.operate_user_role(name, given))
        for user_name, role_name, clause in ((name, nothing, "role-unknown"), (nobody, given, "user-unknown")):
            tck.refused(
                calls.operate_user_role(user_name, role_name),
                neighbour=calls.operate_user_role(name, given),
                untouched=lambda: [_roles(tck, name), _users(tck, given)],
                of=f"operate-user-role/{clause}",
            )
        roles = [(one.role.name, [each.name for each in one.users]) for one in tck.ok(calls.select_role(given)).results]
        tck.expect([(given, [name])], roles, of="select-role/one")
        tck.expect(0, len(tck.ok(calls.select_role(nothing)).results), of="select-role/unknown")
        users = [(one.user.name, [each.name for each in one.roles]) for one in tck.ok(calls.select_user(name)).results]
        tck.expect([(name, [given])], users, of="select-user/one")
        tck.expect(0, len(tck.ok(calls.select_user(nobody)).results), of="select-user/unknown")
        tck.expect(0, len(tck.ok(calls.select_grant(given)).entities), of="select-grant/none")
        if tck.owes("select-grant/role-unknown"):
            tck.refused(
                calls.select_grant(nothing),
                neighbour=calls.select_grant(given),
                untouched=lambda: role_there(tck, nothing, given),
                of="select-grant/role-unknown",
            )
