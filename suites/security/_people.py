"""Users and roles that a test makes, and what can be seen of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls

__all__ = ["OTHER_PASSWORD", "PASSWORD", "new_name", "role", "role_there", "user", "user_there"]

PASSWORD, OTHER_PASSWORD = "correct-horse", "battery-staple"


def new_name(tck: Case) -> str:
    """Return a fresh name that is short enough for a user: 32 bytes are the most."""
    parts = tck.name().split("_")
    return "_".join((*parts[:2], *parts[-2:]))


def user(tck: Case) -> str:
    """Create a user and return the name."""
    name = new_name(tck)
    tck.ok(calls.create_credential(name, PASSWORD))
    return name


@contextmanager
def role(tck: Case) -> Iterator[str]:
    """Create a role for a while: a server has room for ten of them."""
    name = new_name(tck)
    tck.ok(calls.create_role(name))
    try:
        yield name
    finally:
        tck.call(calls.drop_role(name))


def user_there(tck: Case, *names: str) -> list[int]:
    """Tell how often each of these users is listed."""
    listed = list(tck.ok(calls.list_cred_users()).usernames)
    return [listed.count(each) for each in names]


def role_there(tck: Case, *names: str) -> list[int]:
    """Tell how often each of these roles is told."""
    told = [each.role.name for each in tck.ok(calls.select_role()).results]
    return [told.count(each) for each in names]
