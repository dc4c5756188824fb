"""Percentiles of a server whose latency law is known."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.load.runs import load, scenario
from tests.load.slow_server import PERIOD, STALL

_SECONDS, _RATE = 20, 200
_NEAR = 0.02
_SHARES = {"p99_ms": 0.99, "p999_ms": 0.999}
#: What a share of arrivals does not exceed, in milliseconds.
_TRUTH = {name: STALL * (1 - (1 - share) / (STALL / PERIOD)) * 1e3 + 2.0 for name, share in _SHARES.items()}
_TEXT = """
text = "A cheap request at a steady rate."
objectives = {objectives}
[data]
ready = false
[[phase]]
name = "steady"
seconds = {seconds}
[[phase.op]]
op = "get-version"
rate = 200
arrivals = "constant"
"""


@dataclass
class Slow:
    """A server that runs."""

    process: "subprocess.Popen[str]"
    address: str

    def latencies(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """End the server, and say how long after it was due each of the last calls was answered, in milliseconds.

        The clock is the server's alone. Calls come in the order in which they are due, evenly; none comes
        before it is due, and the one that comes with the least delay tells when that is.
        """
        text, _ = self.process.communicate()
        came, answered = np.array(json.loads(text)[-_SECONDS * _RATE :]).T
        even = np.arange(came.size) / _RATE
        return np.sort(answered - even - (came - even).min()) * 1e3


@pytest.fixture
def slow() -> Iterator[Slow]:
    """A server that stalls for a tenth of the time."""
    program = Path(__file__).with_name("slow_server.py")
    command = [sys.executable, str(program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Slow(process, f"127.0.0.1:{process.stdout.readline().strip()}")
        if process.poll() is None:
            process.communicate()


def test_high_percentiles_are_those_of_the_law(slow: Slow, tmp_path: Path) -> None:
    """The share of arrivals that a stall delays by more than x is known, so p99 and p99.9 are: both are met within 2 %.

    Arrivals come evenly, and the run takes a whole number of periods, so that a tenth of them meets a
    stall, at any place in it: latency is evenly spread from 0 to 500 ms there, and 2 ms on top. A busy
    machine makes nothing faster, but some of it slower: by how much, in this run, the server's own clock
    and the delay of what the client sent tell. Figures may be above the law by that, and by no more.
    """
    ended = load(slow.address, tmp_path, "--scenario", str(scenario(tmp_path, seconds=_SECONDS, text=_TEXT)))
    row = ended.summary["ops"]["get-version"]
    assert row["count"] == _SECONDS * _RATE
    answered, lag = slow.latencies(), ended.summary["client"]["lag_p99_ms"]
    for name, share in _SHARES.items():
        late = max(float(np.quantile(answered, share, method="inverted_cdf")), _TRUTH[name])
        assert _TRUTH[name] * (1 - _NEAR) <= row[name] <= late * (1 + _NEAR) + lag, (name, row, late, lag)


def test_a_closed_loop_says_so(slow: Slow, tmp_path: Path) -> None:
    """As fast as answers come, few requests meet a stall: the same server looks fast, and the loop is named."""
    ended = load(slow.address, tmp_path, "--scenario", str(scenario(tmp_path, seconds=10, text=_TEXT)), "--rate", "max")
    row = ended.summary["ops"]["get-version"]
    assert row["loop"] == "closed"
    assert row["p99_ms"] < 100
