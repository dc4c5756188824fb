"""What the benchmarks share: contenders that take turns, CPU time, and a table that says what was reached.

Rounds are interleaved, so that what else the machine does falls on all contenders alike. Only
ratios of CPU time are compared; figures are medians of the rounds.
"""

import contextlib
import resource
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from milvus_tck.targets.resolver import resolve

#: Runs once and returns CPU microseconds per unit of work; `None` where it cannot run here.
Contender = Callable[[], float | None]


def cpu(who: int = resource.RUSAGE_SELF) -> float:
    """CPU seconds of this process, or of its children that have ended."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def interleaved(contenders: Mapping[str, Contender], rounds: int) -> dict[str, float | None]:
    """Let each contender run once a round; return the median of each."""
    runs: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            took = run()
            if took is not None:
                runs[name].append(took)
    return {name: statistics.median(found) if found else None for name, found in runs.items()}


@dataclass(frozen=True)
class Target:
    """A ratio that is to be reached: `ours / theirs <= most`."""

    ours: str
    theirs: str
    most: float


def show(title: str, unit: str, medians: Mapping[str, float | None], targets: list[Target]) -> None:
    """Print the medians, and for each target whether it was reached."""
    print(f"\n{title}")
    for name, value in medians.items():
        print(f"  {name:<44} {'absent, not measured' if value is None else f'{value:12.3f} {unit}'}")
    for target in targets:
        ours, theirs = medians[target.ours], medians[target.theirs]
        if ours is None or theirs is None:
            print(f"  {target.ours} / {target.theirs}: not measured")
            continue
        verdict = "reached" if ours / theirs <= target.most else "NOT reached"
        print(f"  {target.ours} / {target.theirs} = {ours / theirs:.4f}, to reach <= {target.most:.4f}: {verdict}")


#: The end of a program that runs under locust: users of `environment` count in `made` until they made `calls`.
UNDER_LOCUST = """
import os, resource, sys
import gevent

def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

runner = environment.create_local_runner()
runner.start(users, spawn_rate=1000)
gevent.sleep(0.5)
before, first = cpu(), made
while made - first < calls:
    gevent.sleep(0.05)
print((cpu() - before) / (made - first) * 1e6)
sys.stdout.flush()
os._exit(0)
"""


@contextlib.contextmanager
def started(spec: str) -> Iterator[str]:
    """Start a target and give its address."""
    target = resolve(spec)
    target.start()
    try:
        yield target.address
    finally:
        target.stop()
