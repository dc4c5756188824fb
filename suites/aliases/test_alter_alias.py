"""AlterAlias: an alias leads to another collection."""

import pytest
from milvus_tck.suites.aliases._aliases import aliased, collection, owner, stand_for

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls


def _aliases(tck: Case, name: str) -> list[str]:
    return sorted(tck.ok(calls.describe_collection(name)).aliases)


@pytest.mark.clause("alter-alias/valid")
def test_an_alias_is_altered(tck: Case) -> None:
    """The alias leads to the other collection alone; another alias stays where it is."""
    name, (alias, stays) = aliased(tck, 2)
    other = collection(tck)
    tck.accepted(
        calls.alter_alias(other, alias),
        effect=lambda _: (
            stand_for(tck, {alias: other, stays: name, name: name, other: other})
            and same(
                [[stays], [alias]],
                [_aliases(tck, name), _aliases(tck, other)],
                members=("aliases of the first collection", "aliases of the other one"),
            )
        ),
    )


@pytest.mark.clause("alter-alias/same")
def test_an_alias_is_altered_to_what_it_is(tck: Case) -> None:
    """Nothing changes, and the collection has the alias once."""
    name, (alias,) = aliased(tck)
    tck.accepted(
        calls.alter_alias(name, alias),
        effect=lambda _: (
            stand_for(tck, {alias: name, name: name}) and same([alias], _aliases(tck, name), what="aliases")
        ),
    )


@pytest.mark.clause("alter-alias/alias-unknown")
def test_no_alias_is_altered(tck: Case) -> None:
    """An alias is created by CreateAlias alone."""
    name, (alias,) = aliased(tck)
    other, unknown = collection(tck), tck.name()
    tck.refused(
        calls.alter_alias(name, unknown),
        neighbour=calls.alter_alias(other, alias),
        untouched=lambda: [owner(tck, unknown), owner(tck, name)],
    )


@pytest.mark.clause("alter-alias/collection-unknown")
def test_an_alias_is_altered_to_nothing(tck: Case) -> None:
    """An alias never leads to what does not exist."""
    name, (alias,) = aliased(tck)
    other = collection(tck)
    tck.refused(
        calls.alter_alias(tck.name(), alias),
        neighbour=calls.alter_alias(other, alias),
        untouched=lambda: [owner(tck, alias), owner(tck, name)],
    )
