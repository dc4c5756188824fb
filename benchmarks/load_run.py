"""What a whole load run costs the client, and how true its figures are.

    python benchmarks/load_run.py [TARGET] [--rounds N]

Client CPU for each request of `milvus-tck load` (scenario, clock, histograms, books and checks included, under
locust) beside h2load and locust with grpcio; the cost of a record and of a look into an answer; how late the pacer
is beside gevent's own timer; percentiles of a server whose latency law is known, beside what locust says of it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import gevent
import gevent.event
import numpy as np
from side_by_side import Target, cpu, interleaved, show, started
from unary import _h2load, _locust

from milvus_tck.load.codecs.statuses import Statuses
from milvus_tck.load.data.seeded_rows import Planted
from milvus_tck.load.measure.histogram import Histogram, centres
from milvus_tck.load.operations.base import GetVersion
from milvus_tck.load.operations.reads import Search
from milvus_tck.load.operations.workload import Workload
from milvus_tck.load.plan.scenario_files import of_operations
from milvus_tck.load.worker.recorder import Recorder
from milvus_tck.load.worker.timer import Pacer
from milvus_tck.wire import messages as m

_SLOW = Path(__file__).parents[1] / "tests" / "load" / "slow_server.py"
_FLYING = 16
_RECORDS = 200_000
#: Requests of a second, after which a run sums up.
_SECOND = 20_000
_LOOKS = 5_000
_WAITS = 2_000
#: A tenth of all arrivals meets a stall, at any place in it; 2 ms on top.
_TRUE = {"p95": 0.252, "p99": 0.452, "p99.9": 0.497}
_STEADY = """
objectives = ["get-version.p95<9s", "get-version.p99<9s", "get-version.p99.9<9s"]
[data]
ready = false
[[phase]]
name = "steady"
seconds = 20
[[phase.op]]
op = "get-version"
rate = 200
arrivals = "constant"
"""


def _run(address: str, *options: str) -> dict[str, float]:
    """Run `milvus-tck load`, and return what it says of the client, and what was measured for each objective."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "milvus_tck.cli.main", "load", address, "--out", folder, *options]
        subprocess.run(command, capture_output=True, check=False)
        summary = json.loads((Path(folder) / "summary.json").read_text(encoding="utf-8"))
    return {**summary["client"], **{row["objective"]: row["value"] for row in summary["slo"]}}


def _ours(address: str, seconds: float) -> float:
    options = ["--op", "show-collections", "--rate", "max", "--users", str(_FLYING), "--duration", str(seconds)]
    return _run(address, *options)["cpu_us_per_request"]


def _requests(address: str, rounds: int) -> None:
    contenders = {
        "h2load": partial(_h2load, address, _FLYING, 60_000),
        "milvus-tck load": partial(_ours, address, 5.0),
        "grpcio under locust": partial(_locust, "grpcio", address, _FLYING, 4_000),
    }
    targets = [
        Target("milvus-tck load", "h2load", 2.0),
        Target("milvus-tck load", "grpcio under locust", 1 / 20),
    ]
    show(f"a closed loop of {_FLYING} users", "us CPU per call", interleaved(contenders, rounds), targets)


def _workload() -> Workload:
    scenario, _ = of_operations(("search",), 1, 1)
    return Workload(scenario, "bench0", 1, Planted(1, 10_000, 128))


def _record() -> float:
    """Microseconds to take in one request, and its share of summing up."""
    workload = _workload()
    recorder = Recorder(GetVersion(workload.scenario.operations[0], workload), 0.0, 1.0)
    moments = (1.0 + np.random.default_rng(1).lognormal(-6, 0.5, _RECORDS)).tolist()
    good = recorder.good
    before = cpu()
    for start in range(0, _RECORDS, _SECOND):
        for moment in moments[start : start + _SECOND]:
            good(0, 1.0, 1.0, moment, b"")
        recorder.fold()
    return (cpu() - before) / _RECORDS * 1e6


def _look() -> float:
    """Microseconds to look into one answer of ten rows."""
    workload = _workload()
    search = Search(workload.scenario.operations[0], workload, frozenset())
    search.prepare(0, 1)
    asked = search.asked(0)[0]
    results = m.SearchResultData(num_queries=1, top_k=10, topks=[10], scores=list(range(10)))
    results.ids.int_id.data.extend(workload.dataset.neighbours(asked, 10).tolist())
    body = m.SearchResults(results=results).SerializeToString()
    if search.look(0, body) != (1.0, ""):
        raise RuntimeError("the answer is not found to be right")
    before = cpu()
    for _ in range(_LOOKS):
        search.look(0, body)
    return (cpu() - before) / _LOOKS * 1e6


