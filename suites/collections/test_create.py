"""CreateCollection and HasCollection: the clauses that everything else stands on."""

import pytest

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.messages import Status
from milvus_tck.wire.schema import int64_key, vector


@pytest.mark.clause("create-collection/valid")
def test_a_valid_definition_is_created(tck: Case) -> None:
    """A new collection with a valid definition is created, and is told apart from others and from none."""
    first, second, third = tck.name(), tck.name(), tck.name()

    def told_apart(_: Status) -> Equality:
        tck.ok(calls.create_collection(second, int64_key("key"), vector("vec", 16)))
        there = [tck.look.collection(name) for name in (first, second, third)]
        return same([True, True, False], there, members=("first is there", "second is there", "third is there"))

    tck.accepted(calls.create_collection(first, int64_key("id"), vector("vec", 8)), effect=told_apart)


@pytest.mark.clause("has-collection/existing")
def test_an_existing_collection(tck: Case) -> None:
    """HasCollection tells what exists from what does not."""
    name, missing = tck.name(), tck.name()
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", 8)))
    tck.accepted(
        calls.has_collection(name),
        effect=lambda answer: same(
            [True, False],
            [answer.value, tck.ok(calls.has_collection(missing)).value],
            members=("value", "value for a name of nothing"),
        ),
    )
