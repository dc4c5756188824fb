"""Who asks over the first high-level REST, where a server wants to know."""

import pytest
from milvus_tck.fixtures.authorization import KNOWN, UNKNOWN, judge_known, judge_unknown
from milvus_tck.fixtures.people import PASSWORD, role, user
from milvus_tck.suites.http_v1._requests import TABLE, path_of

from milvus_tck.spec.bindings import success_codes
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http, json_of
from milvus_tck.wire.messages import HttpResponse


def _listed(header: str) -> Call[HttpResponse]:
    headers = {"content-type": "application/json", "authorization": header}
    return http("GET", f"{TABLE.base}/collections", headers=headers)


@pytest.mark.clause("http-v1/authenticated", cases=tuple(KNOWN))
def test_somebody(tck: Case) -> None:
    """A user with the right password is answered over either scheme."""
    judge_known(tck, _listed)


@pytest.mark.clause("http-v1/unauthenticated", cases=tuple(UNKNOWN))
def test_nobody(tck: Case) -> None:
    """Each of them is refused, while the right one is answered."""
    judge_unknown(tck, _listed)


#: What each route takes, and a request to it about something that is not there.
_TAKES: dict[str, tuple[str, dict[str, object]]] = {
    "create": ("CreateCollection", {"dimension": 4}),
    "drop": ("DropCollection", {}),
    "insert": ("Insert", {"data": {"id": 1, "vector": [1, 2, 3, 4]}}),
    "query": ("Query", {"filter": "id > 0"}),
    "search": ("Search", {"vector": [1, 2, 3, 4]}),
    "get": ("Query", {"id": 1}),
    "delete": ("Delete", {"id": 1}),
}


@pytest.mark.clause("http-v1/privilege", cases=tuple(_TAKES))
def test_who_may_what(tck: Case) -> None:
    """A route lets in whoever has the privilege of what it does, and denies everybody else."""
    name = user(tck)
    headers = {"content-type": "application/json", "authorization": f"Bearer {name}:{PASSWORD}"}
    with role(tck) as given:
        tck.ok(calls.operate_user_role(name, given))
        for case, (privilege, body) in _TAKES.items():
            kind = "Global" if privilege.endswith("Collection") else "Collection"
            # Whoever may create a collection creates none here: a name that is none is refused.
            call = http("POST", path_of(case), {"collectionName": "1-is-no-name", **body}, headers)
            before = _denied(tck, call)
            tck.ok(calls.operate_privilege(given, privilege, kind, "*"))
            within = tck.repeat(
                lambda call=call: _denied(tck, call),  # type: ignore[misc]
                lambda found: not found[0], rpc="HTTP", what="let in", within=20,
            )  # fmt: skip
            tck.ok(calls.operate_privilege(given, privilege, kind, "*", grant=False))
            members = ("without it: HTTP 403", "and a code in the body", "with it: HTTP 403")
            tck.expect([True, True, False], [*before, within[0]], case=case, members=members)
        tck.call(calls.operate_user_role(name, given, add=False))


def _denied(tck: Case, call: Call[HttpResponse]) -> list[bool]:
    """Tell whether an answer denies something by its status, and whether its code is that of no success."""
    answer = tck.call(call).answer
    status = answer.status if answer else None
    return [status == _FORBIDDEN, (json_of(answer) or {}).get("code") not in success_codes()]


_FORBIDDEN = 403