def _status() -> float:
    """Microseconds to see whether an answer of ten rows says that all is well: what each answer costs."""
    results = m.SearchResultData(num_queries=1, top_k=10, topks=[10], scores=list(range(10)))
    results.ids.int_id.data.extend(range(10))
    bodies = [m.SearchResults(status=m.Status(), results=results).SerializeToString()] * _RECORDS
    read = Statuses("Search").read
    before = cpu()
    for body in bodies:
        read(body)
    return (cpu() - before) / _RECORDS * 1e6


def _lateness() -> dict[str, list[float]]:
    """Seconds that a wait of 300 us takes too long: the pacer, and gevent's own timer."""
    late: dict[str, list[float]] = {"the pacer": [], "gevent.sleep": []}
    over = gevent.event.Event()
    due = time.monotonic() + 0.0003

    def ring() -> None:
        nonlocal due
        late["the pacer"].append(time.monotonic() - due)
        if len(late["the pacer"]) == _WAITS:
            over.set()
        due = time.monotonic() + 0.0003
        pacer.set(due)

    pacer = Pacer(gevent.get_hub(), ring)
    pacer.set(due)
    over.wait()
    pacer.close()
    for _ in range(_WAITS):
        begun = time.monotonic()
        gevent.sleep(0.0003)
        late["gevent.sleep"].append(time.monotonic() - begun - 0.0003)
    return late


_LOCUST = """
import sys, gevent, time
from locust import constant_throughput, task
from locust.env import Environment
from milvus_tck.load.locust.users import MilvusUser
class One(MilvusUser):
    wait_time = constant_throughput(12.5)
    @task
    def ask(self):
        self.client.call("GetVersion", b"")
environment = Environment(user_classes=[One], host=sys.argv[1])
runner = environment.create_local_runner()
runner.start(16, spawn_rate=16)
gevent.sleep(20)
entry = environment.stats.total
print(*map(entry.get_response_time_percentile, (.95, .99, .999)))
import os; sys.stdout.flush(); os._exit(0)
"""


def _truth() -> None:
    """Print percentiles of a server that stalls for half a second of every five."""
    with subprocess.Popen(
        [sys.executable, str(_SLOW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as slow:
        assert slow.stdout is not None  # noqa: S101 - it was asked for
        assert slow.stdin is not None  # noqa: S101 - it was asked for
        address = f"127.0.0.1:{slow.stdout.readline().strip()}"
        with tempfile.NamedTemporaryFile(suffix=".toml") as file:
            Path(file.name).write_text(_STEADY, encoding="utf-8")
            ours = _run(address, "--scenario", file.name)
        done = subprocess.run([sys.executable, "-c", _LOCUST, address], capture_output=True, text=True, check=True)
        slow.stdin.close()
    theirs = [float(each) / 1e3 for each in done.stdout.split()[-3:]]
    print("\na server that stalls for half a second of every five, 200 requests a second")
    for (name, truth), they in zip(_TRUE.items(), theirs, strict=True):
        we = ours[f"get-version.{name}<9s"]
        print(
            f"  {name:<6} true {truth * 1e3:7.1f} ms   milvus-tck load {we * 1e3:7.1f} ({we / truth - 1:+.1%})   "
            f"locust, 16 users {they * 1e3:7.1f} ({they / truth - 1:+.1%})"
        )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", default="lite@2.5.1")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print("\npieces, CPU")
    for name, piece, most in (("a record, its sum included", _record, 0.15), ("an answer's status", _status, 5)):
        print(f"  {name:<44} {statistics.median(piece() for _ in range(5)):12.3f} us, to reach <= {most}")
    looks = statistics.median(_look() for _ in range(5))
    print(f"  {'a look into ten rows, off the hot path':<44} {looks:12.3f} us")
    print(f"  {'widest bucket, each way':<44} {_widest():12.3%}, to reach <= 0.4 %")
    print("\nlateness of a wait of 300 us")
    for name, late in _lateness().items():
        p50, p99 = np.percentile(late, [50, 99]) * 1e6
        print(f"  {name:<44} p50 {p50:8.0f} us  p99 {p99:8.0f} us")
    _truth()
    with started(given.target) as address:
        _requests(address, given.rounds)


def _widest() -> float:
    """Return how far a duration can lie from what stands for its bucket, at most."""
    durations = np.geomspace(1e-6, 3_600, 2_000)
    worst = 0.0
    for duration in durations:
        made = Histogram.empty()
        made.add(np.array([duration]))
        worst = max(worst, abs(float(made.counts @ centres()) / duration - 1))
    return worst


if __name__ == "__main__":
    main()
