"""CreateCollection: what may be defined, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.definitions import DIM, VALID, Definition, define
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import FIELDS, SmallCollection
from milvus_tck.suites.definitions._definitions import ACCEPTED, REFUSED_OR_ACCEPTED

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector

_LONGEST = 255


def _listed(tck: Case, name: str) -> bool:
    return tck.look.listing(name)


def _as_defined(tck: Case, call: Call[m.Status]) -> Equality:
    """Tell whether a collection is described as it was defined.

    Fields are looked at always; shards, consistency level and partition key by the clauses that are about them.
    """
    request: Any = call.request
    answer = tck.ok(calls.describe_collection(request.collection_name))
    wanted = m.CollectionSchema.FromString(request.schema)
    about = tck.clause().id.partition("/")[2]
    found = same(
        list(map(_told, wanted.fields)), list(map(_told, answer.schema.fields)), what="fields", signature="fields"
    )
    if about.startswith("shards"):
        shards = max(request.shards_num, 1)
        return same(shards, answer.shards_num, what="shards_num", signature="shards") and found
    if about.startswith("consistency"):
        level = request.consistency_level
        return same(level, answer.consistency_level, what="consistency_level", signature="consistency-level") and found
    if about == "partition-key":
        keys = _partition_keys(wanted), _partition_keys(answer.schema)
        return same(*keys, what="partition key", signature="partition-key") and found
    return found


def _partition_keys(schema: m.CollectionSchema) -> list[str]:
    return [each.name for each in schema.fields if each.is_partition_key]


def _told(schema: m.FieldSchema) -> dict[str, object]:
    told = {each: getattr(schema, each) for each in ("name", "data_type", "autoID")}
    return {**told, "type_params": _params(schema)}


def _params(schema: m.FieldSchema) -> dict[str, str]:
    return {pair.key: pair.value for pair in schema.type_params}


@each_case(ACCEPTED)
def test_a_definition_within_the_rules(tck: Case, unindexed: SmallCollection, given: Definition) -> None:
    """A definition within the rules is accepted, and described as it was given."""
    call = given(tck.name())
    tck.accepted(call, effect=lambda _: _as_defined(tck, call) and _apart(tck, unindexed))


def _apart(tck: Case, other: SmallCollection) -> Equality:
    """Look whether another collection is described as it was defined: a server may describe them all alike."""
    described = tck.ok(calls.describe_collection(other.name)).schema.fields
    return same(list(map(_told, FIELDS)), list(map(_told, described)), what="fields of the other collection")


@each_case(REFUSED_OR_ACCEPTED)
def test_a_definition_at_a_rule(tck: Case, unindexed: SmallCollection, given: Definition) -> None:
    """A definition that breaks a rule is refused and creates nothing; where the rule is younger, it is accepted."""
    _judge(tck, unindexed, given, tck.name())


_NAMES: dict[str, dict[str, Callable[[Case], str]]] = {
    "create-collection/name-well-formed": {
        "255-bytes": lambda tck: tck.name().ljust(_LONGEST, "x"),
        "underscore-first": lambda tck: tck.name(before="_"),
        "upper-case": lambda tck: tck.name(before="A_", after="_Z"),
    },
    "create-collection/name-ill-formed": {
        "digit-first": lambda tck: tck.name(before="1"),
        "dash": lambda tck: tck.name(after="-x"),
        "blank": lambda tck: tck.name(after=" x"),
        "dollar": lambda tck: tck.name(after="$x"),
        "dot": lambda tck: tck.name(after=".x"),
        "slash": lambda tck: tck.name(after="/x"),
        "unicode": lambda tck: tck.name(after="集合"),
        "256-bytes": lambda tck: tck.name().ljust(_LONGEST + 1, "x"),
    },
}


@each_case(_NAMES)
def test_a_name_at_a_rule(tck: Case, unindexed: SmallCollection, given: Callable[[Case], str]) -> None:
    """A name is a letter or underscore and then letters, digits and underscores, 255 bytes at most."""
    _judge(tck, unindexed, VALID, given(tck))


@pytest.mark.clause("create-collection/name-empty")
def test_no_name(tck: Case, unindexed: SmallCollection) -> None:
    """A collection has to have a name."""
    _judge(tck, unindexed, VALID, "")


@pytest.mark.clause("create-collection/name-with-blanks")
def test_a_name_with_blanks_around_it(tck: Case, unindexed: SmallCollection) -> None:
    """Blanks around a name are left out when its form is looked at, up to 2.4."""
    _judge(tck, unindexed, VALID, tck.name(before=" "))


def _judge(tck: Case, other: SmallCollection, definition: Definition, name: str) -> None:
    tck.answers(
        definition(name),
        effect=lambda _: same(
            (True, True),
            (_listed(tck, name), _listed(tck, other.name)),
            members=("is listed", "another collection is listed"),
        ),
        neighbour=VALID(tck.name()),
        untouched=lambda: _listed(tck, name),
    )


@pytest.mark.clause("create-collection/num-partitions")
def test_as_many_partitions_as_asked_for(tck: Case) -> None:
    """A collection with a partition key has as many partitions as num_partitions says."""
    name = tck.name()
    wanted = 7
    create = define(int64_key(), vector("vec", DIM), field("k", DataType.Int64, partition_key=True))
    tck.accepted(
        create(name).but(num_partitions=wanted),
        effect=lambda _: same(
            wanted, len(tck.ok(calls.show_partitions(name)).partition_names), what="number of partitions"
        ),
    )
