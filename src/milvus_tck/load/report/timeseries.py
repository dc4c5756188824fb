"""Timeseries: the run over time: one row for each phase, operation and slot, with client and server beside it."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from itertools import pairwise

from milvus_tck.load.report.result import LoadResult

__all__ = ["Row", "rows", "timeseries_csv", "timeseries_parquet"]


@dataclass(frozen=True, slots=True)
class Row:
    """What was due in one slot; seconds count from the beginning of the run, times in milliseconds."""

    second: float
    phase: str
    operation: str
    count: int
    errors: int
    dropped: int
    rows: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    recall: float | None
    recall_queries: int
    lag_max_ms: float
    #: Cores that all workers, and all processes of the server, used.
    client_cpu: float | None
    server_cpu: float | None
    server_memory_bytes: int | None


def rows(result: LoadResult) -> Iterator[Row]:
    """Yield every row, in the order of time."""
    width = result.outcome.width
    client, server = client_cpu(result), server_use(result)
    found = [
        (number, phase, name, slot)
        for (phase, name), series in result.outcome.measured.series.items()
        for number, slot in series.slots.items()
    ]
    for number, phase, name, slot in sorted(found, key=lambda each: each[:3]):
        times = slot.true.dense()
        cpu, memory = server.get(number, (None, None))
        yield Row(
            second=round(number * width, 3), phase=phase, operation=name, count=slot.count,
            errors=slot.errors, dropped=slot.dropped, rows=slot.rows,
            p50_ms=_ms(times.quantile(0.5)), p90_ms=_ms(times.quantile(0.9)), p99_ms=_ms(times.quantile(0.99)),
            max_ms=_ms(times.high), recall=slot.found.total / slot.found.queries if slot.found.queries else None,
            recall_queries=slot.found.queries, lag_max_ms=_ms(slot.late), client_cpu=client.get(number),
            server_cpu=cpu, server_memory_bytes=memory,
        )  # fmt: skip


def client_cpu(result: LoadResult) -> dict[int, float]:
    """Return the cores that all workers used, by slot."""
    found: dict[int, float] = defaultdict(float)
    for cost in result.outcome.costs:
        for number, share in cost.shares.items():
            found[int(number)] += share
    return dict(found)


def server_use(result: LoadResult) -> dict[int, tuple[float, int]]:
    """Return the cores that the server used, and its memory in bytes, by slot."""
    samples = result.outcome.server
    found = {}
    for before, after in pairwise(samples):
        took = after.second - before.second
        # A process of the server that ended takes its CPU time out of the sum.
        used = max(0.0, after.cpu - before.cpu) / took if took else 0.0
        found[int(after.second / result.outcome.width)] = round(used, 3), after.memory
    return found


def timeseries_csv(result: LoadResult) -> str:
    """Write every row as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [each.name for each in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(asdict, rows(result)))
    return text.getvalue()


def timeseries_parquet(result: LoadResult) -> bytes | None:
    """Write every row as Parquet; `None` where pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    table = pa.Table.from_pylist([asdict(each) for each in rows(result)])
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 4)
