"""CreateCollection: the same once more."""

import pytest
from milvus_tck.fixtures.definitions import VALID
from milvus_tck.fixtures.small_collections import SmallCollection

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same

_OWN = ("is there", "is defined otherwise than another collection")


@pytest.mark.clause("create-collection/same-definition")
def test_the_same_definition_again(tck: Case, unindexed: SmallCollection) -> None:
    """Creating a collection again with the identical definition succeeds and changes nothing."""
    name = tck.name()
    tck.ok(VALID(name))
    before = tck.look.definition(name)
    others = tck.look.definition(unindexed.name)
    tck.accepted(
        VALID(name),
        effect=lambda _: (
            same(before, tck.look.definition(name), what="definition")
            and same((True, True), (tck.look.collection(name), before != others), members=_OWN)
        ),
    )
