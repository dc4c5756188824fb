"""What the server takes while the load runs: its processes, and the metrics that it publishes."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections import defaultdict

import gevent
import psutil

from milvus_tck.load.control.run_outcome import RunOutcome, ServerSample

__all__ = ["ServerWatch", "parse_metrics", "read_metrics"]

_EVERY = 1.0
_SECONDS = 2.0
#: Seconds after which it is looked for new processes of the server.
_FAMILY = 15.0
_LINE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{[^}]*\})?\s+(?P<value>[-+.\deE]+|NaN|[+-]Inf)")
#: Metrics that are kept, summed over their labels; what is not published is not there.
KEPT = (
    "process_cpu_seconds_total", "process_resident_memory_bytes", "go_goroutines", "milvus_proxy_search_vectors_count",
    "milvus_proxy_insert_vectors_count", "milvus_querynode_sq_queue_latency_sum",
    "milvus_querynode_sq_queue_latency_count",
    "milvus_datanode_flush_buffer_op_count", "milvus_querynode_segment_num", "milvus_querynode_entity_num",
)  # fmt: skip
_LONGEST = 8_000_000


class ServerWatch:
    """Looks once a second; without a process and a port there is nothing to see."""

    def __init__(self, process: int = 0, management: str = "") -> None:
        """`process` is the root of the server's processes, `management` the address of its metrics."""
        self._process, self._management = process, management
        self._greenlet: gevent.Greenlet[..., None] | None = None

    def start(self, origin: float, outcome: RunOutcome) -> None:
        """Begin to look."""
        self._greenlet = gevent.spawn(self._watch, origin, outcome)

    def _watch(self, origin: float, outcome: RunOutcome) -> None:
        width = max(_EVERY, outcome.width)
        family, again = _family(self._process) if self._process else [], _FAMILY
        while self._process or self._management:
            second = time.monotonic() - origin
            if self._process:
                sample = _use(family)
                if sample is None or second > again:
                    family, again = _family(self._process), second + _FAMILY
                if sample is not None:
                    outcome.server.append(ServerSample(round(second, 3), *sample))
            if self._management:
                found = read_metrics(self._management)
                if found:
                    outcome.metrics[round(second, 3)] = found
            gevent.sleep(width)

    def stop(self) -> None:
        """Look no more."""
        if self._greenlet is not None:
            self._greenlet.kill(block=False)


def _family(root: int) -> list[psutil.Process]:
    """Find a process and all below it; that looks at every process of the machine."""
    try:
        return [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
    except psutil.Error:
        return []


def _use(family: list[psutil.Process]) -> tuple[float, int] | None:
    """Sum up CPU seconds and memory of processes; `None` where one has ended."""
    cpu, held = 0.0, 0
    try:
        for each in family:
            with each.oneshot():
                times = each.cpu_times()
                cpu += times.user + times.system
                held += each.memory_info().rss
    except psutil.Error:
        return None
    return (cpu, held) if family else None


def read_metrics(address: str) -> dict[str, float]:
    """Read the metrics that are kept from a Prometheus page; none where there is no page."""
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=_SECONDS) as page:
            text = page.read(_LONGEST).decode(errors="replace")
    except (OSError, urllib.error.URLError, ValueError):
        return {}
    return parse_metrics(text)


def parse_metrics(text: str) -> dict[str, float]:
    """Sum up what is kept of a page; looked for by name, since a page may have a megabyte and the hub waits."""
    found: dict[str, float] = defaultdict(float)
    for name in KEPT:
        place = text.find(f"\n{name}")
        while place >= 0:
            end = text.find("\n", place + 1)
            match = _LINE.match(text, place + 1, end if end >= 0 else len(text))
            if match and match["name"] == name:
                found[name] += float(match["value"])
            place = text.find(f"\n{name}", place + 1)
    return dict(found)
