"""CreateIndex: what an index is called."""

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import FIELDS, SmallCollection
from milvus_tck.suites.indexes._descriptions import indexes

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import Status

_LONGEST = 255


def _named(collection: str, name: str) -> Call[Status]:
    return calls.create_index(collection, "vec", "FLAT", "L2", {}, name=name)


@pytest.mark.clause("create-index/name-kept")
def test_the_name_that_was_given(tck: Case) -> None:
    """An index has the name that it was given, in each collection its own."""
    first, second = tck.name(), tck.name()
    for name in (first, second):
        tck.ok(calls.create_collection(name, *FIELDS))

    def kept(_: Status) -> Equality:
        tck.ok(_named(second, "another"))
        return same(
            [["the_first"], ["another"]],
            [_names(tck, name) for name in (first, second)],
            members=("index names", "index names of the other collection"),
        )

    tck.accepted(_named(first, "the_first"), effect=kept)


def _names(tck: Case, collection: str) -> list[str]:
    return [each.name for each in indexes(tck, collection).values()]


_NAMES = {
    "create-index/name-well-formed": {
        "255-bytes": "x" * _LONGEST,
        "underscore-first": "_x",
        "upper-case": "An_Index_9",
    },
    "create-index/name-ill-formed": {
        "digit-first": "1x",
        "dash": "a-b",
        "blank": "a b",
        "dollar": "a$b",
        "dot": "a.b",
        "unicode": "索引",
        "256-bytes": "x" * (_LONGEST + 1),
    },
    "create-index/name-with-brackets": {"": "a[0]"},
}


@each_case(_NAMES)
def test_the_form_of_a_name(tck: Case, unindexed: SmallCollection, given: str) -> None:
    """A name begins with a letter or underscore, holds letters, digits and underscores, and fits in 255 bytes."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    tck.answers(
        _named(name, given),
        effect=lambda _: (
            same([given], _names(tck, name), what="index names")
            and same({}, indexes(tck, unindexed.name), what="indexes of the other collection")
        ),
        neighbour=_named(name, "well_formed"),
        untouched=lambda: tck.look.index(name),
    )
