"""CreateAlias: what comes of it, aliases that cannot be, and those of what is gone."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.definitions import VALID
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.aliases._aliases import aliased, collection, owner, stand_for

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls


@pytest.mark.clause("create-alias/valid")
def test_an_alias_is_given(tck: Case) -> None:
    """The alias leads to its collection; the names of that one and of another lead where they did."""
    name, other, alias = collection(tck), collection(tck), tck.name()
    tck.accepted(
        calls.create_alias(name, alias),
        effect=lambda _: stand_for(tck, {alias: name, name: name, other: other, tck.name(): ""}),
    )


@pytest.mark.clause("create-alias/again")
def test_an_alias_is_given_again(tck: Case) -> None:
    """The same alias of the same collection is no fault, and there is one of it."""
    name, (alias,) = aliased(tck)
    tck.accepted(
        calls.create_alias(name, alias),
        effect=lambda _: stand_for(tck, {alias: name, name: name}) and _listed(tck, name, alias),
    )


def _listed(tck: Case, name: str, *aliases: str) -> Equality:
    return same(sorted(aliases), sorted(tck.ok(calls.describe_collection(name)).aliases), what="aliases")


@pytest.mark.clause("create-alias/taken")
def test_an_alias_of_another_collection(tck: Case) -> None:
    """An alias leads to one collection; it is not taken away from that."""
    name, (alias,) = aliased(tck)
    other = collection(tck)
    tck.refused(
        calls.create_alias(other, alias),
        neighbour=calls.create_alias(other, tck.name()),
        untouched=lambda: [owner(tck, alias), owner(tck, name), owner(tck, other)],
    )


@each_case({"create-alias/name-of-collection": {"another": True, "itself": False}})
def test_an_alias_is_no_name_of_a_collection(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """Names of collections and aliases are of one space."""
    name, other = collection(tck), collection(tck)
    tck.refused(
        calls.create_alias(name, other if given else name),
        neighbour=calls.create_alias(name, tck.name()),
        untouched=lambda: [owner(tck, name), owner(tck, other)],
    )


@pytest.mark.clause("create-alias/collection-unknown")
def test_an_alias_of_nothing(tck: Case) -> None:
    """What does not exist has no alias."""
    name, alias = collection(tck), tck.name()
    tck.refused(
        calls.create_alias(tck.name(), alias),
        neighbour=calls.create_alias(name, tck.name()),
        untouched=lambda: owner(tck, alias),
    )


_ALIASES: dict[str, dict[str, Callable[[Case], str]]] = {
    "create-alias/alias-empty": {"": lambda _: ""},
    "create-alias/alias-ill-formed": {
        "digit-first": lambda tck: tck.name(before="1"),
        "dash": lambda tck: tck.name(after="-x"),
        "unicode": lambda tck: tck.name(after="集合"),
        "256-bytes": lambda tck: tck.name().ljust(256, "x"),
    },
}


@each_case(_ALIASES)
def test_an_alias_that_is_no_name(tck: Case, given: Callable[[Case], str]) -> None:
    """An alias is formed as the name of a collection is."""
    name = collection(tck)
    tck.refused(
        calls.create_alias(name, given(tck)),
        neighbour=calls.create_alias(name, tck.name()),
        untouched=lambda: list(tck.ok(calls.describe_collection(name)).aliases),
    )


def _dropped(tck: Case) -> tuple[str, str]:
    """Create a collection with an alias and drop it; return both names."""
    name, (alias,) = aliased(tck)
    tck.ok(calls.drop_collection(name))
    return name, alias


def _stands_for(tck: Case, name: str, alias: str) -> Equality:
    return same(name, tck.ok(calls.describe_collection(alias)).schema.name, what="schema.name by the alias")


@pytest.mark.clause("create-alias/of-what-was-dropped")
def test_the_alias_is_free(tck: Case) -> None:
    """Nobody can drop an alias that stands for nothing, so it must not be taken."""
    _, alias = _dropped(tck)
    name = collection(tck)
    tck.accepted(calls.create_alias(name, alias), effect=lambda _: _stands_for(tck, name, alias))


@pytest.mark.clause("create-alias/of-what-came-again")
def test_the_alias_of_a_collection_that_came_again(tck: Case) -> None:
    """A program that drops its collection and makes it again comes to the same state each time."""
    name, alias = _dropped(tck)
    tck.ok(VALID(name))
    tck.accepted(calls.create_alias(name, alias), effect=lambda _: _stands_for(tck, name, alias))
