"""Who may do what: each RPC behind its privilege, on a server that asks who calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from milvus_tck.fixtures.guarded_requests import DENIED, by, request, told
from milvus_tck.fixtures.people import PASSWORD, new_name, role, user

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import met, same
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.verdict.model.stops import Never
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


def _rpcs(rule: str) -> tuple[tuple[str, str], ...]:
    """Return the RPCs that a rule is for, each with its clause."""
    return tuple((each.rpc, each.id) for each in clauses().values() if each.rule == f"{{rpc}}/{rule}")


@dataclass(frozen=True)
class _Somebody:
    """A user with one role that may do nothing yet."""

    tck: Case
    name: str
    role: str

    def may(self, rpc: str, name: str) -> bool:
        """Tell whether a request for something of a name is let in."""
        return told(self.tck, by(request(rpc, name), self.name, PASSWORD)) != DENIED

    def comes_to(self, rpc: str, name: str, *, may: bool) -> bool:
        """Wait for what was granted, or revoked, to count."""
        look = lambda: self.may(rpc, name)  # noqa: E731 - looked at again and again
        return self.tck.repeat(look, lambda found: found == may, rpc=rpc, what="let in", within=20)


@contextmanager
def _somebody(tck: Case) -> Iterator[_Somebody]:
    name = user(tck)
    with role(tck) as given:
        tck.ok(calls.operate_user_role(name, given))
        yield _Somebody(tck, name, given)
        tck.call(calls.operate_user_role(name, given, add=False))


def _judge(tck: Case, somebody: _Somebody, rpc: str, clause: str) -> None:
    """Judge one RPC: denied, granted for one object, denied for another one, revoked."""
    row, named, other = rpcs()[rpc], tck.name(), tck.name()
    privilege = row.privilege_in(tck.profile)
    # What names its object by an id, if at all, names nothing that a privilege could be granted for.
    scoped = row.object != "Global" and request(rpc, named).sent != request(rpc, other).sent
    what = (somebody.role, privilege, row.object, named if scoped else "*")
    before = somebody.may(rpc, named)
    tck.ok(calls.operate_privilege(*what))
    try:
        granted = _settled(somebody, rpc, named, may=True)
        elsewhere = {"for another object": somebody.may(rpc, other)} if scoped else {}
    finally:
        tck.ok(calls.operate_privilege(*what, grant=False))
    after = _settled(somebody, rpc, named, may=False)
    let_in = {"without the privilege": before, "with it": granted, **elsewhere, "once it is revoked": after}
    tck.expect([name == "with it" for name in let_in], [*let_in.values()], of=clause, members=tuple(let_in))


def _settled(somebody: _Somebody, rpc: str, name: str, *, may: bool) -> bool:
    """Tell whether it is let in once that had the time to come true."""
    try:
        return somebody.comes_to(rpc, name, may=may)
    except Never:
        return not may


@pytest.mark.clause(*(clause for _, clause in _rpcs("privilege")))
def test_each_rpc_is_behind_its_privilege(tck: Case) -> None:
    """Who has the privilege for the object is let in; who has none, or has it for another object, is denied."""
    with _somebody(tck) as somebody:
        for rpc, clause in _rpcs("privilege"):
            if tck.owes(clause):
                _judge(tck, somebody, rpc, clause)


@pytest.mark.clause(*(clause for _, clause in _rpcs("privilege-of-everybody")))
def test_what_everybody_may(tck: Case) -> None:
    """A user without any role is let in."""
    somebody = _Somebody(tck, user(tck), "")
    for rpc, clause in _rpcs("privilege-of-everybody"):
        if tck.owes(clause):
            tck.expect(True, somebody.may(rpc, tck.name()), of=clause)


@pytest.mark.clause("operate-privilege/grant", "operate-privilege/revoke", "select-grant/granted")
def test_a_privilege_is_told(tck: Case) -> None:
    """SelectGrant tells what a role was granted, once, and nothing of what was revoked."""
    with role(tck) as name:
        grant = calls.operate_privilege(name, "Query", "Collection", "books")

        def grants() -> list[tuple[str, str, str]]:
            found = tck.ok(calls.select_grant(name)).entities
            return sorted((each.object.name, each.object_name, each.grantor.privilege.name) for each in found)

        granted = [("Collection", "books", "Query")]
        tck.accepted(grant, effect=lambda _: same(granted, grants(), what="grants"), of="operate-privilege/grant")
        tck.call(grant)
        tck.expect(granted, grants(), of="select-grant/granted")
        revoke = calls.operate_privilege(name, "Query", "Collection", "books", grant=False)
        tck.accepted(revoke, effect=lambda _: same([], grants(), what="grants"), of="operate-privilege/revoke")


@pytest.mark.clause("operate-privilege/role-unknown", "operate-privilege/object-unknown")
@pytest.mark.clause("operate-privilege/privilege-unknown", cases=("nobody-knows", "of-another-object"))
@pytest.mark.clause("operate-privilege/entity-absent", "drop-role/granted")
def test_privileges_that_cannot_be_granted(tck: Case) -> None:
    """A grant names a role, an object of a kind, and a privilege that goes with that kind."""
    with role(tck) as name:
        right = calls.operate_privilege(name, "Query", "Collection", "books")

        def grants() -> list[str]:
            return [str(each) for each in tck.ok(calls.select_grant(name)).entities]

        tck.ok(right)
        nobody = new_name(tck)
        refused = {
            ("operate-privilege/role-unknown", ""): calls.operate_privilege(nobody, "Query", "Collection", "books"),
            ("operate-privilege/object-unknown", ""): calls.operate_privilege(name, "Query", "Shelf", "books"),
            ("operate-privilege/privilege-unknown", "nobody-knows"): calls.operate_privilege(
                name, "Burn", "Collection", "books"
            ),
            ("operate-privilege/privilege-unknown", "of-another-object"): calls.operate_privilege(name, "Query"),
            ("operate-privilege/entity-absent", ""): right.but(entity=m.GrantEntity()),
            ("drop-role/granted", ""): calls.drop_role(name),
        }
        for (clause, case), call in refused.items():
            tck.refused(call, neighbour=right, untouched=grants, of=clause, case=case)
        tck.ok(calls.operate_privilege(name, "Query", "Collection", "books", grant=False))


@pytest.mark.clause("operate-user-role/privileges")
def test_privileges_come_and_go_with_a_role(tck: Case) -> None:
    """Who is given a role may what it may, and who has it no more may not."""
    with _somebody(tck) as somebody:
        tck.ok(calls.operate_privilege(somebody.role, "ListResourceGroups"))
        given = _settled(somebody, "ListResourceGroups", "", may=True)
        tck.ok(calls.operate_user_role(somebody.name, somebody.role, add=False))
        taken = _settled(somebody, "ListResourceGroups", "", may=False)
        tck.ok(calls.operate_privilege(somebody.role, "ListResourceGroups", grant=False))
        tck.expect([True, False], [given, taken], members=("while it is given", "once it is taken"))


@pytest.mark.clause("operate-user-role/admin")
def test_who_is_admin_may_everything(tck: Case) -> None:
    """A user with the role admin is let in everywhere."""
    somebody = _Somebody(tck, user(tck), "admin")

    def everywhere() -> Effect:
        asked = [rpc for rpc, clause in _rpcs("privilege") if clauses()[clause].applies_to(tck.profile)]
        _settled(somebody, asked[0], tck.name(), may=True)
        denied = [rpc for rpc in asked if not somebody.may(rpc, tck.name())]
        return met(not denied, "let in everywhere", denied, what="denied")

    tck.accepted(calls.operate_user_role(somebody.name, "admin"), effect=lambda _: everywhere())
    tck.call(calls.operate_user_role(somebody.name, "admin", add=False))
