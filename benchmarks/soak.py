"""Memory of the client over a soak: a steady rate of a cheap request, and how much the engine's process grows.

    python benchmarks/soak.py [TARGET] [--seconds S] [--rate N]

To reach: less than 5 MB from the end of the first minute on, in 30 minutes at 5,000 a second.
"""

import argparse
import subprocess
import sys
import tempfile
import time

import psutil
from side_by_side import started

_SETTLED = 60.0


def _engine(process: psutil.Process) -> psutil.Process | None:
    """Find the process that locust runs in."""
    found = [each for each in process.children(recursive=True) if "milvus_tck.load" in each.cmdline()]
    return found[0] if found else None


def main() -> None:
    """Run, and print memory once a quarter of a minute."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", default="lite@2.5.1")
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--rate", type=float, default=5000.0)
    given = parser.parse_args()
    with started(given.target) as address:
        _soak(address, given.seconds, given.rate)


def _soak(address: str, seconds: float, rate: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--op", "show-collections", "--rate", str(rate), "--duration", str(seconds), "--out", folder]
        command = [sys.executable, "-m", "milvus_tck.cli.main", "load", address, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            held = _watch(psutil.Process(process.pid), seconds)
            said, _ = process.communicate()
    print(said)
    settled = [size for second, size in held if second >= _SETTLED] or [held[-1][1]]
    growth = (max(settled) - settled[0]) / 1e6
    print(f"growth after the first minute, {len(settled)} looks: {growth:.1f} MB, to reach < 5")


def _watch(process: psutil.Process, seconds: float) -> list[tuple[float, int]]:
    """Look at the engine's memory for as long as requests are sent."""
    held: list[tuple[float, int]] = []
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        time.sleep(5.0)
        engine = _engine(process)
        if engine is not None:
            held.append((time.monotonic() - begun, engine.memory_info().rss))
            print(f"{held[-1][0]:8.0f} s {held[-1][1] / 1e6:8.1f} MB", flush=True)
    return held


if __name__ == "__main__":
    main()
