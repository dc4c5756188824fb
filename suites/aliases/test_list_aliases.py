"""ListAliases: the aliases of a collection, or of all."""

import pytest
from milvus_tck.suites.aliases._aliases import aliased, collection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


def _listed(tck: Case, name: str = "") -> list[str]:
    return sorted(tck.ok(calls.list_aliases(name)).aliases)


@pytest.mark.clause("list-aliases/of-collection")
def test_the_aliases_of_a_collection(tck: Case) -> None:
    """Each collection has its own, and an altered alias is listed where it leads to."""
    name, (first, second, moved) = aliased(tck, 3)
    other, (third,) = aliased(tck)
    tck.ok(calls.alter_alias(other, moved))
    tck.expect(
        [sorted([first, second]), sorted([third, moved])],
        [_listed(tck, name), _listed(tck, other)],
        members=("aliases of the collection", "aliases of another one"),
    )


@pytest.mark.clause("list-aliases/none")
def test_no_aliases(tck: Case) -> None:
    """A collection without aliases, and one that has none left."""
    name, (alias,) = aliased(tck)
    plain, before = collection(tck), _listed(tck, name)
    tck.ok(calls.drop_alias(alias))
    tck.expect(
        [[alias], [], []],
        [before, _listed(tck, name), _listed(tck, plain)],
        members=("before DropAlias", "after DropAlias", "of a collection that never had one"),
    )


@pytest.mark.clause("list-aliases/all")
def test_the_aliases_of_all_collections(tck: Case) -> None:
    """Aliases of either collection are listed, once each; one that was dropped is not."""
    _, mine = aliased(tck, 2)
    _, others = aliased(tck)
    _, (gone,) = aliased(tck)
    tck.ok(calls.drop_alias(gone))
    looked_for = {*mine, *others, gone}
    tck.expect(sorted([*mine, *others]), [each for each in _listed(tck) if each in looked_for])


@pytest.mark.clause("list-aliases/collection-unknown")
def test_the_aliases_of_nothing(tck: Case) -> None:
    """A collection that does not exist is not found."""
    name, _ = aliased(tck)
    unknown = tck.name()
    tck.refused(
        calls.list_aliases(unknown),
        neighbour=calls.list_aliases(name),
        untouched=lambda: [tck.look.listing(unknown), tck.look.listing(name)],
    )
