"""Planted rows: their neighbours are those that brute force finds, and every worker makes the same bytes."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from milvus_tck.load.data.dataset import Dataset, numbers
from milvus_tck.load.data.files import read_dataset
from milvus_tck.load.data.seeded_rows import GROUP, Planted


def _brute(data: Dataset, query: int, k: int, metric: str) -> list[int]:
    rows, asked = data.vectors(0, data.rows), data.query(query)[0]
    if metric == "L2":
        return list(np.argsort(((rows - asked) ** 2).sum(axis=1), kind="stable")[:k])
    return list(np.argsort(-(rows @ asked), kind="stable")[:k])


@pytest.mark.parametrize("metric", ["L2", "IP"])
@pytest.mark.parametrize(("rows", "dim"), [(5_000, 128), (3_000, 32), (777, 16)])
def test_planted_neighbours_are_the_exact_ones(rows: int, dim: int, metric: str) -> None:
    """For queries all over the rows, the planted neighbours are those of brute force, in order, by L2 and by IP."""
    data = Planted(11, rows, dim)
    for query in range(0, data.queries, max(1, data.queries // 40)):
        planted = data.neighbours(query, 10)
        assert list(planted) == _brute(data, query, len(planted), metric)


def test_any_stretch_of_rows_is_the_same_bytes() -> None:
    """Rows made in small and odd pieces, or by another object, are those made at once."""
    whole = Planted(4, 2_000, 64).vectors(0, 2_000)
    other = Planted(4, 2_000, 64)
    cuts = [0, 1, 130, 131, 700, 1_999, 2_000]
    pieces = [other.vectors(start, stop) for start, stop in pairwise(cuts)]
    assert np.concatenate(pieces).tobytes() == whole.tobytes()
    assert Planted(5, 2_000, 64).vectors(0, 2_000).tobytes() != whole.tobytes()


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
    assert data.vectors(10, 20).tobytes() == arrays["vectors"][10:20].tobytes()
    assert data.query(3).tobytes() == arrays["queries"][3:4].tobytes()
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
