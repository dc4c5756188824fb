"""Calls, and deriving wrong ones from a valid one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call, key_values

_TEXT = st.text(max_size=8)


def _valid() -> Call[m.Status]:
    request = m.CreateIndexRequest(
        collection_name="c", field_name="f", extra_params=key_values({"index_type": "FLAT", "metric_type": "L2"})
    )
    return Call("CreateIndex", request)


@given(st.dictionaries(_TEXT, _TEXT))
def test_key_values_say_what_the_mapping_says(values: dict[str, str]) -> None:
    """Options travel as pairs of key and value, in the order in which they were given."""
    assert [(pair.key, pair.value) for pair in key_values(values)] == list(values.items())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"field_name": "g"}, m.CreateIndexRequest(collection_name="c", field_name="g")),
        ({"field_name": ""}, m.CreateIndexRequest(collection_name="c")),
        (
            {"field_name": "g", "index_name": "i"},
            m.CreateIndexRequest(collection_name="c", field_name="g", index_name="i"),
        ),
    ],
)
def test_fields_are_replaced(fields: dict[str, str], expected: m.CreateIndexRequest) -> None:
    """Another call differs in the fields that are named, and in nothing else."""
    valid = _valid().but(extra_params=[])
    assert valid.but(**fields) == Call("CreateIndex", expected)


def test_the_original_stays_as_it_was() -> None:
    """Deriving a call changes neither the one it comes from nor any other derived one."""
    valid = _valid()
    derived = valid.but(collection_name="d", extra_params=[])
    other = valid.but_params("extra_params", metric_type="IP")
    assert valid == _valid()
    assert other.but(extra_params=[]) != derived
    assert derived.request is not valid.request


def test_lists_are_replaced_not_extended() -> None:
    """A list that is given stands in the place of the old one."""
    call: Call[m.FlushResponse] = Call("Flush", m.FlushRequest(collection_names=["a", "b"]))
    assert call.but(collection_names=["c"]).request == m.FlushRequest(collection_names=["c"])


def test_messages_are_taken_whole() -> None:
    """A message that is given replaces the old one; an empty one is present all the same."""
    call: Call[m.BoolResponse] = Call("HasCollection", m.HasCollectionRequest(base=m.MsgBase(msgID=7, sourceID=3)))
    other = call.but(base=m.MsgBase(msgID=8)).request
    assert other == m.HasCollectionRequest(base=m.MsgBase(msgID=8))
    bare: Call[m.BoolResponse] = Call("HasCollection", m.HasCollectionRequest())
    assert bare.but(base=m.MsgBase()).request.HasField("base")
    assert not bare.request.HasField("base")


def test_maps_are_replaced() -> None:
    """A mapping that is given stands in the place of the old one."""
    call: Call[m.Status] = Call("LoadCollection", m.LoadCollectionRequest(load_params={"a": "1"}))
    assert call.but(load_params={"b": "2"}).request == m.LoadCollectionRequest(load_params={"b": "2"})


def test_bytes_and_numbers_are_set() -> None:
    """Single values of any kind are set as they are."""
    call: Call[m.SearchResults] = Call("Search", m.SearchRequest(nq=1, placeholder_group=b"x"))
    expected = m.SearchRequest(nq=-1, placeholder_group=b"\xff", dsl_type=m.DslType.BoolExprV1)
    assert call.but(nq=-1, placeholder_group=b"\xff", dsl_type=m.DslType.BoolExprV1).request == expected


def test_a_field_that_does_not_exist_is_refused() -> None:
    """A misspelt field is an error, never a request that silently lacks it."""
    with pytest.raises(ValueError, match="colection_name"):
        _valid().but(colection_name="d")


@given(
    st.dictionaries(_TEXT, _TEXT),
    st.dictionaries(st.from_regex("[a-z]{1,2}", fullmatch=True), st.one_of(st.none(), _TEXT)),
)
def test_params_are_merged(before: dict[str, str], change: dict[str, str | None]) -> None:
    """Keys of an option list are replaced or added, none takes a key out, and the others stay."""
    call: Call[m.Status] = Call("CreateIndex", m.CreateIndexRequest(extra_params=key_values(before)))
    changed = call.but_params("extra_params", **change).request
    assert isinstance(changed, m.CreateIndexRequest)
    after = changed.extra_params
    wanted = {key: value for key, value in {**before, **change}.items() if value is not None}
    assert {pair.key: pair.value for pair in after} == wanted
    assert len(after) == len(wanted)
    assert call.request == m.CreateIndexRequest(extra_params=key_values(before))


def test_bytes_and_companions_travel_with_a_call() -> None:
    """Bytes in place of the request, metadata and a deadline stay with a call whose fields are replaced."""
    valid = _valid()
    assert (valid.sent, valid.metadata, valid.deadline) == (valid.request.SerializeToString(), (), None)
    changed = valid.raw(b"\xff").tagged(dbname="d").within(0.5).but(collection_name="d")
    assert (changed.sent, changed.metadata, changed.deadline) == (b"\xff", (("dbname", "d"),), 0.5)
    assert changed.request == valid.but(collection_name="d").request
    assert valid == _valid()
