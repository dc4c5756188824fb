"""What judging costs us: CPU per check and per call, beside a bare grpcio call in the same run.

    python benchmarks/suite_overhead.py [TARGET...] [--rounds N] [--select EXPR]

For each target (default: lite@3.2.2 and milvus@2.3.5) the suites run once a round as
`milvus-tck check` runs them, in a process of its own; before and after, a bare grpcio
client makes calls of GetVersion to a server of the same kind. A run counts everything of
ours: start, collecting, judging, result file, reports; the bare call counts sending
and receiving alone.

Waiting is told in two ways: the part of a run's wall time in which we were not on a CPU
(which is also the time that others had it), and how many calls were open on average.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import grpc
from side_by_side import cpu

from milvus_tck.targets.resolver import resolve

_CALLS = 2000


@dataclass(frozen=True)
class Run:
    """One run of the suites; times in seconds."""

    checks: int
    calls: int
    wall: float
    cpu: float
    #: Sum over all calls of the time that each was open.
    open_calls: float


def _run(target: str, select: str) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "milvus_tck.cli.main", "check", target, "--out", folder]
        command += ["--select", select] if select else []
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        result = Path(folder) / "results.ndjson"
        if not result.exists():
            raise SystemExit(f"{' '.join(command)} left no result:\n{done.stderr}")
        events = [json.loads(line) for line in result.read_text(encoding="utf-8").splitlines()]
    footer = events[-1]
    checks = sum(event["event"] == "check" for event in events)
    return Run(checks, footer["calls"], footer["seconds"], footer["cpu_seconds"], footer["waited_seconds"])


def _bare(address: str) -> float:
    """CPU microseconds of one call with nothing around it."""
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary("/milvus.proto.milvus.MilvusService/GetVersion")
        call(b"", timeout=30)
        before = cpu(resource.RUSAGE_SELF)
        for _ in range(_CALLS):
            call(b"", timeout=30)
        return (cpu(resource.RUSAGE_SELF) - before) / _CALLS * 1e6


def _side_by_side(target: str, select: str, rounds: int) -> tuple[list[Run], list[float]]:
    runs, bare = list[Run](), list[float]()
    server = resolve(target)
    for _ in range(rounds):
        server.start()
        try:
            bare.append(_bare(server.address))
        finally:
            server.stop()
        runs.append(_run(target, select))
    return runs, bare


def _median(values: list[float]) -> float:
    return statistics.median(values)


def _show(target: str, runs: list[Run], bare: list[float]) -> None:
    per_call = _median([run.cpu / run.calls * 1e6 for run in runs])
    off = _median([1 - run.cpu / run.wall for run in runs])
    rows = [
        ("checks in a run", f"{_median([run.checks for run in runs]):8.0f}"),
        ("calls in a run", f"{_median([run.calls for run in runs]):8.0f}"),
        ("checks per second of wall time", f"{_median([run.checks / run.wall for run in runs]):8.1f}"),
        ("CPU of ours per check", f"{_median([run.cpu / run.checks * 1e3 for run in runs]):8.2f} ms"),
        ("CPU of ours per call", f"{per_call:8.0f} µs"),
        ("CPU of a bare grpcio call", f"{_median(bare):8.0f} µs"),
        ("ours / bare", f"{per_call / _median(bare):8.1f}"),
        ("wall time that we spent off the CPU", f"{off:8.1%}"),
        ("calls open at once, on average", f"{_median([run.open_calls / run.wall for run in runs]):8.1f}"),
    ]
    print(f"\n{target}: {len(runs)} rounds")
    for name, value in rows:
        print(f"  {name:<40} {value}")


def main() -> None:
    """Print one table for each target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", default=["lite@3.2.2", "milvus@2.3.5"])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--select", default="")
    given = parser.parse_args()
    for target in given.targets:
        _show(target, *_side_by_side(target, given.select, given.rounds))


if __name__ == "__main__":
    main()
