"""Encoding of inserts and searches: ours against a plain copy of the same bytes, and against pymilvus.

    python benchmarks/encoding.py [--rounds N] [--without-pymilvus]

pymilvus runs in an environment of its own, made with uv; where that cannot be had the table says so.
"""

import argparse
import subprocess
from collections.abc import Callable
from functools import partial

import numpy as np
from side_by_side import Contender, Target, cpu, interleaved, show

from milvus_tck.targets.toolchain import environment, tool_command
from milvus_tck.wire import InsertColumn, SearchTemplate, calls, encode_insert
from milvus_tck.wire.messages import DataType, SearchRequest

_ROWS, _DIM = 10_000, 768
_PYMILVUS = "pymilvus==2.6.17"
_INSERT = f"""
import resource, numpy as np
from pymilvus.client.prepare import Prepare
from pymilvus import CollectionSchema, FieldSchema, DataType
fields = [FieldSchema("id", DataType.INT64, is_primary=True), FieldSchema("vec", DataType.FLOAT_VECTOR, dim={_DIM})]
schema = CollectionSchema(fields).to_dict()
vectors = np.random.default_rng(1).random(({_ROWS}, {_DIM}), dtype=np.float32)
rows = [{{"id": at, "vec": row}} for at, row in enumerate(vectors)]
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
before = cpu()
raw = Prepare.row_insert_param("c", rows, "", schema["fields"], enable_dynamic=False).SerializeToString()
assert len(raw) > {_ROWS * _DIM * 4}
print((cpu() - before) * 1e6)
"""


def _timed(work: Callable[[], object], times: int) -> float:
    work()
    before = cpu()
    for _ in range(times):
        work()
    return (cpu() - before) / times * 1e6


def _pymilvus() -> float | None:
    done = subprocess.run(
        tool_command(_PYMILVUS, "python", "-c", _INSERT, beside=("numpy",)),
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    if done.returncode:
        print(f"  {_PYMILVUS} cannot be run: {done.stderr.strip().splitlines()[-1:]}")
        return None
    return float(done.stdout.split()[-1])


def _insert(rounds: int, *, with_pymilvus: bool) -> None:
    vectors = np.random.default_rng(1).random((_ROWS, _DIM), dtype=np.float32)
    keys, room = np.arange(_ROWS), np.empty_like(vectors)
    columns = [InsertColumn("id", DataType.Int64, keys), InsertColumn("vec", DataType.FloatVector, vectors)]
    contenders: dict[str, Contender] = {
        "np.copyto of the vectors": partial(_timed, lambda: np.copyto(room, vectors), 20),
        "ours, in pieces": partial(_timed, lambda: encode_insert("c", columns), 20),
        "ours, joined to bytes": partial(_timed, lambda: b"".join(encode_insert("c", columns)), 20),
        "pymilvus, rows of arrays": _pymilvus if with_pymilvus else lambda: None,
    }
    targets = [
        Target("ours, in pieces", "np.copyto of the vectors", 1 / 0.75),
        Target("ours, joined to bytes", "np.copyto of the vectors", 1 / 0.75),
        Target("ours, in pieces", "pymilvus, rows of arrays", 1 / 60),
        Target("ours, joined to bytes", "pymilvus, rows of arrays", 1 / 60),
    ]
    show(f"Insert of {_ROWS} x {_DIM} float32", "us CPU", interleaved(contenders, rounds), targets)


def _search(nq: int, rounds: int) -> None:
    queries = np.random.default_rng(1).random((nq, _DIM), dtype=np.float32)
    request = calls.search("c", queries).request
    assert isinstance(request, SearchRequest)  # noqa: S101 - it is what a search sends
    template = SearchTemplate(request, queries)
    raw, room = queries.tobytes(), bytearray(queries.nbytes)
    view = memoryview(room)

    def copy() -> None:
        view[:] = raw

    times = 200_000 // nq
    contenders = {
        "memcpy of the queries": partial(_timed, copy, times),
        "ours, into the same room": partial(_timed, lambda: template.fill(queries), times),
        "ours, to bytes": partial(_timed, lambda: template.encode(queries), times),
    }
    medians = interleaved(contenders, rounds)
    targets = [Target("ours, into the same room", "memcpy of the queries", 1.5)] if nq > 1 else []
    show(f"Search request of {nq} x {_DIM} float32", "us CPU", medians, targets)
    best = medians["ours, to bytes"]
    if nq == 1 and best is not None:
        print(f"  ours, to bytes = {best:.3f} us, to reach <= 1 us: {'reached' if best <= 1 else 'NOT reached'}")


def main() -> None:
    """Run the contenders and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-pymilvus", action="store_true")
    given = parser.parse_args()
    _insert(given.rounds, with_pymilvus=not given.without_pymilvus)
    _search(1, given.rounds)
    _search(100, given.rounds)


if __name__ == "__main__":
    main()
