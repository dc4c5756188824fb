"""The audit: is everything there that was acknowledged, once, and gone what was taken out?

Keys are read back in stretches, with strong consistency, and held against the books of the
workers. What nobody knows the end of (a broken connection, a deadline) may be there or not. Rows
that are there twice under one key show where the server counts more rows than keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from milvus_tck.load.control.admin import Admin, RefusedError
from milvus_tck.load.data.dataset import Ids
from milvus_tck.load.operations.workload import KEY, Workload
from milvus_tck.load.operations.write_log import Batches, WriteLog
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["Audit", "audit"]

#: Keys of one query: what servers give in one answer at most.
_STRETCH = 8_192
_EXAMPLES = 5


@dataclass
class Audit:
    """What the audit found; rows."""

    #: Rows that have to be there, and how many of them are.
    acknowledged: int = 0
    found: int = 0
    #: Rows that are there though nobody put them in, or were taken out for good.
    surplus: int = 0
    #: Rows more than keys.
    doubled: int = 0
    #: Rows whose fate nobody knows.
    doubtful: int = 0
    deleted: int = 0
    #: Some keys that are missing or too many, and what could not be audited.
    examples: list[str] = field(default_factory=list)
    trouble: str = ""

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled or came from nowhere."""
        return self.found == self.acknowledged and not self.surplus and not self.doubled

    def example(self, what: str, collection: str, keys: Ids) -> None:
        """Keep a few keys."""
        if len(keys) and len(self.examples) < _EXAMPLES:
            self.examples.append(f"{collection}: {what}: {', '.join(map(str, keys[:_EXAMPLES].tolist()))}")


def audit(admin: Admin, workload: Workload, written: WriteLog) -> Audit:
    """Hold the books against the server; raises `LostError` where it is not there any more."""
    result = Audit()
    try:
        for collection, name in enumerate(workload.names):
            keys = 0
            for region in sorted({region for region, where, _ in written.batches if where == collection}):
                keys += _region(result, admin, workload, written, (region, collection))
            counted = _count(admin, name) if keys else None
            if counted is not None:
                result.doubled += max(0, counted - keys)
    except RefusedError as error:
        result.trouble = str(error)
    return result


def _region(result: Audit, admin: Admin, workload: Workload, written: WriteLog, place: tuple[int, int]) -> int:
    """Audit one region of one collection; return how many keys are there."""
    region, collection = place
    name, batch = workload.names[collection], written.sizes[region]
    put = written.batches.get((*place, False), Batches())
    out = written.batches.get((*place, True), Batches())
    inside, maybe_in = put.rows(put.acknowledged, batch), put.rows(put.doubtful, batch)
    gone, maybe_out = out.rows(out.acknowledged, batch), out.rows(out.doubtful, batch)
    if region == 0:  # the last request of the ingest is shorter than the others
        inside, maybe_in = (each[each < workload.dataset.rows] for each in (inside, maybe_in))
    must = np.setdiff1d(np.setdiff1d(inside, gone), maybe_out)
    may = np.union1d(np.union1d(must, np.setdiff1d(maybe_in, gone)), np.setdiff1d(maybe_out, gone))
    here = _read(admin, workload, name, region, np.union1d(np.union1d(inside, maybe_in), gone))
    missing, surplus = np.setdiff1d(must, here), np.setdiff1d(here, may)
    result.acknowledged += len(must)
    result.found += len(must) - len(missing)
    result.surplus += len(surplus)
    result.doubtful += len(may) - len(must)
    result.deleted += len(gone)
    result.example("missing", name, missing)
    result.example("there, but should not be", name, surplus)
    return len(here)


def _read(admin: Admin, workload: Workload, name: str, region: int, rows: Ids) -> Ids:
    """Return the rows of a region that are there, of those in question."""
    if not len(rows):
        return rows
    found = [rows[:0]]
    first, end = int(rows.min()), int(rows.max()) + 1
    base = int(workload.keys(region, 0, 1)[0])
    for start in range(first, end, _STRETCH):
        stop = min(end, start + _STRETCH)
        request = m.QueryRequest(
            collection_name=name, expr=f"{KEY} >= {base + start} and {KEY} < {base + stop}", output_fields=[KEY],
            consistency_level=m.ConsistencyLevel.Strong,
        )  # fmt: skip
        query: Call[m.QueryResults] = Call("Query", request)
        answer = admin.ask(query)
        columns = (each for each in answer.fields_data if each.field_name == KEY)
        found += [np.array(each.scalars.long_data.data, dtype=np.int64) - base for each in columns]
    return np.unique(np.concatenate(found))


def _count(admin: Admin, name: str) -> int | None:
    """Ask how many rows there are; `None` where a server cannot tell."""
    request = m.QueryRequest(
        collection_name=name, output_fields=["count(*)"], consistency_level=m.ConsistencyLevel.Strong
    )
    query: Call[m.QueryResults] = Call("Query", request)
    try:
        answer = admin.ask(query)
    except RefusedError:
        return None
    values = [list(each.scalars.long_data.data) for each in answer.fields_data]
    return values[0][0] if len(values) == 1 and len(values[0]) == 1 else None
