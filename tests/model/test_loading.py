"""Loads, partitions and indexes of the model."""

import pytest
from milvus_tck.fixtures.definitions import VALID

from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector
from tests.model.driven import Driven

_LOADED, _NOT = m.LoadState.LoadStateLoaded, m.LoadState.LoadStateNotLoad


def _states(model: Driven, *partitions: str) -> list[int]:
    own = [model.ok(calls.get_load_state("a", [name])).state for name in partitions]
    return [model.ok(calls.get_load_state("a")).state, *own]


def test_partitions_are_loaded_one_by_one() -> None:
    """A partition is loaded beside another one, and released while that stays; the last one takes all with it."""
    model = Driven()
    model.collection()
    model.ok(calls.release_collection("a"))
    for name in ("p", "q"):
        model.ok(calls.create_partition("a", name))
    seen = [_states(model, "p", "q")]
    for call in (calls.load_partitions("a", "p"), calls.load_partitions("a", "q"), calls.release_partitions("a", "p"),
                 calls.release_partitions("a", "q")):  # fmt: skip
        model.ok(call)
        seen.append(_states(model, "p", "q"))
    assert seen == [[_NOT] * 3, [_LOADED, _LOADED, _NOT], [_LOADED] * 3, [_LOADED, _NOT, _LOADED], [_NOT] * 3]


def test_the_old_line_keeps_two_kinds_of_loading_apart() -> None:
    """In 2.2 what was loaded as a collection is not loaded or released by partitions, nor the other way round."""
    model = Driven("2.2")
    model.collection()
    assert model.refused_by(calls.load_partitions("a", "_default")) == "load-partitions/while-collection-loaded"
    assert model.refused_by(calls.release_partitions("a", "_default")) == "release-partitions/after-load-collection"
    model.ok(calls.release_collection("a"))
    model.ok(calls.load_partitions("a", "_default"))
    assert model.refused_by(calls.load_collection("a")) == "load-collection/while-partitions-loaded"


def test_a_new_partition_of_a_loaded_collection_is_loaded() -> None:
    """A partition that is created in a loaded collection is loaded with it, and stays until it is released."""
    model = Driven()
    model.collection()
    model.ok(calls.create_partition("a", "p"))
    assert _states(model, "p") == [_LOADED, _LOADED]
    assert model.refused_by(calls.drop_partition("a", "p")) == "drop-partition/loaded"
    model.ok(calls.release_partitions("a", "p"))
    model.ok(calls.drop_partition("a", "p"))


@pytest.mark.parametrize(
    ("on", "rule"),
    [((), "load-collection/no-index"), (("x",), "load-collection/no-vector-index"), (("x", "vec"), "")],
)
def test_a_load_needs_an_index(on: tuple[str, ...], rule: str) -> None:
    """A collection is loaded once its vector field has an index."""
    model = Driven()
    model.ok(calls.create_collection("a", int64_key(), vector("vec", 2), field("x", DataType.Int64)))
    kinds = {"x": ("STL_SORT", None), "vec": ("FLAT", "L2")}
    for name in on:
        model.ok(calls.create_index("a", name, *kinds[name], {}))
    assert model.refused_by(calls.load_collection("a")) == rule


def test_one_index_on_a_field() -> None:
    """The same index again changes nothing; another one, another name and a name that is taken are refused."""
    model = Driven()
    model.ok(calls.create_collection("a", int64_key(), vector("vec", 8), field("x", DataType.Int64)))
    first = calls.create_index("a", "vec", "IVF_FLAT", "L2", {"nlist": 16}, name="i")
    model.ok(first)
    model.ok(first)
    other = calls.create_index("a", "vec", "FLAT", "L2", {}, name="i")
    named = calls.create_index("a", "vec", "IVF_FLAT", "L2", {"nlist": 16}, name="j")
    taken = calls.create_index("a", "x", "STL_SORT", None, {}, name="i")
    found = [model.refused_by(call).rpartition("/")[2] for call in (other, named, taken)]
    assert found == ["other-params", "second-name-on-field", "name-taken"]
    assert len(model.ok(calls.describe_index("a")).index_descriptions) == 1


@pytest.mark.parametrize(("line", "least", "most"), [("2.2", 4, 64), ("2.4", 1, 2048), ("2.6", 2, 2048)])
def test_the_range_of_a_build_parameter(line: str, least: int, most: int) -> None:
    """M of HNSW lies in the range of its line."""
    model = Driven(line)
    model.ok(VALID("a"))

    def rule(number: int) -> str:
        return model.refused_by(calls.create_index("a", "vec", "HNSW", "L2", {"M": number, "efConstruction": 64}))

    assert [rule(each) for each in (least, most)] == ["", ""]
    assert {rule(each) for each in (least - 1, most + 1)} == {"create-index/hnsw-m-out-of-range"}


def test_what_is_left_out_has_a_default() -> None:
    """From 2.5 on a build parameter that is left out has a default; before, it is refused."""
    call = calls.create_index("a", "vec", "IVF_FLAT", "L2", {})
    found = []
    for line in ("2.4", "2.5"):
        model = Driven(line)
        model.ok(VALID("a"))
        found.append(model.refused_by(call))
    assert found == ["create-index/ivf-flat-nlist-missing", ""]


def test_the_metric_that_nobody_named() -> None:
    """An AUTOINDEX measures by IP up to 2.3, and by COSINE later; a search without a metric does, too."""
    told = {}
    for line in ("2.2", "2.3", "2.4", "3.0"):
        model = Driven(line)
        model.ok(VALID("a"))
        model.ok(calls.create_index("a", "vec", "AUTOINDEX"))
        pairs = model.ok(calls.describe_index("a")).index_descriptions[0].params
        told[line] = {pair.key: pair.value for pair in pairs}["metric_type"]
    assert told == {"2.2": "IP", "2.3": "IP", "2.4": "COSINE", "3.0": "COSINE"}
