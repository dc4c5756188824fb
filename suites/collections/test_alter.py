"""AlterCollection: properties that are set and deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.definitions import DIM, define
from milvus_tck.fixtures.marks import each_clause

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.schema import int64_key, vector

_TTL, _MMAP = "collection.ttl.seconds", "mmap.enabled"


def _collection(tck: Case, **properties: str) -> str:
    name = tck.name()
    tck.ok(define(int64_key(), vector("vec", DIM), properties=properties)(name))
    return name


def _properties(tck: Case, name: str) -> list[str]:
    """Return the values of both properties; several values of one are told by commas, none is empty."""
    told = tck.ok(calls.describe_collection(name)).properties
    return [",".join(pair.value for pair in told if pair.key == key) for key in (_TTL, _MMAP)]


def _what_it_is(tck: Case, name: str) -> tuple[int, list[str]]:
    told = tck.ok(calls.describe_collection(name))
    return told.collectionID, [each.name for each in told.schema.fields]


@pytest.mark.clause("alter-collection/set")
def test_a_property_is_set(tck: Case) -> None:
    """The property comes, the other one, the fields and another collection stay."""
    name, other = _collection(tck, **{_MMAP: "false"}), _collection(tck, **{_MMAP: "false"})
    before = _what_it_is(tck, name)

    def is_set(_: object) -> Equality:
        told = [_properties(tck, each) for each in (name, other)]
        return same([["3600", "false"], ["", "false"]], told, members=("of the collection", "of another one")) and same(
            before, _what_it_is(tck, name), what="id and fields"
        )

    tck.accepted(calls.alter_collection(name, {_TTL: "3600"}), effect=is_set)


@pytest.mark.clause("alter-collection/replaced")
def test_a_property_is_set_again(tck: Case) -> None:
    """The last value holds, and stands there once."""
    name = _collection(tck, **{_TTL: "3600"})
    tck.ok(calls.alter_collection(name, {_TTL: "7200"}))
    tck.accepted(
        calls.alter_collection(name, {_TTL: "1800"}),
        effect=lambda _: same(["1800", ""], _properties(tck, name), members=("the time to live", "another property")),
    )


@pytest.mark.clause("alter-collection/deleted")
def test_a_property_is_deleted(tck: Case) -> None:
    """One goes, the other one stays."""
    name = _collection(tck, **{_TTL: "3600", _MMAP: "false"})
    tck.accepted(
        calls.alter_collection(name, delete=[_TTL]),
        effect=lambda _: same(["", "false"], _properties(tck, name), members=("the deleted one", "the other one")),
    )


_REFUSED: dict[str, Callable[[str], Call[Any]]] = {
    "alter-collection/nothing": calls.alter_collection,
    "alter-collection/ttl-not-a-number": lambda name: calls.alter_collection(name, {_TTL: "x"}),
    "alter-collection/set-and-delete": lambda name: calls.alter_collection(name, {_TTL: "60"}, [_MMAP]),
}


@each_clause(_REFUSED)
def test_nothing_is_altered(tck: Case, given: Callable[[str], Call[Any]]) -> None:
    """A request that is refused leaves the properties as they are."""
    name = _collection(tck, **{_TTL: "3600", _MMAP: "false"})
    tck.refused(
        given(name),
        neighbour=calls.alter_collection(name, {_TTL: "3600"}),
        untouched=lambda: _properties(tck, name),
    )


@pytest.mark.clause("alter-collection/collection-unknown")
def test_the_properties_of_nothing(tck: Case) -> None:
    """A collection does not come into being by its properties."""
    name, unknown = _collection(tck), tck.name()
    tck.refused(
        calls.alter_collection(unknown, {_TTL: "3600"}),
        neighbour=calls.alter_collection(name, {_TTL: "3600"}),
        untouched=lambda: tck.look.listing(unknown),
    )
