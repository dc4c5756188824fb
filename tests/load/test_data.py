"""Planted rows: their neighbours are those that brute force finds, and every worker makes the same bytes."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from milvus_tck.load.data.dataset import Dataset, Numbers, Queries, Rows, numbers
from milvus_tck.load.data.files import planted, read_dataset
from milvus_tck.load.data.seeded_rows import GROUP, Planted
from milvus_tck.load.plan.scenario import DataPlan
from milvus_tck.load.plan.scenario_files import parse_scenario
from milvus_tck.load.plan.vector_kinds import VECTOR_KINDS, of_vector
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.packed_columns import SparseRows
from milvus_tck.wire.vectors import PAIR


def _brute(data: Dataset, query: int, k: int, metric: str) -> list[int]:
    rows, asked = _dense(data, data.vectors(0, data.rows)), _dense(data, data.query(query))[0]
    if metric == "HAMMING":
        return list(np.argsort(np.bitwise_count(rows ^ asked).sum(axis=1), kind="stable")[:k])
    if metric == "L2":
        return list(np.argsort(((rows - asked) ** 2).sum(axis=1), kind="stable")[:k])
    return list(np.argsort(-(rows @ asked), kind="stable")[:k])


def _dense(data: Dataset, values: Rows | Queries) -> Numbers:
    """Say vectors of any kind as numbers that can be computed with."""
    if isinstance(values, SparseRows):
        return _scattered(np.repeat(np.arange(len(values.counts)), values.counts), values.indices, values.values)
    if isinstance(values, list):
        (pairs,) = (np.frombuffer(each, dtype=PAIR) for each in values)
        return _scattered(np.zeros(len(pairs), np.int64), pairs["index"], pairs["value"])
    if data.kind == DataType.BinaryVector:
        return values
    if data.kind == DataType.BFloat16Vector:
        values = (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float64)


def _scattered(rows: Numbers, indices: Numbers, values: Numbers) -> Numbers:
    made = np.zeros((int(rows.max()) + 1, _INDICES))
    assert indices.max() < _INDICES
    made[rows, indices] = values
    return made


#: More than the rows of a test have.
_INDICES = 25_000


@pytest.mark.parametrize("metric", ["L2", "IP"])
@pytest.mark.parametrize(("rows", "dim"), [(5_000, 128), (3_000, 32), (777, 16)])
def test_planted_neighbours_are_the_exact_ones(rows: int, dim: int, metric: str) -> None:
    """For queries all over the rows, the planted neighbours are those of brute force, in order, by L2 and by IP."""
    data = Planted(11, rows, dim)
    for query in range(0, data.queries, max(1, data.queries // 40)):
        planted = data.neighbours(query, 10)
        assert list(planted) == _brute(data, query, len(planted), metric)


@pytest.mark.parametrize(
    ("vector", "metric", "rows", "dim"),
    [
        ("float16", "L2", 3_000, 64), ("float16", "IP", 3_000, 64), ("bfloat16", "L2", 3_000, 128),
        ("bfloat16", "COSINE", 3_000, 128), ("int8", "L2", 3_000, 128), ("binary", "HAMMING", 3_000, 512),
        ("sparse", "IP", 320, 8),
    ],
)  # fmt: skip
def test_neighbours_of_every_kind_are_the_exact_ones(vector: str, metric: str, rows: int, dim: int) -> None:
    """Vectors of other kinds have the neighbours that brute force finds in what is sent, rounded as it is."""
    plan = structs.replace(DataPlan(), vector=vector, dim=dim)
    data = planted(plan, 11, rows)
    for query in range(0, data.queries, max(1, data.queries // 40)):
        expected = data.neighbours(query, 10)
        assert list(expected) == _brute(data, query, len(expected), metric)


@pytest.mark.parametrize("vector", list(VECTOR_KINDS))
def test_any_stretch_of_rows_is_the_same_bytes(vector: str) -> None:
    """Rows made in small and odd pieces, or by another object, are those made at once."""
    plan = structs.replace(DataPlan(), vector=vector, dim=256)
    whole = _bytes(planted(plan, 4, 2_000).vectors(0, 2_000))
    other = planted(plan, 4, 2_000)
    cuts = [0, 1, 130, 131, 700, 1_999, 2_000]
    pieces = [_bytes(other.vectors(start, stop)) for start, stop in pairwise(cuts)]
    assert b"".join(pieces) == whole
    assert _bytes(planted(plan, 5, 2_000).vectors(0, 2_000)) != whole
    assert _bytes(planted(plan, 4, 0, 2).vectors(0, 2_000)) != whole


def _bytes(rows: Rows) -> bytes:
    if not isinstance(rows, SparseRows):
        return rows.tobytes()
    pairs = np.empty(len(rows.indices), dtype=PAIR)
    pairs["index"], pairs["value"] = rows.indices, rows.values
    return pairs.tobytes()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"vector": "binary", "rows": 10_000, "dim": 64}, "lie too close together"),
        ({"vector": "binary", "rows": 100, "dim": 250}, "no whole bytes"),
        ({"vector": "int8", "rows": 10_000, "dim": 24}, "lie too close together for Int8Vector"),
    ],
)
def test_what_could_not_be_known_is_refused(raw: dict[str, Any], why: str) -> None:
    """Where the neighbours of rows of a kind were not known, that is said before anything is sent."""
    with pytest.raises(ValueError, match=why):
        planted(DataPlan(**raw), 1, raw["rows"])


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"vector": "int8", "metric": "COSINE"}, "known by L2 only"),
        ({"vector": "binary", "metric": "L2"}, "known by HAMMING only"),
        ({"vector": "sparse", "dataset": "a.npy"}, "vectors of files are float32"),
        ({"vector": "float64"}, "float64"),
    ],
)
def test_what_does_not_go_together_is_refused(raw: dict[str, Any], why: str) -> None:
    """A scenario names a kind, a metric and a source that go together."""
    phase = {"name": "a", "seconds": 1, "op": [{"op": "get-version", "rate": 1}]}
    with pytest.raises(ValueError, match=why):
        parse_scenario("x", {"data": raw, "phase": [phase]})


def test_the_metric_and_the_index_belong_to_the_kind() -> None:
    """Where nothing is said, they are those that hold such vectors; bits are four times as many."""
    found = {name: of_vector(DataPlan(dim=128), name) for name in VECTOR_KINDS}
    assert {name: each.metric for name, each in found.items()} == {
        "float32": "L2", "float16": "L2", "bfloat16": "L2", "int8": "L2", "binary": "HAMMING", "sparse": "IP",
    }  # fmt: skip
    assert (found["binary"].index, found["binary"].dim) == ("BIN_FLAT", 512)
    assert (found["sparse"].index, found["int8"].index) == ("SPARSE_INVERTED_INDEX", "AUTOINDEX")


def test_rows_beyond_the_plan_differ() -> None:
    """Rows that come later, and those of other regions, are no copies of each other."""
    later = Planted(4, 0, 32).vectors(0, 3_000)
    region = Planted(4, 0, 32, region=2).vectors(0, 3_000)
    assert len(np.unique(np.concatenate([later, region]), axis=0)) == 6_000
    np.testing.assert_allclose((later**2).sum(axis=1), 1, rtol=1e-5)


def test_neighbours_lie_apart_in_the_order_of_rows() -> None:
    """No two neighbours of a query are next to each other, so that no single segment holds them all."""
    data = Planted(1, 16_000, 64)
    assert np.diff(np.sort(data.neighbours(3, GROUP))).min() == data.queries


def test_too_few_dimensions_are_refused() -> None:
    """Where rows would lie too close together to know their neighbours, that is said."""
    with pytest.raises(ValueError, match="1000000 rows"):
        Planted(1, 1_000_000, 8)


def test_scalars_are_spread_evenly() -> None:
    """A filter of x per mille passes about x rows of a thousand."""
    found = numbers(np.arange(100_000))
    assert found.min() >= 0
    assert found.max() <= 999
    for bound in (10, 100, 500):
        assert (found < bound).mean() == pytest.approx(bound / 1000, rel=0.06)


@pytest.fixture
def arrays() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]:
    """Rows, queries, and their neighbours by brute force."""
    random = np.random.default_rng(2)
    rows, queries = (random.random((size, 8), dtype=np.float32) for size in (300, 5))
    near = np.argsort(((queries[:, None] - rows[None]) ** 2).sum(axis=2), axis=1)[:, :20]
    return {"vectors": rows, "queries": queries, "neighbors": near}


def _check(data: Dataset, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]) -> None:
    assert (data.rows, data.dim, data.queries) == (300, 8, 5)
    assert _bytes(data.vectors(10, 20)) == arrays["vectors"][10:20].tobytes()
    assert np.asarray(data.query(3)).tobytes() == arrays["queries"][3:4].tobytes()
    assert list(data.neighbours(3, 4)) == list(arrays["neighbors"][3][:4])


def test_a_folder_of_npy_brings_its_truth(
    tmp_path: Path, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]
) -> None:
    """vectors.npy, queries.npy and neighbors.npy are read as they are."""
    for name, values in arrays.items():
        np.save(tmp_path / f"{name}.npy", values)
    _check(read_dataset(tmp_path), arrays)


def test_hdf5_brings_its_truth(tmp_path: Path, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]) -> None:
    """A file as ann-benchmarks has them is read as it is."""
    import h5py  # noqa: PLC0415 - an extra

    names = {"vectors": "train", "queries": "test", "neighbors": "neighbors"}
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        for name, values in arrays.items():
            file[names[name]] = values
    _check(read_dataset(tmp_path / "a.hdf5"), arrays)


def test_parquet_gives_rows(tmp_path: Path, arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]) -> None:
    """A column of vectors is read; each row is its own nearest."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    table = pa.table({"emb": pa.array(arrays["vectors"].tolist(), pa.list_(pa.float32()))})
    pq.write_table(table, tmp_path / "a.parquet")
    data = read_dataset(tmp_path / "a.parquet")
    assert data.vectors(0, 300).tobytes() == arrays["vectors"].tobytes()
    assert list(data.neighbours(7, 10)) == [7]
