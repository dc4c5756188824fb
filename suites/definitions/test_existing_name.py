"""CreateCollection: a name that exists already."""

from typing import Any

import pytest
from milvus_tck.fixtures.definitions import DIM, VALID, Definition, define
from milvus_tck.fixtures.marks import each_clause

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.schema import int64_key, vector

_FIELDS = (int64_key(), vector("vec", DIM))
_OTHERS = {
    "create-collection/other-schema": define(int64_key(), vector("vec", 2 * DIM)),
    "create-collection/other-description": define(*_FIELDS, description="another"),
    "create-collection/other-shards": define(*_FIELDS, shards=2),
    "create-collection/other-consistency-level": define(*_FIELDS, level=m.ConsistencyLevel.Eventually),
    "create-collection/other-properties": define(*_FIELDS, properties={"collection.ttl.seconds": "3600"}),
    "create-collection/other-dynamic-flag": define(*_FIELDS, dynamic=True),
}


@each_clause(_OTHERS)
def test_another_definition_under_the_same_name(tck: Case, given: Definition) -> None:
    """Creating a collection under a name that exists with another definition fails and leaves it untouched."""
    name = tck.name()
    tck.ok(VALID(name))
    _judge(tck, given(name), name, neighbour=given(tck.name()))


@pytest.mark.clause("create-collection/partitions-added-since")
def test_the_same_definition_after_partitions_were_added(tck: Case) -> None:
    """The list of partitions is a part of the definition that a repeated creation is held against."""
    name = tck.name()
    tck.ok(VALID(name))
    tck.ok(calls.create_partition(name, "added"))
    _judge(tck, VALID(name), name, neighbour=VALID(tck.name()))


@pytest.mark.clause("create-collection/name-is-alias")
def test_the_name_of_an_alias(tck: Case) -> None:
    """A collection cannot take the name of an alias."""
    name, alias = tck.name(), tck.name()
    tck.ok(VALID(name))
    tck.ok(Call("CreateAlias", m.CreateAliasRequest(collection_name=name, alias=alias)))
    other = define(int64_key("key"), vector("vec", 2 * DIM))
    _judge(tck, other(alias), alias, neighbour=other(tck.name()))


def _judge(tck: Case, call: Call[m.Status], name: str, neighbour: Call[Any]) -> None:
    tck.refused(call, neighbour=neighbour, untouched=lambda: tck.look.definition(name))
