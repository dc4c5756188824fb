"""RenameCollection: one name goes, another comes, and the collection is what it was."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.actions import load
from milvus_tck.fixtures.definitions import VALID
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.partitioned import found, parted

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls


def _collection(tck: Case) -> str:
    name = tck.name()
    tck.ok(VALID(name))
    return name


def _there(tck: Case, *names: str) -> list[bool]:
    return [tck.look.collection(each) for each in names]


def _what_it_is(tck: Case, name: str) -> tuple[int, list[str]]:
    """Return the id of a collection and the names of its fields."""
    told = tck.ok(calls.describe_collection(name))
    return told.collectionID, [each.name for each in told.schema.fields]


@pytest.mark.clause("rename-collection/valid")
def test_a_collection_is_renamed(tck: Case) -> None:
    """It goes by the new name alone; another collection is not touched."""
    name, other, new = _collection(tck), _collection(tck), tck.name()
    before = _what_it_is(tck, name)

    def renamed(_: object) -> Equality:
        names = same([False, True, True], _there(tck, name, new, other), members=("old name", "new name", "another"))
        schema = tck.ok(calls.describe_collection(new)).schema.name
        return (
            names
            and same(before, _what_it_is(tck, new), what="id and fields")
            and same(new, schema, what="schema.name")
        )

    tck.accepted(calls.rename_collection(name, new), effect=renamed)


@pytest.mark.clause("rename-collection/back")
def test_a_collection_is_renamed_back(tck: Case) -> None:
    """A name that was given up is free."""
    name, new = _collection(tck), tck.name()
    before = _what_it_is(tck, name)
    tck.ok(calls.rename_collection(name, new))
    tck.accepted(
        calls.rename_collection(new, name),
        effect=lambda _: (
            same([True, False], _there(tck, name, new), members=("the first name", "the other name"))
            and same(before, _what_it_is(tck, name), what="id and fields")
        ),
    )


@pytest.mark.clause("rename-collection/rows")
def test_the_rows_of_a_renamed_collection(tck: Case) -> None:
    """What is loaded stays loaded, under the new name."""
    stage, new = parted(tck), tck.name()
    load(tck, stage.name)
    tck.accepted(
        calls.rename_collection(stage.name, new),
        effect=lambda _: same(stage.of(), found(tck, new), what="rows found"),
    )


@pytest.mark.clause("rename-collection/alias-stays")
def test_the_alias_of_a_renamed_collection(tck: Case) -> None:
    """An alias leads to the collection, not to its name."""
    name, new, alias = _collection(tck), tck.name(), tck.name()
    tck.ok(calls.create_alias(name, alias))
    before = _what_it_is(tck, name)
    tck.accepted(
        calls.rename_collection(name, new),
        effect=lambda _: (
            same(before, _what_it_is(tck, alias), what="id and fields by the alias")
            and same(new, tck.ok(calls.describe_collection(alias)).schema.name, what="schema.name by the alias")
        ),
    )


@pytest.mark.clause("rename-collection/collection-unknown")
def test_nothing_is_renamed(tck: Case) -> None:
    """What is not there has no name to be changed."""
    name, new, unknown = _collection(tck), tck.name(), tck.name()
    tck.refused(
        calls.rename_collection(unknown, new),
        neighbour=calls.rename_collection(name, tck.name()),
        untouched=lambda: _there(tck, unknown, new, name),
    )


@each_case({"rename-collection/name-taken": {"another": True, "its-own": False}})
def test_a_name_that_is_taken(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """Two collections never have one name."""
    name, other = _collection(tck), _collection(tck)
    tck.refused(
        calls.rename_collection(name, other if given else name),
        neighbour=calls.rename_collection(name, tck.name()),
        untouched=lambda: [_what_it_is(tck, each) for each in (name, other)],
    )


@pytest.mark.clause("rename-collection/name-is-alias")
def test_a_name_that_is_an_alias(tck: Case) -> None:
    """Names of collections and aliases are of one space."""
    name, other, alias = _collection(tck), _collection(tck), tck.name()
    tck.ok(calls.create_alias(other, alias))
    tck.refused(
        calls.rename_collection(name, alias),
        neighbour=calls.rename_collection(name, tck.name()),
        untouched=lambda: [_what_it_is(tck, each) for each in (name, other, alias)],
    )


@pytest.mark.clause("rename-collection/by-alias")
def test_a_collection_is_not_renamed_by_alias(tck: Case) -> None:
    """An alias is altered, not renamed."""
    name, alias, new = _collection(tck), tck.name(), tck.name()
    tck.ok(calls.create_alias(name, alias))
    tck.refused(
        calls.rename_collection(alias, new),
        neighbour=calls.rename_collection(_collection(tck), tck.name()),
        untouched=lambda: _there(tck, name, alias, new),
    )


_NAMES: dict[str, dict[str, Callable[[Case], str]]] = {
    "rename-collection/name-empty": {"": lambda _: ""},
    "rename-collection/name-ill-formed": {
        "digit-first": lambda tck: tck.name(before="1"),
        "dash": lambda tck: tck.name(after="-x"),
        "256-bytes": lambda tck: tck.name().ljust(256, "x"),
    },
}


@each_case(_NAMES)
def test_a_name_that_is_none(tck: Case, given: Callable[[Case], str]) -> None:
    """A new name is formed as any other."""
    name, new = _collection(tck), given(tck)
    tck.refused(
        calls.rename_collection(name, new),
        neighbour=calls.rename_collection(name, tck.name()),
        untouched=lambda: _there(tck, name),
    )
