"""Collections, aliases and databases of the model."""

import pytest
from milvus_tck.fixtures.definitions import VALID

from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector
from tests.model.driven import Driven


def _alias(rpc: str, alias: str, collection: str = "a") -> Call[m.Status]:
    kinds = {"CreateAlias": m.CreateAliasRequest, "AlterAlias": m.AlterAliasRequest}
    if rpc == "DropAlias":
        return Call(rpc, m.DropAliasRequest(alias=alias))
    return Call(rpc, kinds[rpc](alias=alias, collection_name=collection))


def test_a_collection_is_there_until_it_is_dropped() -> None:
    """HasCollection is true from CreateCollection to DropCollection, and dropping again succeeds."""
    model = Driven()
    seen = [model.ok(calls.has_collection("a")).value]
    model.ok(VALID("a"))
    seen.append(model.ok(calls.has_collection("a")).value)
    for _ in range(2):
        model.ok(calls.drop_collection("a"))
        seen.append(model.ok(calls.has_collection("a")).value)
    assert seen == [False, True, False, False]


def test_a_name_that_was_dropped_is_free() -> None:
    """A collection that was dropped can be created again with another definition, and is a new one with a new id."""
    model = Driven()
    model.ok(VALID("a"))
    first = model.ok(calls.describe_collection("a"))
    model.ok(calls.drop_collection("a"))
    model.ok(calls.create_collection("a", int64_key("other"), vector("vec", 2)))
    second = model.ok(calls.describe_collection("a"))
    assert [each.name for each in second.schema.fields] == ["other", "vec"]
    assert second.collectionID != first.collectionID
    assert second.created_timestamp > first.created_timestamp


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"description": "x"}, "other-description"),
        ({"shards": 2}, "other-shards"),
        ({"dynamic": True}, "other-dynamic-flag"),
        ({"level": m.ConsistencyLevel.Eventually}, "other-consistency-level"),
        ({"properties": {"collection.ttl.seconds": "9"}}, "other-properties"),
    ],
)
def test_another_definition_is_refused(change: dict[str, object], rule: str) -> None:
    """Creating a collection under a name that exists with another definition fails; the identical one succeeds."""
    model = Driven()
    model.ok(VALID("a"))
    model.ok(VALID("a"))
    fields = (int64_key(), vector("vec", 8))
    assert model.refused_by(calls.create_collection("a", *fields, **change)) == f"create-collection/{rule}"  # type: ignore[arg-type]
    assert model.refused_by(calls.create_collection("a", int64_key(), vector("vec", 16))).endswith("/other-schema")


@pytest.mark.parametrize(("line", "most"), [("2.3", 64), ("2.6", 64), ("3.0", 256)])
def test_the_number_of_fields(line: str, most: int) -> None:
    """A collection may have as many fields as the limit of its line says, and not one more."""
    further = [field(f"f{number}", DataType.Int64) for number in range(most - 1)]
    fields = (int64_key(), vector("vec", 8))
    assert not Driven(line).refused_by(calls.create_collection("a", *fields, *further[:-1]))
    assert Driven(line).refused_by(calls.create_collection("a", *fields, *further)) != ""


def test_one_dimension_is_allowed_as_long_as_it_was() -> None:
    """A float vector's dim of 1 is refused from 2.4 on."""
    call = calls.create_collection("a", int64_key(), vector("vec", 1))
    assert [Driven(line).refused_by(call) for line in ("2.3", "2.4")] == ["", "create-collection/dim-one"]


def test_an_alias_is_the_collection() -> None:
    """A collection answers to its aliases; one that is moved is that of the other collection."""
    model = Driven()
    model.ok(VALID("a"))
    model.ok(calls.create_collection("b", int64_key("key"), vector("vec", 8)))
    model.ok(_alias("CreateAlias", "x"))
    assert model.ok(calls.describe_collection("x")).schema.name == "a"
    assert list(model.ok(calls.describe_collection("a")).aliases) == ["x"]
    model.ok(_alias("AlterAlias", "x", "b"))
    assert model.ok(calls.describe_collection("x")).schema.name == "b"
    assert list(model.ok(calls.describe_collection("a")).aliases) == []
    model.ok(_alias("DropAlias", "x"))
    assert not model.ok(calls.has_collection("x")).value


def test_names_of_aliases_and_collections_are_one_space() -> None:
    """An alias cannot take the name of a collection or of another's alias, nor a collection that of an alias."""
    model = Driven()
    model.ok(VALID("a"))
    model.ok(VALID("b"))
    model.ok(_alias("CreateAlias", "x"))
    model.ok(_alias("CreateAlias", "x"))
    assert model.refused_by(_alias("CreateAlias", "b")) == "create-alias/name-of-collection"
    assert model.refused_by(_alias("CreateAlias", "x", "b")) == "create-alias/taken"
    assert model.refused_by(_alias("AlterAlias", "y")) == "alter-alias/alias-unknown"
    assert model.refused_by(VALID("x")) == "create-collection/name-is-alias"


@pytest.mark.parametrize(("line", "rule"), [("2.5.4", ""), ("2.5.5", "drop-collection/has-alias")])
def test_a_collection_with_an_alias_is_dropped_or_not(line: str, rule: str) -> None:
    """Either a collection that has an alias cannot be dropped, or its alias is free afterwards."""
    model = Driven(line)
    model.ok(VALID("a"))
    model.ok(_alias("CreateAlias", "x"))
    assert model.refused_by(calls.drop_collection("a")) == rule
    if not rule:
        model.ok(calls.drop_collection("a"))
        model.ok(VALID("a"))
        model.ok(VALID("x"))


def test_databases_are_spaces_of_names() -> None:
    """A collection of one database is none of another; a database that holds one cannot be dropped."""
    model = Driven()
    model.ok(Call("CreateDatabase", m.CreateDatabaseRequest(db_name="d")))
    model.ok(VALID("a").but(db_name="d"))
    assert [model.ok(calls.has_collection("a").but(db_name=name)).value for name in ("", "d")] == [False, True]
    drop: Call[m.Status] = Call("DropDatabase", m.DropDatabaseRequest(db_name="d"))
    assert model.refused_by(drop) == "drop-database/not-empty"
    model.ok(calls.drop_collection("a").but(db_name="d"))
    model.ok(drop)
    assert model.refused_by(VALID("a").but(db_name="d")) == "create-collection/database-unknown"
