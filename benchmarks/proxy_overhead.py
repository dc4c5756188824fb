"""What the proxy adds to a call: microseconds, beside the direct call in the same run.

    python benchmarks/proxy_overhead.py [TARGET] [--rounds N] [--calls N]

Direct calls and calls through the proxy take turns in small rounds, so that whatever
else the machine does meets both alike. The proxy runs in a process of its own, as a
user's does. Wall time is what the client waits; CPU is what the proxy's process, and
beside it the client's, spent. Wall figures are medians over the rounds, and the ratio is that of the medians;
CPU figures are means, since the clock of a process is coarse.
"""

import argparse
import contextlib
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
from side_by_side import started

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.proxy.rule_files import parse_rules
from milvus_tck.proxy.server import Proxy
from milvus_tck.spec.profiles import profile
from milvus_tck.wire import messages as m

_DEADLINE = 30.0
_HIT = {"mutate": [{"rpc": "HasCollection", "operator": "set", "with": {"member": "value", "value": True}}]}
#: Ways to run the proxy; a rule that means no call of ours, and one that parses and changes every answer.
_WAYS = ("plain", "record", "rule-elsewhere", "rule-applied")


def _serve(upstream: str, way: str, channel: Connection) -> None:
    """Run one proxy until told to stop."""
    with tempfile.TemporaryDirectory() as folder:
        rules = {"rule-elsewhere": {"fault": [{"rpc": "Search", "grpc": "ABORTED"}]}, "rule-applied": _HIT}.get(way, {})
        record = Path(folder) / "calls.jsonl" if way == "record" else None
        with Proxy(upstream, record=record, rules=parse_rules(rules), profile=profile("2.3")) as proxy:
            channel.send(proxy.address)
            channel.recv()


@contextlib.contextmanager
def _proxies(upstream: str) -> Iterator[dict[str, tuple[str, psutil.Process]]]:
    """Start one proxy for each way, each in a process; give their addresses."""
    context = multiprocessing.get_context("spawn")
    started = []
    found = {}
    for way in _WAYS:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(upstream, way, theirs), daemon=True)
        process.start()
        started.append((process, ours))
        found[way] = (ours.recv(), psutil.Process(process.pid))
    try:
        yield found
    finally:
        for process, ours in started:
            ours.send(None)
            process.join()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _round(binding: GrpcBinding, rpc: str, payload: bytes, calls: int) -> float:
    """Microseconds of wall time for one call, one client at a time."""
    begun = time.perf_counter()
    for _ in range(calls):
        reply = binding.send(rpc, payload, _DEADLINE)
        if reply.code != "OK":
            message = f"{rpc} ended with {reply.code}: {reply.details}"
            raise RuntimeError(message)
    return (time.perf_counter() - begun) / calls * 1e6


def _measure(target: str, rounds: int, calls: int) -> dict[str, dict[str, float]]:
    rpc, payload = "HasCollection", m.HasCollectionRequest(collection_name="tck_nothing").SerializeToString()
    with _proxies(target) as proxies:
        ways = {"direct": (GrpcBinding(target), None)}
        ways |= {way: (GrpcBinding(address), process) for way, (address, process) in proxies.items()}
        wall: dict[str, list[float]] = {way: [] for way in ways}
        cpu: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(rounds + 1):
            for way, (binding, process) in ways.items():
                before = _cpu(process) if process else time.process_time()
                taken = _round(binding, rpc, payload, calls)
                spent = (_cpu(process) if process else time.process_time()) - before
                if number:  # the first round warms up
                    wall[way].append(taken)
                    cpu[way].append(spent / calls * 1e6)
        for binding, _ in ways.values():
            binding.close()
    return {way: {"wall_us": statistics.median(wall[way]), "cpu_us": statistics.mean(cpu[way]),
                  "wall_ratio": statistics.median(wall[way]) / statistics.median(wall["direct"])}
            for way in ways}  # fmt: skip


def main() -> None:
    """Measure and print, as a table and as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", default="lite@2.5.1")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--calls", type=int, default=200)
    given = parser.parse_args()
    with started(given.target) as address:
        found = _measure(address, given.rounds, given.calls)
    direct = found["direct"]["wall_us"]
    print(f"HasCollection on {given.target}, {given.rounds} rounds of {given.calls} calls, one at a time")
    print(f"{'way':<16}{'wall us':>10}{'added us':>10}{'ratio':>8}{'CPU us':>9}   (direct: CPU of the client)")
    for way, row in found.items():
        wall, ratio, cpu = row["wall_us"], row["wall_ratio"], row["cpu_us"]
        print(f"{way:<16}{wall:>10.0f}{wall - direct:>10.0f}{ratio:>8.2f}{cpu:>9.0f}")
    print(json.dumps({way: {key: round(value, 2) for key, value in row.items()} for way, row in found.items()}))


if __name__ == "__main__":
    main()
