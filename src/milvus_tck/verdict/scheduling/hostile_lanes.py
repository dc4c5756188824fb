"""Hostile tests, kept away from all others.

Where the target is ours to start, they need not wait until the rest is through: each
lane has an instance of its own and runs one hostile test after the other on it, while
the calm ones have the main instance to themselves. What takes time is to start
instances again: whenever one was killed, one more lane opens, up to a few. A target
that survives everything is not started more often than it has to be.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.case.trials import ToldApart, confirmed
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["LANES", "HostileLanes"]

#: Lanes of tests that may kill a target, at most.
LANES = 5


@dataclass
class HostileLanes:
    """The lanes of hostile tests."""

    #: Starts another instance; what it raises counts as an instance that is lost.
    beside: Callable[[], TargetInstance]
    #: Is told what each test came to, in a thread of its lane.
    done: Callable[[Job, ExecutionResult], None]
    lanes: int = LANES
    #: Which failures need not be confirmed.
    told_apart: ToldApart = tuple
    _jobs: "queue.SimpleQueue[Job | None]" = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def submit(self, job: Job) -> None:
        """Let a lane run a test; the first lane opens with the first test."""
        self._jobs.put(job)
        if not self._threads:
            self._open()

    def _open(self) -> None:
        with self._lock:
            if self._closed or len(self._threads) >= self.lanes:
                return
            lane = threading.Thread(target=self._lane, name=f"hostile-{len(self._threads)}", daemon=True)
            self._threads.append(lane)
        lane.start()

    def _lane(self) -> None:
        instance: TargetInstance | None = None
        while (job := self._jobs.get()) is not None:
            instance = instance or self.beside()
            result = confirmed(instance, job, told_apart=self.told_apart)
            if any(each.state is State.TARGET_CRASH for each in result.judgements):
                self._open()
            self.done(job, result)

    def close(self) -> None:
        """Wait until every lane has done what was submitted."""
        with self._lock:
            self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        for lane in self._threads:
            lane.join()
