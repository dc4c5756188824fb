"""Who asks, on a server that wants to know."""

import base64
from typing import Any

import pytest
from milvus_tck.fixtures.guarded_requests import NOBODY, UNKNOWN, by, told
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.people import OTHER_PASSWORD, PASSWORD, new_name, user
from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Never
from milvus_tck.wire import calls

#: A password that is nothing else.
_TOLD = "s3cret-of-one-user"


def _token(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@each_case({
    "service/unauthenticated": {
        "missing": NOBODY,
        "password-wrong": _token("root:nope"),
        "password-empty": _token("root:"),
        "user-unknown": _token("nobody:Milvus"),
        "token-garbage": _token("garbage"),
        "not-base64": "%%%",
        "not-encoded": "root:Milvus",
    }
})  # fmt: skip
def test_nobody(tck: Case, given: str) -> None:
    """Who does not say a name and its password is refused by gRPC, and nothing comes of the request."""
    name = tck.name()
    call = calls.create_collection(name, *FIELDS)
    tck.refused(
        call.tagged(authorization=given),
        neighbour=calls.create_collection(tck.name(), *FIELDS),
        untouched=lambda: tck.look.collection(name),
    )


def _is_known(tck: Case, name: str, password: str, *, wanted: bool) -> bool:
    """Tell whether a server knows somebody, once what was said of that had the time to come true."""
    call = by(calls.connect(), name, password)
    try:
        known: bool = tck.repeat(
            lambda: told(tck, call) != UNKNOWN, lambda found: found == wanted, rpc="Connect", what="known", within=20
        )
    except Never:
        return not wanted
    return known


@pytest.mark.clause("create-credential/known", "update-credential/known", "delete-credential/known")
def test_somebody(tck: Case) -> None:
    """A user is known by the last password, and by that alone, for as long as there is such a user."""
    name = user(tck)
    created = [
        _is_known(tck, name, PASSWORD, wanted=True),
        _is_known(tck, name, OTHER_PASSWORD, wanted=False),
        _is_known(tck, new_name(tck), PASSWORD, wanted=False),
    ]
    members = ("by the password", "by another one", "another user by it")
    tck.expect([True, False, False], created, of="create-credential/known", members=members)
    tck.ok(calls.update_credential(name, PASSWORD, OTHER_PASSWORD))
    changed = [
        _is_known(tck, name, OTHER_PASSWORD, wanted=True),
        _is_known(tck, name, PASSWORD, wanted=False),
    ]
    tck.expect([True, False], changed, of="update-credential/known", members=("by the new one", "by the old one"))
    tck.ok(calls.delete_credential(name))
    tck.expect(False, _is_known(tck, name, OTHER_PASSWORD, wanted=False), of="delete-credential/known")


@pytest.mark.clause("create-credential/password-not-told")
def test_no_answer_tells_a_password(tck: Case) -> None:
    """Neither a list of users nor a refusal holds it, in plain or as it travels."""
    name, secret = new_name(tck), _TOLD
    tck.ok(calls.create_credential(name, secret))
    asked: list[Any] = [
        calls.create_credential(name, secret),
        calls.update_credential(name, secret, ""),
        calls.update_credential(f"{name}x", secret, secret),
        calls.list_cred_users(),
        calls.select_user(name),
        calls.select_user(),
        by(calls.connect(), name, f"{secret}x"),
        by(calls.create_role(new_name(tck)), name, secret),
    ]
    spelt = [secret.encode(), _token(secret).encode()]
    telling: list[str] = []
    for call in asked:
        outcome = tck.call(call)
        said = b"" if outcome.answer is None else outcome.answer.SerializeToString()
        said += outcome.exchange.grpc_details.encode()
        telling.extend(call.rpc for each in spelt if each in said)
    tck.expect([], telling)
