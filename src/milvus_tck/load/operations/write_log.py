"""Write log: what was written, and what the server said of it: the audit counts it at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from milvus_tck.load.data.dataset import Ids

__all__ = ["DOUBTFUL", "Batches", "WriteLog"]

#: Endings after which nobody knows whether the server did what it was asked.
DOUBTFUL = frozenset({"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN", "ABORTED", "MALFORMED"})


@dataclass
class Batches:
    """Requests of one kind, by the number of the first row of each."""

    acknowledged: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)

    def note(self, start: int, error: str) -> None:
        """Take note of how a request ended."""
        if not error:
            self.acknowledged.append(start)
        elif error in DOUBTFUL:
            self.doubtful.append(start)

    def rows(self, starts: Iterable[int], batch: int) -> Ids:
        """Return the rows of some of the requests, each once, in order."""
        firsts = np.unique(np.fromiter(starts, dtype=np.int64))
        made: Ids = (firsts[:, None] + np.arange(batch, dtype=np.int64)).ravel()
        return np.unique(made)


@dataclass
class WriteLog:
    """All of it, by region, collection, and whether rows were put in or taken out."""

    batches: dict[tuple[int, int, bool], Batches] = field(default_factory=dict)
    #: Rows of one request, by region.
    sizes: dict[int, int] = field(default_factory=dict)

    def of(self, region: int, collection: int, batch: int, *, deleted: bool = False) -> Batches:
        """Return the requests of a region and a collection."""
        self.sizes[region] = batch
        return self.batches.setdefault((region, collection, deleted), Batches())

    def take(self) -> WriteLog:
        """Hand over everything since the last time."""
        taken = WriteLog(self.batches, dict(self.sizes))
        self.batches = {}
        return taken

    def merge(self, other: WriteLog) -> None:
        """Take in what another worker wrote."""
        for (region, collection, deleted), batches in other.batches.items():
            mine = self.of(region, collection, other.sizes[region], deleted=deleted)
            mine.acknowledged += batches.acknowledged
            mine.doubtful += batches.doubtful

    def as_message(self) -> list[Any]:
        """Write it for another process."""
        return [
            [list(key), self.sizes[key[0]], _packed(each.acknowledged), _packed(each.doubtful)]
            for key, each in self.batches.items()
        ]

    @classmethod
    def of_message(cls, message: list[Any]) -> WriteLog:
        """Read what `as_message` wrote."""
        made = cls()
        for (region, collection, deleted), size, acknowledged, doubtful in message:
            batches = made.of(region, collection, size, deleted=deleted)
            batches.acknowledged += np.frombuffer(acknowledged, "<i8").tolist()
            batches.doubtful += np.frombuffer(doubtful, "<i8").tolist()
        return made


def _packed(starts: list[int]) -> bytes:
    return np.array(starts, dtype="<i8").tobytes()
