"""CreateAlias: aliases of what is gone."""

import pytest
from milvus_tck.fixtures.definitions import VALID

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls


def _dropped(tck: Case) -> tuple[str, str]:
    """Create a collection with an alias and drop it; return both names."""
    name, alias = tck.name(), tck.name()
    tck.ok(VALID(name))
    tck.ok(calls.create_alias(name, alias))
    tck.ok(calls.drop_collection(name))
    return name, alias


def _stands_for(tck: Case, name: str, alias: str) -> Equality:
    return same(name, tck.ok(calls.describe_collection(alias)).schema.name, what="schema.name by the alias")


@pytest.mark.clause("create-alias/of-what-was-dropped")
def test_the_alias_is_free(tck: Case) -> None:
    """Nobody can drop an alias that stands for nothing, so it must not be taken."""
    _, alias = _dropped(tck)
    name = tck.name()
    tck.ok(VALID(name))
    tck.accepted(calls.create_alias(name, alias), effect=lambda _: _stands_for(tck, name, alias))


@pytest.mark.clause("create-alias/of-what-came-again")
def test_the_alias_of_a_collection_that_came_again(tck: Case) -> None:
    """A program that drops its collection and makes it again comes to the same state each time."""
    name, alias = _dropped(tck)
    tck.ok(VALID(name))
    tck.accepted(calls.create_alias(name, alias), effect=lambda _: _stands_for(tck, name, alias))
