"""Users: they come, have a password, and go."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.people import OTHER_PASSWORD, PASSWORD, knows, new_name, user, user_there

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

_ROOT = "root"
_UNREADABLE = "!no!"


@pytest.mark.clause("create-credential/valid")
def test_a_user_is_created(tck: Case) -> None:
    """The user is listed beside root, and none of another name came with it."""
    name = new_name(tck)
    tck.accepted(
        calls.create_credential(name, PASSWORD),
        effect=lambda _: same(
            [1, 1, 0], user_there(tck, name, _ROOT, new_name(tck)), members=("listed", "root", "another name")
        ),
    )


@pytest.mark.clause("create-credential/exists")
def test_a_user_that_exists(tck: Case) -> None:
    """Nobody takes a user over by creating it again."""
    name = user(tck)
    tck.refused(
        calls.create_credential(name, OTHER_PASSWORD),
        neighbour=calls.create_credential(new_name(tck), PASSWORD),
        untouched=lambda: [user_there(tck, name), knows(tck, name, PASSWORD)],
    )


_NAMES: dict[str, dict[str, Callable[[str], str]]] = {
    "create-credential/name-empty": {"": lambda _: ""},
    "create-credential/name-ill-formed": {
        "digit-first": lambda name: f"1{name[1:]}",
        "dash": lambda name: f"{name[:-1]}-",
    },
}


@each_case(_NAMES)
def test_a_name_that_is_none(tck: Case, given: Callable[[str], str]) -> None:
    """A user's name is of letters, digits and underscores, a letter first."""
    name = given(new_name(tck))
    tck.refused(
        calls.create_credential(name, PASSWORD),
        neighbour=calls.create_credential(new_name(tck), PASSWORD),
        untouched=lambda: user_there(tck, name),
    )


@each_case({"create-credential/password-length": {"5-bytes": "short", "257-bytes": "x" * 257}})
def test_a_password_of_another_length(tck: Case, given: str) -> None:
    """A password has at least 6 bytes, and not too many."""
    name = new_name(tck)
    tck.refused(
        calls.create_credential(name, given),
        neighbour=calls.create_credential(new_name(tck), "sixsix"),
        untouched=lambda: user_there(tck, name),
    )


@pytest.mark.clause("create-credential/password-not-base64")
def test_a_password_that_cannot_be_read(tck: Case) -> None:
    """Passwords travel in base64."""
    name = new_name(tck)
    call: Call[m.Status] = calls.create_credential(name, PASSWORD).but(password=_UNREADABLE)
    tck.refused(
        call,
        neighbour=calls.create_credential(new_name(tck), PASSWORD),
        untouched=lambda: user_there(tck, name),
    )


@pytest.mark.clause("update-credential/valid")
def test_a_password_is_updated(tck: Case) -> None:
    """The new password counts, the old one does not."""
    name = user(tck)
    tck.accepted(
        calls.update_credential(name, PASSWORD, OTHER_PASSWORD),
        effect=lambda _: same(
            [False, True],
            [knows(tck, name, each) for each in (PASSWORD, OTHER_PASSWORD)],
            members=("the old password counts", "the new password counts"),
        ),
    )


@pytest.mark.clause("update-credential/old-wrong")
def test_a_password_that_is_not_known(tck: Case) -> None:
    """Whoever does not know the password cannot change it."""
    name = user(tck)
    tck.refused(
        calls.update_credential(name, OTHER_PASSWORD, OTHER_PASSWORD),
        neighbour=calls.update_credential(name, PASSWORD, PASSWORD),
        untouched=lambda: [knows(tck, name, PASSWORD), user_there(tck, name)],
    )


@pytest.mark.clause("update-credential/user-unknown")
def test_the_password_of_nobody(tck: Case) -> None:
    """A user is created by CreateCredential alone."""
    name, unknown = user(tck), new_name(tck)
    tck.refused(
        calls.update_credential(unknown, PASSWORD, OTHER_PASSWORD),
        neighbour=calls.update_credential(name, PASSWORD, PASSWORD),
        untouched=lambda: user_there(tck, unknown, name),
    )


@pytest.mark.clause("delete-credential/valid")
def test_a_user_is_deleted(tck: Case) -> None:
    """The one goes, another one and root stay."""
    name, other = user(tck), user(tck)
    tck.accepted(
        calls.delete_credential(name),
        effect=lambda _: same(
            [0, 1, 1], user_there(tck, name, other, _ROOT), members=("listed", "another one", "root")
        ),
    )


@each_case({"delete-credential/unknown": {"never": False, "deleted": True}})
def test_nobody_is_deleted(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """Who is not there may be deleted; who is there stays."""
    other = user(tck)
    gone = user(tck) if given else new_name(tck)
    if given:
        tck.ok(calls.delete_credential(gone))
    tck.accepted(
        calls.delete_credential(gone),
        effect=lambda _: same([0, 1], user_there(tck, gone, other), members=("listed", "another one")),
    )


@pytest.mark.clause("delete-credential/root")
def test_root_stays(tck: Case) -> None:
    """Somebody has to be left who may do everything."""
    other = user(tck)
    tck.refused(
        calls.delete_credential(_ROOT),
        neighbour=calls.delete_credential(user(tck)),
        untouched=lambda: user_there(tck, _ROOT, other),
    )


@pytest.mark.clause("list-cred-users/all")
def test_every_user_is_listed(tck: Case) -> None:
    """Those who are there, once each, and nobody who is gone."""
    first, gone, second = (user(tck) for _ in range(3))
    tck.ok(calls.delete_credential(gone))
    tck.expect(
        [1, 1, 1, 0],
        user_there(tck, _ROOT, first, second, gone),
        members=("root", "the first", "the second", "the one that was deleted"),
    )
