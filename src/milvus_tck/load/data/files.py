"""Data sets from files, mapped into memory: only what is asked for is read.

    folder/            vectors.npy, and beside it queries.npy with neighbors.npy if there are any
    file.npy           vectors alone
    file.hdf5          as ann-benchmarks has them: train, test, neighbors (needs h5py)
    file.parquet       a column of vectors, `emb` or `vector` (needs pyarrow)

Without queries of their own, rows are searched for themselves: the nearest one to a row is that
row, and no more is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from milvus_tck.load.data.converted_rows import Converted
from milvus_tck.load.data.dataset import Dataset, Floats, Ids
from milvus_tck.load.data.seeded_bits import PlantedBits
from milvus_tck.load.data.seeded_rows import Planted
from milvus_tck.load.data.seeded_terms import PlantedTerms
from milvus_tck.load.plan.scenario import DataPlan
from milvus_tck.load.plan.vector_kinds import VECTOR_KINDS
from milvus_tck.wire.messages import DataType

__all__ = ["READERS", "FileDataset", "open_dataset", "planted"]


def open_dataset(data: DataPlan, seed: int) -> Dataset:
    """Return the rows of a scenario; raises `ValueError` or `OSError` where a file cannot be used."""
    return read_dataset(Path(data.dataset), data.rows) if data.dataset else planted(data, seed, data.rows)


def planted(data: DataPlan, seed: int, rows: int, region: int = 0) -> Dataset:
    """Return the rows of a region, made from the seed; raises `ValueError` where their neighbours were not known."""
    kind = VECTOR_KINDS[data.vector].kind
    if kind == DataType.BinaryVector:
        return PlantedBits(seed, rows, data.dim, region)
    if kind == DataType.SparseFloatVector:
        return PlantedTerms(seed, rows, region)
    floats = Planted(seed, rows, data.dim, region)
    return floats if kind == DataType.FloatVector else Converted(floats, kind)


@dataclass
class FileDataset:
    """Rows, queries and neighbours in arrays, or in what is indexed like them."""

    table: Any
    asked: Any = None
    truth: Any = None
    #: Rows to use; 0 is all of them. Neighbours are known only where all are used.
    most: int = 0
    kind = DataType.FloatVector

    def __post_init__(self) -> None:
        whole, self.dim = int(self.table.shape[0]), int(self.table.shape[1])
        self.rows = min(self.most, whole) or whole
        if self.rows < whole or self.truth is None:
            self.asked = self.truth = None
        self.queries = self.rows if self.asked is None else int(self.asked.shape[0])

    def vectors(self, start: int, stop: int) -> Floats:
        """Return rows; those beyond the end begin again."""
        if stop <= self.rows:
            return np.ascontiguousarray(self.table[start:stop], dtype=np.float32)
        return np.stack([np.asarray(self.table[row % self.rows], dtype=np.float32) for row in range(start, stop)])

    def query(self, number: int) -> Floats:
        """Return a query, or a row in its place."""
        source = self.table if self.asked is None else self.asked
        return np.ascontiguousarray(source[number : number + 1], dtype=np.float32)

    def neighbours(self, number: int, k: int) -> Ids:
        """Return the neighbours that the file names, or the row itself."""
        if self.truth is None:
            return np.array([number], dtype=np.int64)
        return np.asarray(self.truth[number][:k], dtype=np.int64)


def read_dataset(path: Path, most: int = 0) -> FileDataset:
    """Open a file or a folder; raises `ValueError` that says why it is no data set."""
    try:
        return _opened(path, most)
    except (OSError, ValueError, KeyError, IndexError, StopIteration, EOFError) as error:
        said = "no column of vectors" if isinstance(error, StopIteration) else str(error)
        message = f"{path} cannot be read as a data set: {said}"
        raise ValueError(message) from error


def _opened(path: Path, most: int) -> FileDataset:
    if path.is_dir():
        found = {each.stem: np.load(each, mmap_mode="r") for each in path.glob("*.npy")}
        if "vectors" not in found:
            raise ValueError("it holds no vectors.npy")
        return FileDataset(found["vectors"], found.get("queries"), found.get("neighbors"), most)
    if path.suffix == ".npy":
        return FileDataset(np.load(path, mmap_mode="r"), most=most)
    if path.suffix in READERS:
        return READERS[path.suffix](path, most)
    raise ValueError("it is neither a folder of .npy files, nor .npy, .hdf5 or .parquet")


def _hdf5(path: Path, most: int) -> FileDataset:
    import h5py  # noqa: PLC0415 - only where such a file is read

    file = h5py.File(path, "r")
    return FileDataset(file["train"], file.get("test"), file.get("neighbors"), most)


def _parquet(path: Path, most: int) -> FileDataset:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only where such a file is read

    table = pq.read_table(path, memory_map=True)
    name = next(each for each in ("emb", "vector", "vectors", "embedding") if each in table.column_names)
    column = table.column(name).combine_chunks()
    values = column.flatten().to_numpy(zero_copy_only=False)
    return FileDataset(values.reshape(len(column), -1), most=most)


#: Files that need the extra `datasets`, by their suffix.
READERS: Mapping[str, Callable[[Path, int], FileDataset]] = {".hdf5": _hdf5, ".h5": _hdf5, ".parquet": _parquet}
