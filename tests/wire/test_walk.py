"""The walk: every member of every message, in order, and every type once."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.walk import is_map, kinds, members


def _names(message: m.FlushResponse | m.CollectionSchema, *, maps: bool = True) -> list[str]:
    return [f"{holder.DESCRIPTOR.name}.{member.name}" for holder, member, _ in members(message, maps=maps)]


def test_members_come_in_order() -> None:
    """What is within a member comes before the member behind it; what holds nothing is no stop on the way."""
    schema = m.CollectionSchema(name="c", enable_dynamic_field=True)
    schema.fields.add(name="a", type_params=[m.KeyValuePair(key="dim", value="4")])
    schema.fields.add(name="b")
    assert _names(schema) == [
        "CollectionSchema.name", "CollectionSchema.fields", "FieldSchema.name", "FieldSchema.type_params",
        "KeyValuePair.key", "KeyValuePair.value", "FieldSchema.name", "CollectionSchema.enable_dynamic_field",
    ]  # fmt: skip


def test_values_of_maps_are_walked_where_that_is_asked() -> None:
    """A map comes as a whole; the messages in it do, too, unless they are left out."""
    sealed = m.FlushResponse()
    sealed.coll_segIDs["c"].data.append(1)
    sealed.coll_flush_ts["c"] = 7
    whole = ["FlushResponse.coll_segIDs", "FlushResponse.coll_flush_ts"]
    assert sorted(_names(sealed)) == sorted([*whole, "LongArray.data"])
    assert sorted(_names(sealed, maps=False)) == sorted(whole)
    assert {member.name for member in m.FlushResponse.DESCRIPTOR.fields if is_map(member)} >= {"coll_segIDs"}


def test_a_walk_may_change_what_it_finds() -> None:
    """Whoever writes into a member does not disturb the walk."""
    schema = m.CollectionSchema(name="c")
    schema.fields.add(name="a")
    for holder, member, _ in members(schema):
        if member.name == "name":
            setattr(holder, "name", "x")  # noqa: B010 - of any message
    assert (schema.name, schema.fields[0].name) == ("x", "x")


def test_each_type_comes_once() -> None:
    """A type that holds itself ends the walk as well."""
    found = [kind.full_name.removeprefix("milvus.proto.") for kind in kinds(m.SearchRequest.DESCRIPTOR)]
    assert len(found) == len(set(found))
    assert {"milvus.SearchRequest", "common.KeyValuePair", "common.MsgBase"} <= set(found)
