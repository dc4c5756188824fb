"""What the client itself takes: CPU time, memory."""

import os
import resource
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

__all__ = ["Cost", "CpuClock", "memory"]


@dataclass
class Cost:
    """What one worker took in one phase."""

    worker: int
    phase: str
    #: CPU seconds, and seconds on the wall.
    cpu: float = 0.0
    wall: float = 0.0
    #: Highest share of one core over a stretch of time.
    peak: float = 0.0
    #: Memory in bytes at the end.
    memory: int = 0
    #: Share of one core, by stretch of time.
    shares: dict[int, float] = field(default_factory=dict)
    #: Requests that were made only when they were due, because none were ready.
    late: int = 0

    def as_message(self) -> dict[str, Any]:
        """Write it for another process."""
        return asdict(self)


class CpuClock:
    """CPU time of this process since the last look."""

    def __init__(self) -> None:
        self._cpu, self._wall = _cpu(), time.monotonic()

    def lap(self) -> tuple[float, float]:
        """Return CPU and wall seconds since the last time."""
        cpu, wall = _cpu(), time.monotonic()
        lap = cpu - self._cpu, wall - self._wall
        self._cpu, self._wall = cpu, wall
        return lap


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory() -> int:
    """Bytes that this process holds."""
    held: int = psutil.Process(os.getpid()).memory_info().rss
    return held
