"""Results as they come, for somebody who takes longer over each than the run does.

The scheduler has to be asked for its next result at once, or the target waits for us;
pytest has its own ceremony for each test. So results are taken in by a thread, and
whoever walks over them follows at leisure.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from milvus_tck.verdict.case.execution import ExecutionResult

__all__ = ["ResultFeed"]


@dataclass
class ResultFeed:
    """Takes results in as soon as they come; iterate over it once to follow."""

    results: Iterable[ExecutionResult]
    #: Notes a result; False ends the feed.
    take: Callable[[ExecutionResult], bool]
    _ended: "queue.SimpleQueue[ExecutionResult | BaseException | None]" = field(default_factory=queue.SimpleQueue)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for result in self.results:
                if self._stopped.is_set() or not self.take(result):
                    break
                self._ended.put(result)
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody follows
            self._ended.put(error)
        else:
            self._ended.put(None)

    def __iter__(self) -> Iterator[ExecutionResult]:
        """Follow; raises what asking for results raised."""
        while (each := self._ended.get()) is not None:
            if isinstance(each, BaseException):
                raise each
            yield each

    def end(self) -> None:
        """Take nothing more."""
        self._stopped.set()

    def join(self) -> None:
        """Take nothing more, and wait until that is so: as long as what is in flight takes to end."""
        self.end()
        self._thread.join()
