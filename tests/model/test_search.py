"""Searches and queries of the model, against numbers that were worked out by hand."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from milvus_tck.model.answers import NotYet
from milvus_tck.model.bm25 import bm25, weights
from milvus_tck.model.metrics import scores
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, dynamic_column
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import field, int64_key, vector
from milvus_tck.wire.search import read_hits
from milvus_tck.wire.vectors import sparse_row
from tests.model.driven import Driven, points


def _bits(*rows: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.array([[int(row, 2)] for row in rows], dtype=np.uint8)


@pytest.mark.parametrize(
    ("metric", "wanted"),
    [("L2", [0, 25, 2]), ("IP", [25, 0, 24]), ("COSINE", [1, 0, 24 / 25])],
)
def test_what_numbers_are_to_each_other(metric: str, wanted: list[float]) -> None:
    """L2 is the squared distance, IP the product, COSINE the cosine."""
    rows = np.array([[3, 4], [0, 0], [4, 3]], dtype=np.float32)
    found = scores(metric, DataType.FloatVector, np.array([3, 4], dtype=np.float32), rows)
    assert found.tolist() == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("metric", "wanted"),
    [
        ("HAMMING", [0, 2, 4]),
        ("JACCARD", [0, 2 / 3, 1]),
        ("TANIMOTO", [0, math.log2(3), math.inf]),
        ("SUBSTRUCTURE", [0, math.nan, math.nan]),
        ("SUPERSTRUCTURE", [0, math.nan, math.nan]),
    ],
)
def test_what_bits_are_to_each_other(metric: str, wanted: list[float]) -> None:
    """HAMMING counts bits that differ; JACCARD is one less the share of common bits; a part is a hit or none."""
    found = scores(metric, DataType.BinaryVector, _bits("00000011")[0], _bits("00000011", "00000110", "00001100"))
    assert found.tolist() == pytest.approx(wanted, nan_ok=True)


def test_a_part_of_a_structure() -> None:
    """SUBSTRUCTURE finds rows that have all bits of the query, SUPERSTRUCTURE those that have none beside them."""
    query, rows = _bits("00000110")[0], _bits("00001110", "00000010")
    assert scores("SUBSTRUCTURE", DataType.BinaryVector, query, rows).tolist() == pytest.approx(
        [0, math.nan], nan_ok=True
    )
    assert scores("SUPERSTRUCTURE", DataType.BinaryVector, query, rows).tolist() == pytest.approx(
        [math.nan, 0], nan_ok=True
    )


def test_sparse_vectors() -> None:
    """The product of sparse vectors is over the indices that both have; a row that shares none is no hit."""
    rows = [sparse_row({1: 2.0, 7: 3.0}), sparse_row({2: 1.0})]
    found = scores("IP", DataType.SparseFloatVector, sparse_row({7: 2.0, 9: 5.0}), rows)
    assert found.tolist() == pytest.approx([6, math.nan], nan_ok=True)


def test_words_by_bm25() -> None:
    """A word that one of two texts has is worth ln 2, and counts whole in a text of middling length."""
    texts = [weights("a b"), weights("c d")]
    assert bm25(weights("A"), texts).tolist() == pytest.approx([math.log(2), 0])
    assert bm25(weights("x"), texts).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        (DataType.Float16Vector, np.array([[1, 2]], dtype=np.float16)),
        (DataType.BFloat16Vector, np.array([[0x3F80, 0x4000]], dtype=np.uint16)),
        (DataType.Int8Vector, np.array([[1, 2]], dtype=np.int8)),
    ],
)
def test_numbers_of_few_bits(kind: Kind, rows: np.ndarray[Any, Any]) -> None:
    """Half-precision and whole numbers are measured as the numbers that they are."""
    assert scores("L2", kind, np.zeros_like(rows[0]), rows).tolist() == [5]


def test_the_range_of_a_search() -> None:
    """Under L2 the range is from range_filter on and below radius; under IP above radius and up to range_filter."""
    model = Driven()
    model.collection()
    model.collection(name="b", metric="IP")
    for name in ("a", "b"):
        model.insert(name, range(6))
    assert model.found("a", radius=16, range_filter=4) == [2, 3]
    assert model.found("b", at=(1, 0), metric="IP", radius=2, range_filter=4) == [4, 3]


def test_the_window_of_a_search() -> None:
    """An offset leaves out the best hits; beyond the last one there is none."""
    model = Driven()
    model.collection()
    model.insert("a", range(6))
    assert [model.found("a", topk=3, offset=each) for each in (0, 2, 5, 6)] == [[0, 1, 2], [2, 3, 4], [5], []]
    assert model.found("a", topk=100) == list(range(6))


def test_a_filter_goes_before_the_hits() -> None:
    """The nearest of the rows that match are found, not those of the nearest rows that match."""
    model = Driven()
    model.collection()
    model.insert("a", range(10))
    assert model.found("a", topk=2, expr="id % 5 == 4") == [4, 9]


def test_scores_are_rounded() -> None:
    """Scores have as many decimals as round_decimal says."""
    model = Driven()
    model.collection()
    model.ok(
        calls.insert("a", [column("id", DataType.Int64, [1]), column("vec", DataType.FloatVector, [[0.123456, 0]])], 1)
    )
    call = calls.search("a", np.zeros((1, 2), dtype=np.float32)).but_params("search_params", round_decimal="3")
    assert list(model.ok(call).results.scores) == pytest.approx([0.015])


def test_groups_have_one_hit() -> None:
    """A search that is grouped finds the best row of each value."""
    model = Driven()
    model.collection(field("g", DataType.Int64))
    model.insert("a", range(6), column("g", DataType.Int64, [0, 0, 1, 1, 2, 2]))
    call = calls.search("a", np.zeros((1, 2), dtype=np.float32)).but_params("search_params", group_by_field="g")
    assert read_hits(model.ok(call))[0].ids == (0, 2, 4)


def test_columns_without_hits_have_names_and_types() -> None:
    """Where nothing is found the columns that were asked for are there, named and typed, without a row."""
    model = Driven()
    model.collection(field("x", DataType.Int64))
    call = calls.search("a", np.zeros((1, 2), dtype=np.float32), output=["x", "vec"])
    results = model.ok(call).results
    assert [(each.field_name, each.type) for each in results.fields_data] == [
        ("x", DataType.Int64),
        ("vec", DataType.FloatVector),
    ]
    assert list(results.topks) == [0]
    assert results.fields_data[1].vectors.dim == 2


@pytest.mark.parametrize(
    ("at", "right"),
    [(None, "search/not-loaded"), ((0, 0, 0), "search/query-dim"), ((0, 0), "")],
)
def test_what_may_be_searched(at: Sequence[float] | None, right: str) -> None:
    """A collection has to be loaded, and a query vector to have its dimension."""
    model = Driven()
    if at is None:
        model.ok(calls.create_collection("a", int64_key(), vector("vec", 2)))
    else:
        model.collection()
    assert model.refused_by(calls.search("a", np.array([at or (0, 0)], dtype=np.float32))) == right


def test_a_guarantee_in_the_future_waits() -> None:
    """A search whose guarantee lies in the future has no answer yet."""
    model = Driven()
    model.collection()
    call = calls.search("a", np.zeros((1, 2), dtype=np.float32), level=m.ConsistencyLevel.Customized)
    with pytest.raises(NotYet):
        model.right(call.but(guarantee_timestamp=1 << 60))
    assert model.found("a") == []


def test_pages_of_a_query_are_disjoint_and_complete() -> None:
    """With a limit and an offset every row that matches comes on one page."""
    model = Driven()
    model.collection(shards=4)
    model.insert("a", range(40))
    pages = [model.query("a", "id >= 10", limit="10", offset=str(offset))[0] for offset in (0, 10, 20, 30)]
    assert sorted(key for page in pages for key in page) == list(range(10, 40))
    assert [len(page) for page in pages] == [10, 10, 10, 0]


def test_a_query_needs_a_bound() -> None:
    """A query without a filter needs a limit, unless it only counts."""
    model = Driven()
    model.collection()
    model.insert("a", range(3))
    assert model.refused_by(Call("Query", m.QueryRequest(collection_name="a"))) == "ParameterInvalid"
    assert model.query("a", "", limit="2") == [[0, 1]]
    assert model.query("a", "", "count(*)") == [[3]]
    assert model.query("a", "id < 2", "count(*)") == [[2]]


def test_partitions_that_are_read() -> None:
    """Only what is loaded is found; a partition that is not loaded is refused by its name."""
    model = Driven()
    model.collection()
    model.ok(calls.create_partition("a", "p"))
    model.insert("a", [1], partition="p")
    model.insert("a", [2])
    model.ok(calls.release_partitions("a", "p"))
    assert model.found("a") == [2]
    asked = calls.search("a", np.zeros((1, 2), dtype=np.float32), partitions=["p"])
    assert model.refused_by(asked) == "release-partitions/not-searchable"


def test_a_dynamic_key_alone() -> None:
    """From 2.5 on an output field that names a dynamic key brings that key alone; before, all of them come."""
    told = {}
    for line in ("2.4", "2.5"):
        model = Driven(line)
        model.collection(dynamic=True)
        model.ok(calls.insert("a", [*points([1]), dynamic_column([b'{"x": 1, "y": [2]}'])], 1))
        call = calls.search("a", np.zeros((1, 2), dtype=np.float32), output=["x"])
        told[line] = json.loads(model.ok(call).results.fields_data[0].scalars.json_data.data[0])
    assert told == {"2.4": {"x": 1, "y": [2]}, "2.5": {"x": 1}}


@pytest.mark.parametrize(("wide", "rule"), [(9, "search/ef-below-topk"), (10, "")])
def test_the_list_of_candidates_is_held_against_topk_alone(wide: int, rule: str) -> None:
    """An ef below topk is refused; an offset beside it makes no difference."""
    model = Driven()
    model.ok(calls.create_collection("a", int64_key(), vector("vec", 2)))
    model.ok(calls.create_index("a", "vec", "HNSW", "L2", {"M": 8, "efConstruction": 64}))
    model.ok(calls.load_collection("a"))
    call = calls.search("a", np.zeros((1, 2), dtype=np.float32), topk=10, ef=wide)
    assert model.refused_by(call.but_params("search_params", offset="5")) == rule
