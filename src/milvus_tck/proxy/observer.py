"""Observer: the thread that looks at calls after they passed, so that looking costs them nothing."""

import queue
import threading
from collections.abc import Callable, Sequence

from milvus_tck.proxy.inspection import Seen, inspect
from milvus_tck.proxy.unary_call import Passing
from milvus_tck.spec.profiles import Profile

__all__ = ["Consumer", "Observer"]

#: Told of every call, in the order in which they ended.
Consumer = Callable[[Seen], object]
#: Tells the profile, if it is known by now.
ProfileSource = Callable[[], Profile | None]


class Observer:
    """Reads calls as they end, and tells everybody who wants to know."""

    def __init__(self, consumers: Sequence[Consumer], profile: ProfileSource) -> None:
        self._consumers = list(consumers)
        self._profile = profile
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Passing | threading.Event | None] = queue.SimpleQueue()
        self._weight = 0
        #: What a consumer raised; it is told nothing more.
        self.trouble: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="milvus-tck-proxy-observer", daemon=True)
        self._thread.start()

    def add(self, call: Passing) -> None:
        """Take in a call that ended; returns at once."""
        with self._lock:
            self._weight += call.weight
        self._queue.put(call)

    def backlog(self) -> int:
        """Bytes that wait to be looked at."""
        return self._weight

    def flush(self) -> None:
        """Wait until everything that ended before was told to everybody."""
        done = threading.Event()
        self._queue.put(done)
        done.wait()

    def close(self) -> None:
        """Look at what is left, and end."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (each := self._queue.get()) is not None:
            if isinstance(each, threading.Event):
                each.set()
            else:
                self._tell(inspect(each, self._profile()))
                with self._lock:
                    self._weight -= each.weight

    def _tell(self, seen: Seen) -> None:
        for consumer in tuple(self._consumers):
            try:
                consumer(seen)
            except Exception as error:  # noqa: BLE001 - a full disk or a bug of a listener must not end the others
                self.trouble = self.trouble or error
                self._consumers.remove(consumer)
