"""DropAlias: an alias goes, and its collection stays."""

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.aliases._aliases import aliased, stand_for

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


@pytest.mark.clause("drop-alias/valid")
def test_an_alias_is_dropped(tck: Case) -> None:
    """The one alias leads nowhere any more, the other one and the name do."""
    name, (alias, stays) = aliased(tck, 2)
    tck.accepted(calls.drop_alias(alias), effect=lambda _: stand_for(tck, {alias: "", stays: name, name: name}))


@each_case({"drop-alias/unknown": {"never": False, "dropped": True}})
def test_no_alias_is_dropped(tck: Case, given: bool) -> None:  # noqa: FBT001 - of a table
    """What is not there may be dropped; what is there stays."""
    name, (alias, stays) = aliased(tck, 2)
    gone = alias if given else tck.name()
    tck.ok(calls.drop_alias(alias))
    tck.accepted(calls.drop_alias(gone), effect=lambda _: stand_for(tck, {gone: "", stays: name, name: name}))


@pytest.mark.clause("drop-alias/name-of-collection")
def test_a_collection_is_no_alias(tck: Case) -> None:
    """A collection does not go by DropAlias."""
    name, (alias,) = aliased(tck)
    tck.accepted(calls.drop_alias(name), effect=lambda _: stand_for(tck, {alias: name, name: name}))
