"""What the RPCs of collections make of an alias."""

import pytest
from milvus_tck.fixtures.definitions import VALID

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call


def _aliased(tck: Case) -> tuple[str, str]:
    """Create a collection with an alias, and another collection after it; return name and alias."""
    name, alias = tck.name(), tck.name()
    tck.ok(VALID(name))
    tck.ok(Call("CreateAlias", m.CreateAliasRequest(collection_name=name, alias=alias)))
    tck.ok(VALID(tck.name()))
    return name, alias


def _has(tck: Case, name: str) -> bool:
    return tck.look.collection(name)


@pytest.mark.clause("has-collection/alias")
def test_an_alias_is_there(tck: Case) -> None:
    """An alias counts as a collection that exists; a name that is none does not."""
    _, alias = _aliased(tck)
    tck.expect([True, False], [_has(tck, alias), _has(tck, tck.name())], members=("the alias", "a name of nothing"))


@pytest.mark.clause("describe-collection/alias-name", "describe-collection/aliases")
def test_an_alias_is_described(tck: Case) -> None:
    """A description by alias shows both names, and lists the alias."""
    name, alias = _aliased(tck)
    by_alias = tck.ok(calls.describe_collection(alias))
    tck.expect(
        [alias, name],
        [by_alias.collection_name, by_alias.schema.name],
        of="describe-collection/alias-name",
        members=("collection_name", "schema.name"),
    )
    by_name = tck.ok(calls.describe_collection(name))
    tck.expect(
        [[alias], [alias]],
        [list(by_alias.aliases), list(by_name.aliases)],
        of="describe-collection/aliases",
        members=("aliases by alias", "aliases by name"),
    )


@pytest.mark.clause("drop-collection/alias")
def test_a_collection_is_not_dropped_by_alias(tck: Case) -> None:
    """Dropping by alias fails and drops nothing."""
    name, alias = _aliased(tck)
    other = tck.name()
    tck.ok(VALID(other))
    tck.refused(
        calls.drop_collection(alias),
        neighbour=calls.drop_collection(other),
        untouched=lambda: [_has(tck, name), _has(tck, alias)],
    )


@pytest.mark.clause("drop-collection/has-alias")
def test_a_collection_with_an_alias(tck: Case) -> None:
    """Up to 2.4 the alias vanishes with its collection; later the collection cannot be dropped."""
    name, alias = _aliased(tck)
    other = tck.name()
    tck.ok(VALID(other))
    tck.answers(
        calls.drop_collection(name),
        effect=lambda _: same(
            [False, False, True],
            [_has(tck, name), _has(tck, alias), _has(tck, other)],
            members=("name is there", "alias is there", "other is there"),
        ),
        neighbour=calls.drop_collection(other),
        untouched=lambda: [_has(tck, name), _has(tck, alias)],
    )
