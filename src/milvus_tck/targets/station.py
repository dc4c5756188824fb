"""A target under watch: is it still there, and how does it come back?

Bodies run in many threads. When one of them meets a connection that broke, the station
finds out once whether the target is gone, tells every thread, and brings the target
back when the run asks for it.
"""

import threading
import time
from dataclasses import dataclass, field

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.bindings.outcome import Exchange
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.base import Target, TargetError

__all__ = ["Station"]

#: gRPC codes that may mean that nobody is there any more.
_SUSPICIOUS = frozenset({"UNAVAILABLE", "CANCELLED", "UNKNOWN", "INTERNAL", "DEADLINE_EXCEEDED"})
_PROBE_SECONDS = 5.0
#: A process that dies is seen to be gone a little after its connections are.
_DYING_SECONDS = 3.0
_POLL = 0.05


@dataclass
class Station:
    """Watches one target during a run."""

    target: Target
    deadline: float
    #: What happened to the target, for the footer of the result file.
    incidents: list[str] = field(default_factory=list)
    _down: threading.Event = field(default_factory=threading.Event)
    #: Set when nobody wants an answer any more.
    _closed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.binding = GrpcBinding(self.target.address, self.target.credentials)

    @property
    def down(self) -> bool:
        """Whether the target was found gone and has not come back."""
        return self._down.is_set()

    def exchanger(self, profile: Profile) -> Exchanger:
        """Return the choke point to the target as it runs now."""
        return Exchanger(self.binding, profile, self.deadline)

    def lost(self, exchange: Exchange) -> bool:
        """Tell, after an exchange, whether the target is gone; looks only where something seems wrong."""
        if exchange.grpc_code not in _SUSPICIOUS:
            return False
        with self._lock:
            if not self.down and not self._closed.is_set() and not self._answers():
                self.incidents.append(f"gone after {exchange.rpc}: {exchange.grpc_details or exchange.grpc_code}")
                self._down.set()
            return self.down or self._closed.is_set()

    def alive(self) -> bool:
        """Ask whether the target is there, and note it if not."""
        with self._lock:
            if not self.down and not self._answers():
                self._down.set()
            return not self.down

    def _answers(self) -> bool:
        end = time.monotonic() + _DYING_SECONDS
        while True:
            if self.target.gone():
                return False
            probe = self.binding.send("GetVersion", b"", min(self.deadline, _PROBE_SECONDS))
            if self._closed.is_set():
                return True  # as far as anybody can tell
            if probe.code not in {"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"}:
                return not self._dying()
            if time.monotonic() > end:
                return False
            time.sleep(_POLL)

    def _dying(self) -> bool:
        """Give a process that lost a connection a moment to be seen dead."""
        time.sleep(2 * _POLL)
        return self.target.gone()

    def recover(self) -> bool:
        """Bring the target back with fresh data; False where that is not ours to do or fails."""
        if not self.target.restartable:
            return False
        self.binding.close()
        try:
            self.target.restart()
        except TargetError as error:
            self.incidents.append(f"could not be brought back: {error}")
            return False
        self.binding = GrpcBinding(self.target.address, self.target.credentials)
        self._down.clear()
        return True

    def close(self) -> None:
        """Close the connection; the target itself goes on."""
        self._closed.set()
        self.binding.close()
