"""Definitions, names, users and roles after the server was killed twice."""

import pytest
from milvus_tck.fixtures.actions import found_keys, load
from milvus_tck.fixtures.people import OTHER_PASSWORD, PASSWORD, knows, user_there
from milvus_tck.fixtures.revived import Revived
from milvus_tck.fixtures.revived_names import (
    KeptAliases,
    KeptCollections,
    KeptDatabases,
    KeptDefinition,
    KeptGrants,
    KeptGroups,
    KeptName,
    KeptPartitions,
    KeptRoles,
    KeptUsers,
)
from milvus_tck.suites.durability._assertions import seen

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


@pytest.mark.clause("create-collection/after-kill")
def test_the_definition_stays(tck: Case, revived: Revived) -> None:
    """Every member of it, and the id and the time by which it is known."""
    part = revived.part(KeptDefinition)
    told = seen(lambda: KeptDefinition.told(tck, part.name))
    if isinstance(told, str):
        tck.judge(False, "the definition", told)
    else:
        tck.expect(part.before, told, members=part.members)


@pytest.mark.clause("drop-collection/after-kill", "drop-collection/after-kill-anew")
def test_what_was_dropped_stays_away(tck: Case, revived: Revived) -> None:
    """The collection, and its rows where another one has the name now."""
    part = revived.part(KeptCollections)
    tck.expect(False, seen(lambda: tck.look.collection(part.dropped)), of="drop-collection/after-kill")

    def looked() -> list[int]:
        load(tck, part.anew)
        return found_keys(tck, part.anew)

    tck.expect([2], seen(looked), of="drop-collection/after-kill-anew")


@pytest.mark.clause("rename-collection/after-kill")
def test_the_new_name_counts(tck: Case, revived: Revived) -> None:
    """There is a collection of the new name, and none of the old one."""
    part = revived.part(KeptName)
    tck.expect(
        [False, True],
        [seen(lambda: tck.look.collection(part.old)), seen(lambda: tck.look.collection(part.new))],
        members=("the old name", "the new name"),
    )


@pytest.mark.clause("create-partition/after-kill", "drop-partition/after-kill")
def test_the_partitions_that_are_there(tck: Case, revived: Revived) -> None:
    """With the rows that were put into them, and without those of partitions that were dropped."""
    part = revived.part(KeptPartitions)
    names = seen(lambda: tck.look.partitions(part.name))
    kept = [each in names for each in (part.kept, part.anew)]

    def rows_in(*partitions: str) -> list[int]:
        load(tck, part.name)
        return tck.look.keys(part.name, *partitions)

    tck.expect(
        [True, True, [1], [4]],
        [*kept, seen(lambda: rows_in(part.kept)), seen(lambda: rows_in(part.anew))],
        of="create-partition/after-kill",
        members=("one", "one made anew", "rows of the one", "rows of the one made anew"),
    )
    tck.expect(
        [False, [1, 4]],
        [part.dropped in names, seen(rows_in)],
        of="drop-partition/after-kill",
        members=("the one that was dropped", "all rows"),
    )


@pytest.mark.clause("create-alias/after-kill", "alter-alias/after-kill", "drop-alias/after-kill")
def test_what_the_aliases_stand_for(tck: Case, revived: Revived) -> None:
    """Each stands for the collection that it was given to last, and one that was dropped for none."""
    part = revived.part(KeptAliases)
    for of, alias, meant in (
        ("create-alias", part.kept, part.first),
        ("alter-alias", part.altered, part.second),
        ("drop-alias", part.dropped, None),
    ):
        tck.expect(meant, seen(lambda alias=alias: KeptAliases.meant(tck, alias)), of=f"{of}/after-kill")  # type: ignore[misc]


@pytest.mark.clause("create-database/after-kill", "drop-database/after-kill")
def test_the_databases_that_are_there(tck: Case, revived: Revived) -> None:
    """One with what is in it, and not the one that was dropped."""
    part = revived.part(KeptDatabases)
    kept, dropped = (seen(lambda name=name: KeptDatabases.listed(tck, name)) for name in (part.kept, part.dropped))  # type: ignore[misc]
    inside = seen(lambda: list(tck.ok(calls.show_collections().but(db_name=part.kept)).collection_names))
    tck.expect(
        [[1], [part.collection]], [kept, inside], of="create-database/after-kill", members=("listed", "what is in it")
    )
    there = seen(lambda: tck.told(calls.show_collections().but(db_name=part.dropped)) is not None)
    tck.expect(
        [[0], False], [dropped, there], of="drop-database/after-kill", members=("listed", "it is asked for collections")
    )


@pytest.mark.clause("create-credential/after-kill", "update-credential/after-kill", "delete-credential/after-kill")
def test_the_users_that_are_there(tck: Case, revived: Revived) -> None:
    """Each with the last password, and nobody who was deleted."""
    part = revived.part(KeptUsers)
    tck.expect(
        [[1], True],
        [seen(lambda: user_there(tck, part.kept)), knows(tck, part.kept, PASSWORD)],
        of="create-credential/after-kill",
        members=("listed", "the password counts"),
    )
    tck.expect(
        [False, True],
        [knows(tck, part.changed, each) for each in (PASSWORD, OTHER_PASSWORD)],
        of="update-credential/after-kill",
        members=("the old password counts", "the new password counts"),
    )
    tck.expect(
        [[0], False],
        [seen(lambda: user_there(tck, part.deleted)), knows(tck, part.deleted, PASSWORD)],
        of="delete-credential/after-kill",
        members=("listed", "the password counts"),
    )


@pytest.mark.clause("operate-user-role/after-kill", "create-role/after-kill", "drop-role/after-kill")
def test_the_roles_that_are_there(tck: Case, revived: Revived) -> None:
    """Users have the roles that they were given last, and there is no role that was dropped."""
    part = revived.part(KeptRoles)
    tck.expect([part.given], seen(lambda: KeptRoles.had(tck, part.user)), of="operate-user-role/after-kill")
    for of, role, there in (("create-role", part.taken, 1), ("drop-role", part.dropped, 0)):
        told = seen(lambda role=role: len(tck.ok(calls.select_role(role)).results))  # type: ignore[misc]
        tck.expect(there, told, of=f"{of}/after-kill")


@pytest.mark.clause("create-resource-group/after-kill", "drop-resource-group/after-kill")
def test_the_resource_groups_that_are_there(tck: Case, revived: Revived) -> None:
    """One that was created, and not the one that was dropped."""
    part = revived.part(KeptGroups)
    tck.expect([1], seen(lambda: KeptGroups.listed(tck, part.kept)), of="create-resource-group/after-kill")
    tck.expect(
        [[0], False],
        [
            seen(lambda: KeptGroups.listed(tck, part.dropped)),
            seen(lambda: tck.told(calls.describe_resource_group(part.dropped)) is not None),
        ],
        of="drop-resource-group/after-kill",
        members=("listed", "described"),
    )


@pytest.mark.clause("operate-privilege/after-kill")
def test_the_privileges_that_are_granted(tck: Case, revived: Revived) -> None:
    """Those that were granted, and none that was revoked."""
    part = revived.part(KeptGrants)
    tck.expect([part.granted], seen(lambda: KeptGrants.told(tck, part.role)))
